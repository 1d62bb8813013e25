//! Results as one JSON object.

use std::io;

use serde::Serialize;

use super::Results;
use crate::text::push_json;

#[derive(Serialize)]
struct Document<'a> {
    /// Version of this form.
    forklore_test: u32,
    lessons: Vec<Lesson<'a>>,
    passed: usize,
    failed: usize,
}

#[derive(Serialize)]
struct Lesson<'a> {
    slug: &'a str,
    engine: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    under: Option<&'a str>,
    runs: u32,
    seconds: f64,
    checks: Vec<Check<'a>>,
}

#[derive(Serialize)]
struct Check<'a> {
    id: &'a str,
    passed: bool,
    detail: String,
}

/// The document, on one line.
///
/// # Errors
/// What serde reports; plain strings and numbers give none.
pub fn write(results: &Results) -> io::Result<String> {
    let lessons = results.lessons.iter().map(|lesson| Lesson {
        slug: &lesson.slug,
        engine: lesson.engine.word(),
        under: lesson.under.as_deref(),
        runs: lesson.runs,
        seconds: (lesson.seconds * 1000.0).round() / 1000.0,
        checks: lesson
            .checks
            .iter()
            .map(|check| Check {
                id: &check.id,
                passed: check.passed,
                detail: check.told(),
            })
            .collect(),
    });
    let document = Document {
        forklore_test: 1,
        lessons: lessons.collect(),
        passed: results.passed(),
        failed: results.failed(),
    };
    let mut page = Vec::new();
    push_json(&mut page, &serde_json::to_vec(&document)?);
    page.push(b'\n');
    String::from_utf8(page).map_err(io::Error::other)
}
