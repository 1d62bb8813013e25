//! What grading says of a student: for people, and as one JSON object for all.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use serde::Serialize;

use crate::check::Verdict;
use crate::lesson::Words;
use crate::report::{CheckResult, LessonResult, Results, Style};
use crate::text::{Mood, clean, fit, push_json};

/// Columns of a program's name.
const NAME: usize = 24;

/// What came of one program: its checks over all runs, and the parameters each run had.
pub(super) struct Graded {
    pub result: LessonResult,
    /// By run, from 1.
    pub rows: Vec<String>,
    /// It could not be read or started.
    pub refused: Option<String>,
}

impl Graded {
    /// Adds a run.
    pub(super) fn add(
        &mut self,
        verdicts: Vec<Verdict>,
        seconds: f64,
        recording: Option<&Path>,
        row: String,
    ) {
        self.result.add(verdicts, seconds, recording);
        self.rows.push(row);
    }

    fn row(&self, run: u32) -> &str {
        let row = usize::try_from(run).ok().and_then(|run| run.checked_sub(1));
        row.and_then(|row| self.rows.get(row))
            .map_or("", String::as_str)
    }

    fn failed(&self) -> impl Iterator<Item = &CheckResult> {
        self.result.checks.iter().filter(|check| !check.passed)
    }
}

/// A line for the program, and what is red.
pub(super) fn human(style: &Style, graded: &Graded) -> String {
    let lang = style.lang;
    let result = &graded.result;
    let name = clean(&result.slug).into_owned();
    let name = fit(&name, NAME.max(crate::text::width(&name) + 2));
    if let Some(why) = &graded.refused {
        let words = lang.tell("grade.refused", &[("why", &clean(why))]);
        return format!(
            "{name}{}\n",
            style.paint.mood(Mood::Bad, format!("✗ {words}"))
        );
    }
    let (failed, all) = (result.failed(), result.checks.len());
    let (sign, words, mood) = if failed == 0 {
        let words = lang.tell("test.passed", &[("checks", &all)]);
        ("✓", words, Mood::Good)
    } else {
        let words = lang.tell("test.failed", &[("failed", &failed), ("checks", &all)]);
        ("✗", words, Mood::Bad)
    };
    let seconds = format!("{:.2}", result.seconds);
    let runs = lang.tell(
        "test.runs",
        &[("runs", &result.runs), ("seconds", &seconds)],
    );
    let verdict = style.paint.mood(mood, format!("{sign} {words}"));
    let mut page = format!("{name}{verdict}  {runs}\n");
    let not_judged = Words::tell("grade.not-judged", &[]);
    let mut unjudged = 0;
    let mut first: Option<&CheckResult> = None;
    for check in graded.failed() {
        first = first.or(Some(check));
        if check.detail == not_judged {
            unjudged += 1;
            continue;
        }
        let line = format!("✗ {}: {}", clean(&check.id), clean(check.words.get(lang)));
        // Writing to a String does not fail.
        let _ = writeln!(page, "  {}", style.paint.mood(Mood::Bad, line));
        let _ = writeln!(page, "    {}", clean(check.detail.get(lang)));
        seen_in(style, graded, check, &mut page);
    }
    if unjudged > 0 {
        let words = lang.tell("grade.unjudged", &[("n", &unjudged)]);
        let _ = writeln!(page, "  {words}");
    }
    if let Some(recording) = first.and_then(|check| check.failed.as_ref()?.recording.as_deref()) {
        let path = recording.display().to_string();
        let words = lang.tell("grade.recording", &[("path", &clean(&path))]);
        let _ = writeln!(page, "  {}", style.paint.mood(Mood::Dim, words));
    }
    page
}

/// In which run it failed, where there were several.
fn seen_in(style: &Style, graded: &Graded, check: &CheckResult, page: &mut String) {
    let Some(failed) = check.failed.as_ref().filter(|_| graded.result.runs > 1) else {
        return;
    };
    let row = graded.row(failed.run);
    let words = match row {
        "" => style.lang.tell("grade.in-run", &[("run", &failed.run)]),
        row => style.lang.tell(
            "grade.in-row",
            &[("run", &failed.run), ("row", &clean(row))],
        ),
    };
    let _ = writeln!(page, "    {words}");
}

/// The last line.
pub(super) fn summary(style: &Style, all: &[Graded]) -> String {
    let passed = all.iter().filter(|graded| is_passed(graded)).count();
    let seconds: f64 = all.iter().map(|graded| graded.result.seconds).sum();
    let seconds = format!("{seconds:.1}");
    let runs: u32 = all.iter().map(|graded| graded.result.runs).sum();
    let words = style.lang.tell(
        "grade.summary",
        &[
            ("programs", &all.len()),
            ("runs", &runs),
            ("passed", &passed),
            ("failed", &(all.len() - passed)),
            ("seconds", &seconds),
        ],
    );
    let mood = if passed == all.len() {
        Mood::Good
    } else {
        Mood::Bad
    };
    format!("{}\n", style.paint.mood(mood, words))
}

pub(super) fn is_passed(graded: &Graded) -> bool {
    graded.refused.is_none() && graded.result.failed() == 0
}

/// For JUnit: a suite for each program.
pub(super) fn results(all: &[Graded]) -> Results {
    Results {
        lessons: all.iter().map(|graded| graded.result.clone()).collect(),
    }
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
pub(super) fn json(lesson: &str, all: &[Graded]) -> io::Result<String> {
    let passed = all.iter().filter(|graded| is_passed(graded)).count();
    let document = Document {
        forklore_grade: 1,
        lesson,
        students: all.iter().map(program).collect(),
        passed,
        failed: all.len() - passed,
    };
    let mut page = Vec::new();
    push_json(&mut page, &serde_json::to_vec(&document)?);
    page.push(b'\n');
    String::from_utf8(page).map_err(io::Error::other)
}

fn program(graded: &Graded) -> Program<'_> {
    let result = &graded.result;
    let line = |check| line(graded, check);
    Program {
        student: &result.slug,
        passed: is_passed(graded),
        error: graded.refused.as_deref(),
        runs: result.runs,
        seconds: (result.seconds * 1000.0).round() / 1000.0,
        checks: match graded.refused {
            Some(_) => Vec::new(),
            None => result.checks.iter().map(line).collect(),
        },
    }
}

fn line<'a>(graded: &'a Graded, check: &'a CheckResult) -> Line<'a> {
    let failed = check.failed.as_ref();
    let recording = failed.and_then(|failed| failed.recording.as_ref());
    Line {
        id: &check.id,
        passed: check.passed,
        words: &check.words,
        detail: &check.detail,
        run: failed.map(|failed| failed.run),
        params: failed.map(|failed| graded.row(failed.run)),
        recording: recording.map(|path| path.display().to_string()),
    }
}
