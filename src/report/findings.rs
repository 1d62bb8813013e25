//! Findings in words for people, and as JSON.
//!
//! `text` in JSON is English whatever the language is: programs read it. `words` has both languages.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use super::Style;
use crate::finding::{Certainty, ChainLine, Finding, Harm};
use crate::lesson::Words;
use crate::model::World;
use crate::text::{Mood, push_json};

/// What went wrong; nothing where nothing did. Who waits for whom is drawn where `deadlock` has not told
/// it already.
pub fn findings(style: &Style, world: &World, findings: &[&Finding], page: &mut String) {
    listed(style, world.deadlock().is_none(), findings, page);
}

/// Findings of a living program: who waits for whom is always drawn.
pub fn living(style: &Style, findings: &[&Finding], page: &mut String) {
    listed(style, true, findings, page);
}

fn listed(style: &Style, draws: bool, findings: &[&Finding], page: &mut String) {
    if findings.is_empty() {
        return;
    }
    let title = style.lang.phrase("findings.title");
    // Writing to a String does not fail.
    let _ = writeln!(page, "\n{}", style.paint.mood(Mood::Heading, title));
    for finding in findings {
        one(style, finding, draws, page);
    }
}

fn one(style: &Style, finding: &Finding, draws: bool, page: &mut String) {
    let lang = style.lang;
    let (sign, mood) = match finding.certainty {
        Certainty::Certain => ("✗", Mood::Bad),
        Certainty::Likely => ("!", Mood::Warning),
        Certainty::Hint => ("·", Mood::Dim),
    };
    let certainty = lang.term("findings.certainty", finding.certainty.as_str());
    let kind = lang.term("findings.kind", finding.kind.as_str());
    let head = lang.tell(
        "findings.head",
        &[("certainty", &certainty), ("kind", &kind)],
    );
    let head = style.paint.mood(mood, format!("{sign} {head}"));
    let _ = writeln!(page, "  {head}: {}", finding.text.get(lang));
    if let Some(advice) = &finding.advice {
        let advice = lang.tell("findings.advice", &[("advice", &advice.get(lang))]);
        let _ = writeln!(page, "      {advice}");
    }
    // One process that waits was told of already.
    if draws && finding.chain.len() > 1 {
        for link in &finding.chain {
            drawn(style, link, page);
        }
    }
    let foot = foot(style, finding);
    if !foot.is_empty() {
        let _ = writeln!(page, "      {}", style.paint.mood(Mood::Dim, foot));
    }
}

/// A line of the drawing.
fn drawn(style: &Style, link: &ChainLine, page: &mut String) {
    let indent = "  ".repeat(link.depth);
    let branch = if link.depth == 0 { "" } else { "└ " };
    let back = if link.closes { " ↺" } else { "" };
    let place = link.place.as_ref();
    let place = place.map_or_else(String::new, |place| format!(" · {place}"));
    let text = link.text.get(style.lang);
    let _ = writeln!(page, "      {indent}{branch}{text}{place}{back}");
}

/// Where, who, how often, and the lesson about it.
fn foot(style: &Style, finding: &Finding) -> String {
    let lang = style.lang;
    let mut parts = Vec::new();
    if !finding.places.is_empty() {
        parts.push(finding.places.join(", "));
    }
    if !finding.pids.is_empty() {
        let pids: Vec<String> = finding.pids.iter().map(i32::to_string).collect();
        parts.push(lang.tell("findings.pids", &[("pids", &pids.join(", "))]));
    }
    if finding.count > 1 && finding.kind == Harm::Hang {
        parts.push(lang.tell("findings.processes", &[("count", &finding.count)]));
    } else if finding.count > 1 {
        parts.push(lang.tell("findings.count", &[("count", &finding.count)]));
    }
    if let Some(lesson) = finding.lesson {
        parts.push(lang.tell("findings.lesson", &[("lesson", &lesson)]));
    }
    parts.join(" · ")
}

#[derive(Serialize)]
struct Document<'a> {
    /// Version of this form.
    forklore_findings: u32,
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    rule: &'a str,
    certainty: &'a str,
    kind: &'a str,
    text: &'a str,
    /// The same sentence in each language.
    words: &'a Words,
    pids: &'a [i32],
    objects: &'a [String],
    places: &'a [String],
    count: u64,
}

/// The document, on one line.
///
/// # Errors
/// What serde reports; plain strings and numbers give none.
pub fn findings_json(findings: &[&Finding]) -> io::Result<Vec<u8>> {
    let entries = findings.iter().map(|finding| Entry {
        rule: &finding.rule,
        certainty: finding.certainty.as_str(),
        kind: finding.kind.as_str(),
        text: &finding.text.en,
        words: &finding.text,
        pids: &finding.pids,
        objects: &finding.objects,
        places: &finding.places,
        count: finding.count,
    });
    let document = Document {
        forklore_findings: 1,
        findings: entries.collect(),
    };
    let mut page = Vec::new();
    push_json(&mut page, &serde_json::to_vec(&document)?);
    page.push(b'\n');
    Ok(page)
}
