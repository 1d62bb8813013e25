//! The checks of a finished run and how it ended, in words.

use std::fmt::Write as _;

use super::Style;
use crate::check::Verdict;
use crate::model::World;
use crate::text::{Mood, clean, fit, seconds, width};
use crate::trace::RunStatus;

/// A line for each check: sign, word, what it says, and where it is red what was seen.
pub fn verdicts(style: &Style, verdicts: &[Verdict], page: &mut String) {
    let lang = style.lang;
    let words = [lang.phrase("check.passed"), lang.phrase("check.failed")];
    let column = words.map(width).into_iter().max().unwrap_or(0) + 2;
    for verdict in verdicts {
        let (sign, word, mood) = if verdict.passed {
            ("✓", words[0], Mood::Good)
        } else {
            ("✗", words[1], Mood::Bad)
        };
        let word = format!("{sign} {}", fit(word, column));
        let says = clean(verdict.words.get(lang));
        // Writing to a String does not fail.
        let _ = writeln!(page, "{}{says}", style.paint.mood(mood, word));
        if !verdict.passed {
            let indent = column + 2;
            let detail = clean(verdict.detail.get(lang));
            let _ = writeln!(page, "{:indent$}{}: {detail}", "", clean(&verdict.id));
        }
    }
}

/// One sentence on how the run ended.
#[must_use]
pub fn ending(style: &Style, world: &World) -> String {
    let lang = style.lang;
    let seconds = seconds(world.now());
    let Some(note) = world.end() else {
        return lang.tell("ending.missing", &[("seconds", &seconds)]);
    };
    let detail = note.end.detail.as_deref().unwrap_or_default();
    let (words, mood) = match note.end.status {
        RunStatus::Finished => (
            lang.tell("ending.finished", &[("seconds", &seconds)]),
            Mood::Good,
        ),
        RunStatus::Deadlock => (
            lang.tell("ending.deadlock", &[("seconds", &seconds)]),
            Mood::Bad,
        ),
        RunStatus::Stopped => (
            lang.tell("ending.stopped", &[("seconds", &seconds)]),
            Mood::Warning,
        ),
        RunStatus::Failed => (
            lang.tell(
                "ending.failed",
                &[("seconds", &seconds), ("why", &clean(detail))],
            ),
            Mood::Bad,
        ),
        RunStatus::Unknown => (
            lang.tell("ending.unknown", &[("seconds", &seconds)]),
            Mood::Warning,
        ),
    };
    style.paint.mood(mood, words).to_string()
}
