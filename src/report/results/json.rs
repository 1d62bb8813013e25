//! Results as one JSON object.

use std::io;

use serde::Serialize;

use super::Results;
use crate::lesson::Words;
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
    /// In English: what was seen, in which run, and where that is kept.
    detail: String,
    words: &'a Words,
    /// What was seen, in each language.
    seen: &'a Words,
    /// The first run it failed in, and its recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<String>,
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
                words: &check.words,
                seen: &check.detail,
                run: check.failed.as_ref().map(|failed| failed.run),
                recording: check
                    .failed
                    .as_ref()
                    .and_then(|failed| failed.recording.as_ref())
                    .map(|path| path.display().to_string()),
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
