//! Checks over the plain stdout of `python3 program.py`: no events, no `World`.
//!
//! Only textual checks apply (`CheckKind::is_textual`); the others are left out.

use super::{Verdict, lines, verdict};
use crate::lesson::{Circumstances, Lesson, Params};

/// Every textual check that applies, held against what was printed.
#[must_use]
pub fn evaluate(
    lesson: &Lesson,
    params: &Params,
    circumstances: &Circumstances,
    stdout: &str,
    stderr: Option<&str>,
) -> Vec<Verdict> {
    let setting = lesson.setting(params, circumstances);
    let stdout: Vec<&str> = stdout.lines().collect();
    let stderr: Option<Vec<&str>> = stderr.map(|text| text.lines().collect());
    let checks = lesson.manifest.checks.iter();
    checks
        .filter(|check| check.kind.is_textual())
        .filter_map(|check| {
            verdict(check, &setting, &|kind| {
                lines::of_text(kind, &setting, &stdout, stderr.as_deref())
            })
        })
        .collect()
}
