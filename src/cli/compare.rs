//! `forklore compare A B`: where two recordings part, in words or as JSON.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::Stop;
use super::args::{CompareArgs, CompareFormat};
use super::context::Context;
use super::recording::Recording;
use crate::compare::{Comparison, Deed, Kind, Parting, Run, Totals, compare};
use crate::error::Code;
use crate::text::{Lang, Mood, clean};

/// Processes named beside the first that differs.
const OTHERS: usize = 8;

pub(crate) fn run(context: &Context, args: &CompareArgs) -> Result<Code, Stop> {
    let (a, a_damaged) = side(context, Recording::open(context, &args.a)?)?;
    let (b, b_damaged) = side(context, Recording::open(context, &args.b)?)?;
    let comparison = compare(&a, &b);
    let page = match args.format {
        CompareFormat::Text => {
            let names = [&args.a, &args.b].map(|path| path.display().to_string());
            words(context, &comparison, &names)
        }
        CompareFormat::Json => {
            let mut page =
                serde_json::to_string_pretty(&document(&comparison)).map_err(io::Error::from)?;
            page.push('\n');
            page
        }
    };
    io::stdout().write_all(page.as_bytes())?;
    Ok(if a_damaged || b_damaged {
        Code::Unreadable
    } else if comparison.is_same() {
        Code::Fine
    } else {
        Code::CheckFailed
    })
}

fn side(context: &Context, recording: Recording) -> Result<(Run, bool), Stop> {
    let mut run = Run::default();
    let told = recording.fold(context, |event, world| {
        run.push(event, world);
        Ok(())
    })?;
    run.end(&told.world);
    Ok((run, told.damaged))
}

fn seconds(ns: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let seconds = ns as f64 / 1e9;
    format!("{seconds:.3}")
}

fn words(context: &Context, comparison: &Comparison, names: &[String; 2]) -> String {
    let lang = context.lang;
    let mut page = String::new();
    let sides = [
        ("A", &comparison.a, &names[0]),
        ("B", &comparison.b, &names[1]),
    ];
    for (letter, totals, name) in sides {
        // Writing to a String does not fail.
        let _ = writeln!(
            page,
            "{letter}  {}  {}",
            clean(name),
            totals_words(lang, totals)
        );
    }
    page.push('\n');
    match &comparison.first {
        None => {
            let same = context.paint.mood(Mood::Good, lang.phrase("compare.same"));
            let _ = writeln!(page, "{same}");
        }
        Some(first) => {
            let head = lang.tell(
                "compare.part",
                &[
                    ("process", &clean(&first.process)),
                    ("same", &first.same),
                    ("how", &lang.term("compare.kind", kind_word(first.kind))),
                ],
            );
            let _ = writeln!(page, "{}", context.paint.mood(Mood::Warning, head));
            for (letter, deed) in [("A", &first.a), ("B", &first.b)] {
                let _ = writeln!(page, "  {letter}  {}", deed_words(lang, deed.as_ref()));
            }
            others(lang, comparison, &mut page);
        }
    }
    if let Some((a, b)) = comparison.order {
        let told = lang.tell("compare.order", &[("a", &a), ("b", &b)]);
        let _ = writeln!(page, "{told}");
    }
    page
}

fn totals_words(lang: Lang, totals: &Totals) -> String {
    let mut told = lang.tell(
        "compare.totals",
        &[
            ("seconds", &seconds(totals.time)),
            ("events", &totals.events),
            ("processes", &totals.processes),
            ("lines", &totals.lines),
        ],
    );
    if totals.most_busy > 0 {
        told += &lang.tell("compare.busy", &[("workers", &totals.most_busy)]);
    }
    if totals.left_out > 0 {
        told += &lang.tell("compare.left-out", &[("steps", &totals.left_out)]);
    }
    told
}

fn deed_words(lang: Lang, deed: Option<&Deed>) -> String {
    let Some(deed) = deed else {
        return lang.phrase("compare.nothing").to_owned();
    };
    let mut told = format!("#{} {} s  {}", deed.seq, seconds(deed.t), clean(&deed.what));
    for part in [&deed.object, &deed.at, &deed.outcome] {
        if !part.is_empty() {
            let _ = write!(told, "  {}", clean(part));
        }
    }
    told
}

/// The further processes that differ.
fn others(lang: Lang, comparison: &Comparison, page: &mut String) {
    let further: Vec<String> = comparison
        .processes
        .iter()
        .skip(1)
        .take(OTHERS)
        .map(|parting| format!("{} ({})", clean(&parting.process), parting.same))
        .collect();
    if further.is_empty() {
        return;
    }
    let mut names = further.join(", ");
    if comparison.processes.len() > OTHERS + 1 {
        names += " …";
    }
    let _ = writeln!(
        page,
        "{}",
        lang.tell("compare.others", &[("names", &names)])
    );
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Position => "position",
        Kind::Outcome => "outcome",
        Kind::Process => "process",
        Kind::Missing => "missing",
    }
}

fn document(comparison: &Comparison) -> Value {
    json!({
        "same": comparison.is_same(),
        "first": comparison.first.as_ref().map(parting),
        "processes": comparison.processes.iter().map(parting).collect::<Vec<_>>(),
        "order": comparison.order.map(|(a, b)| json!({"a": a, "b": b})),
        "a": totals(&comparison.a),
        "b": totals(&comparison.b),
    })
}

fn parting(parting: &Parting) -> Value {
    json!({
        "kind": kind_word(parting.kind),
        "process": parting.process,
        "same": parting.same,
        "a": parting.a.as_ref().map(deed),
        "b": parting.b.as_ref().map(deed),
    })
}

fn deed(deed: &Deed) -> Value {
    json!({
        "seq": deed.seq,
        "t": deed.t,
        "op": &*deed.what,
        "object": &*deed.object,
        "at": &*deed.at,
        "outcome": &*deed.outcome,
    })
}

fn totals(totals: &Totals) -> Value {
    json!({
        "time": totals.time,
        "events": totals.events,
        "processes": totals.processes,
        "lines": totals.lines,
        "most_busy": totals.most_busy,
        "left_out": totals.left_out,
    })
}
