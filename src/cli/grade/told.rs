//! What grading says of all students: the last line for people, and one JSON object.

use std::io;

use serde::Serialize;

use crate::lesson::Words;
use crate::report::{CheckResult, LessonResult, Results, Style};
use crate::text::{Mood, push_json};

/// The last line.
pub(super) fn summary(style: &Style, all: &Results) -> String {
    let programs = all.lessons.len();
    let passed = passed(all);
    let seconds: f64 = all.lessons.iter().map(|student| student.seconds).sum();
    let seconds = format!("{seconds:.1}");
    let runs: u32 = all.lessons.iter().map(|student| student.runs).sum();
    let words = style.lang.tell(
        "grade.summary",
        &[
            ("programs", &programs),
            ("runs", &runs),
            ("passed", &passed),
            ("failed", &(programs - passed)),
            ("seconds", &seconds),
        ],
    );
    let mood = if passed == programs {
        Mood::Good
    } else {
        Mood::Bad
    };
    format!("{}\n", style.paint.mood(mood, words))
}

/// How many programs have no mistake.
fn passed(all: &Results) -> usize {
    let students = all.lessons.iter();
    students.filter(|student| student.failed() == 0).count()
}

#[derive(Serialize)]
struct Document<'a> {
    /// Version of this form.
    forklore_grade: u32,
    lesson: &'a str,
    students: Vec<Program<'a>>,
    passed: usize,
    failed: usize,
}

#[derive(Serialize)]
struct Program<'a> {
    student: &'a str,
    passed: bool,
    /// Why it could not be graded.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    runs: u32,
    seconds: f64,
    checks: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    passed: bool,
    words: &'a Words,
    detail: &'a Words,
    /// The first run it failed in, its parameters and its recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<String>,
}

/// The document, on one line.
pub(super) fn json(lesson: &str, all: &Results) -> io::Result<String> {
    let passed = passed(all);
    let document = Document {
        forklore_grade: 1,
        lesson,
        students: all.lessons.iter().map(program).collect(),
        passed,
        failed: all.lessons.len() - passed,
    };
    let mut page = Vec::new();
    push_json(&mut page, &serde_json::to_vec(&document)?);
    page.push(b'\n');
    String::from_utf8(page).map_err(io::Error::other)
}

fn program(student: &LessonResult) -> Program<'_> {
    let refused = student.checks.iter().find(|check| !check.ran);
    Program {
        student: &student.slug,
        passed: student.failed() == 0,
        error: refused.map(|check| check.detail.en.as_str()),
        runs: student.runs,
        seconds: (student.seconds * 1000.0).round() / 1000.0,
        checks: match refused {
            Some(_) => Vec::new(),
            None => student.checks.iter().map(line).collect(),
        },
    }
}

fn line(check: &CheckResult) -> Line<'_> {
    let failed = check.failed.as_ref();
    let recording = failed.and_then(|failed| failed.recording.as_ref());
    Line {
        id: &check.id,
        passed: check.passed,
        words: &check.words,
        detail: &check.detail,
        run: failed.map(|failed| failed.run),
        params: failed.map(|failed| failed.row.as_str()),
        recording: recording.map(|path| path.display().to_string()),
    }
}
