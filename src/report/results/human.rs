//! Results in words for people.

use std::fmt::Write as _;

use super::{CheckResult, FailedRun, LessonResult, Results, not_judged};
use crate::report::Style;
use crate::text::{Mood, clean, fit, width};

/// Columns of a lesson's slug.
const SLUG: usize = 16;

/// A line for the lesson, and some for each of its red checks.
pub fn lesson(style: &Style, lesson: &LessonResult) -> String {
    let lang = style.lang;
    let slug = fit(&clean(&lesson.name()), SLUG.max(width(&lesson.name()) + 2));
    let refused = lesson.checks.iter().find(|check| !check.ran);
    if let (0, Some(refused)) = (lesson.runs, refused) {
        let why = clean(refused.detail.get(lang));
        let words = lang.tell("test.refused", &[("why", &why)]);
        let verdict = style.paint.mood(Mood::Bad, format!("✗ {words}"));
        return format!("{slug}{verdict}\n");
    }
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
    let mut page = format!("{slug}{verdict}  {runs}\n");
    let not_judged = not_judged();
    let red = lesson.checks.iter().filter(|check| !check.passed);
    let (unjudged, red): (Vec<_>, Vec<_>) = red.partition(|check| check.detail == not_judged);
    let mut told = None;
    for check in red {
        says(style, check, &mut page);
        // Several checks may fail in one run; where it is stands once.
        if let Some(failed) = check.failed.as_ref().filter(|failed| told != Some(*failed)) {
            seen_in(style, failed, &mut page);
            told = Some(failed);
        }
    }
    if !unjudged.is_empty() {
        let words = lang.tell("trial.unjudged", &[("n", &unjudged.len())]);
        // Writing to a String does not fail.
        let _ = writeln!(page, "  {words}");
    }
    page
}

fn says(style: &Style, check: &CheckResult, page: &mut String) {
    let says = clean(check.words.get(style.lang));
    let line = format!("✗ {}: {says}", clean(&check.id));
    // Writing to a String does not fail.
    let _ = writeln!(page, "  {}", style.paint.mood(Mood::Bad, line));
    let _ = writeln!(page, "    {}", clean(check.detail.get(style.lang)));
}

fn seen_in(style: &Style, failed: &FailedRun, page: &mut String) {
    let lang = style.lang;
    let row = match failed.row.as_str() {
        "" => String::new(),
        row => lang.tell("test.row", &[("row", &clean(row))]),
    };
    let run = &failed.run;
    let words = match &failed.recording {
        Some(path) => lang.tell(
            "test.recording",
            &[
                ("run", run),
                ("row", &row),
                ("path", &clean(&path.to_string_lossy())),
            ],
        ),
        None => lang.tell("test.no-recording", &[("run", run), ("row", &row)]),
    };
    // Writing to a String does not fail.
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
