//! Results as TAP 14: a subtest for each lesson.

use std::fmt::Write as _;

use super::{CheckResult, LessonResult, Results};
use crate::text::Lang;

/// The document.
pub fn write(results: &Results) -> String {
    let mut page = format!("TAP version 14\n1..{}\n", results.lessons.len());
    for (index, each) in results.lessons.iter().enumerate() {
        page += &lesson(index + 1, each);
    }
    page
}

/// A lesson's subtest; `number` counts from 1.
fn lesson(number: usize, lesson: &LessonResult) -> String {
    let mut page = format!("# Subtest: {}\n", escape(&lesson.name()));
    // Writing to a String does not fail.
    let _ = writeln!(page, "    1..{}", lesson.checks.len());
    for (index, check) in lesson.checks.iter().enumerate() {
        let (ok, id) = (ok(check.passed), escape(&check.id));
        let _ = writeln!(page, "    {ok} {} - {id}", index + 1);
        if !check.passed {
            diagnostic(check, &mut page);
        }
    }
    let ok = ok(lesson.failed() == 0);
    let _ = writeln!(page, "{ok} {number} - {}", escape(&lesson.name()));
    page
}

fn ok(passed: bool) -> &'static str {
    if passed { "ok" } else { "not ok" }
}

/// What went wrong, as a YAML block.
fn diagnostic(check: &CheckResult, page: &mut String) {
    let _ = writeln!(page, "      ---");
    let _ = writeln!(page, "      message: {}", yaml(check.words.get(Lang::En)));
    let _ = writeln!(page, "      detail: {}", yaml(&check.told()));
    let _ = writeln!(page, "      ...");
}

/// A quoted YAML scalar: JSON's strings are YAML's.
fn yaml(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `#` begins a directive, so it is escaped, and so is what escapes it.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | '\\' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
