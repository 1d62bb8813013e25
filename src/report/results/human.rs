//! Results in words for people.

use std::fmt::Write as _;

use super::{CheckResult, LessonResult, Results};
use crate::report::Style;
use crate::text::{Mood, clean, fit};

/// Columns of a lesson's slug.
const SLUG: usize = 16;

/// A line for the lesson, and two for each of its red checks.
pub fn lesson(style: &Style, lesson: &LessonResult) -> String {
    let lang = style.lang;
    let failed = lesson.failed();
    let checks = lesson.checks.len();
    let (sign, words, mood) = if failed == 0 {
        let words = lang.tell("test.passed", &[("checks", &checks)]);
        ("✓", words, Mood::Good)
    } else {
        let words = lang.tell("test.failed", &[("failed", &failed), ("checks", &checks)]);
        ("✗", words, Mood::Bad)
    };
    let seconds = format!("{:.2}", lesson.seconds);
    let runs = lang.tell(
        "test.runs",
        &[("runs", &lesson.runs), ("seconds", &seconds)],
    );
    let verdict = style.paint.mood(mood, format!("{sign} {words}"));
    let slug = fit(&clean(&lesson.name()), SLUG.max(lesson.name().len() + 2));
    let mut page = format!("{slug}{verdict}  {runs}\n");
    for check in lesson.checks.iter().filter(|check| !check.passed) {
        red(style, check, &mut page);
    }
    page
}

fn red(style: &Style, check: &CheckResult, page: &mut String) {
    let lang = style.lang;
    let says = clean(check.words.get(lang));
    let line = format!("✗ {}: {says}", clean(&check.id));
    // Writing to a String does not fail.
    let _ = writeln!(page, "  {}", style.paint.mood(Mood::Bad, line));
    let _ = writeln!(page, "    {}", clean(check.detail.get(lang)));
    let Some(failed) = &check.failed else { return };
    let words = match &failed.recording {
        Some(path) => lang.tell(
            "test.recording",
            &[
                ("run", &failed.run),
                ("path", &clean(&path.to_string_lossy())),
            ],
        ),
        None => lang.tell("test.no-recording", &[("run", &failed.run)]),
    };
    let _ = writeln!(page, "    {words}");
}

/// The last line.
pub fn summary(style: &Style, results: &Results) -> String {
    let lang = style.lang;
    let seconds: f64 = results.lessons.iter().map(|lesson| lesson.seconds).sum();
    let seconds = format!("{seconds:.1}");
    let runs: u32 = results.lessons.iter().map(|lesson| lesson.runs).sum();
    let words = lang.tell(
        "test.summary",
        &[
            ("lessons", &results.lessons.len()),
            ("runs", &runs),
            ("passed", &results.passed()),
            ("failed", &results.failed()),
            ("seconds", &seconds),
        ],
    );
    let mood = if results.failed() == 0 {
        Mood::Good
    } else {
        Mood::Bad
    };
    format!("{}\n", style.paint.mood(mood, words))
}
