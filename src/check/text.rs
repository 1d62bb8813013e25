//! Checks over the plain stdout of `python3 program.py`: no events, no `World`.
//!
//! Only textual checks apply (`lesson::kinds::TextKind`); the others are left out.

use super::kinds::{Printed, of_text};
use super::{Verdict, verdict};
use crate::lesson::{CheckKind, Circumstances, Lesson, Params};

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
    let printed = Printed {
        stdout: stdout.lines().collect(),
        stderr: stderr.map(|text| text.lines().collect()),
    };
    let checks = lesson.manifest.checks.iter();
    checks
        .filter_map(|check| {
            let CheckKind::Text(kind) = &check.kind else {
                return None;
            };
            verdict(lesson, check, &setting, || {
                of_text(kind, &setting, &printed)
            })
        })
        .collect()
}
