//! The tutorial's claims: what each says, whether it is true, and what its probe printed here.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::app::App;
use super::inquiry::{Asked, Question};
use super::markdown;
use crate::lesson::Truth;
use crate::text::clean;

/// Last lines of a probe that are shown.
const SAID: usize = 3;

/// What is asked about the claims of the lesson that is open.
pub(super) fn question(app: &App) -> Option<Question> {
    let lesson = app.course.slug.clone()?;
    Some(Question::Claims { lesson })
}

/// What the tutorial says of this, what is true of it, and what the probes have shown here.
pub(crate) fn claims(app: &App, wide: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let Some(lesson) = app.course.lesson() else {
        return lines;
    };
    let asked = question(app).and_then(|question| app.inquiries.of(&question));
    for claim in &lesson.manifest.claims {
        let (sign, style) = match claim.truth {
            Truth::True => (app.theme.glyphs.pick("✓", "ok"), app.theme.good()),
            Truth::Imprecise | Truth::Outdated => ("~", app.theme.warning()),
            Truth::False => (app.theme.glyphs.pick("✗", "NO"), app.theme.bad()),
        };
        let said = app
            .lang
            .tell("tui.claims-says", &[("says", &claim.says.get(app.lang))]);
        let truth = app.lang.term("truth", claim.truth.word());
        let since = claim.since.as_deref().map_or_else(String::new, |since| {
            app.lang.tell("tui.claims-since", &[("version", &since)])
        });
        push(&mut lines, &said, 0, Style::new(), wide);
        push(
            &mut lines,
            &format!("{sign} {truth}{since}"),
            2,
            style,
            wide,
        );
        push(
            &mut lines,
            claim.finding.get(app.lang),
            2,
            Style::new(),
            wide,
        );
        for evidence in asked.map_or_else(Vec::new, |asked| evidence(&claim.id, asked)) {
            let (sign, style) = if evidence.agrees {
                (app.theme.glyphs.pick("✓", "ok"), app.theme.dim())
            } else {
                (app.theme.glyphs.pick("✗", "NO"), app.theme.bad())
            };
            let versions = format!("{sign} Python {}:", evidence.versions.join(", "));
            push(&mut lines, &versions, 2, style, wide);
            let skipped = evidence.said.lines().count().saturating_sub(SAID);
            for said in evidence.said.lines().skip(skipped) {
                push(&mut lines, &clean(said), 4, style, wide);
            }
        }
        lines.push(Line::default());
    }
    if asked.is_none() && !lines.is_empty() {
        let hint = app.lang.phrase("tui.claims-try");
        push(&mut lines, hint, 0, app.theme.dim(), wide);
    } else {
        lines.pop();
    }
    lines
}

/// What a probe printed, and under which Pythons.
struct Evidence<'a> {
    agrees: bool,
    said: &'a str,
    versions: Vec<&'a str>,
}

/// What a claim's probe printed under each Python; those that say the same stand together.
fn evidence<'a>(claim: &str, asked: &'a Asked) -> Vec<Evidence<'a>> {
    let mut found: Vec<Evidence<'a>> = Vec::new();
    for probed in asked.probed.iter().filter(|probed| probed.claim == claim) {
        let alike = found
            .iter_mut()
            .find(|one| one.agrees == probed.agrees && one.said == probed.said);
        match alike {
            Some(one) => one.versions.push(&probed.python),
            None => found.push(Evidence {
                agrees: probed.agrees,
                said: &probed.said,
                versions: vec![&probed.python],
            }),
        }
    }
    found
}

fn push(lines: &mut Vec<Line<'static>>, text: &str, indent: usize, style: Style, wide: usize) {
    for line in markdown::wrapped(text, wide.saturating_sub(indent)) {
        let mut line = line.patch_style(style);
        line.spans.insert(0, Span::raw(" ".repeat(indent)));
        lines.push(line);
    }
}
