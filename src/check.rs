//! Checks: a lesson's invariants, evaluated over a finished `World` or over plain printed text.
//!
//! Owns `Verdict` and how each kind of check is answered (`kinds`); what is asked stands in the
//! lesson (`lesson::kinds`, which also says how to add a kind). Reads a `World` and changes nothing.
//! Every verdict says in both languages what was seen and, if the check failed, what was expected.
//! Nothing here depends on luck: a check must pass for every run of the program it belongs to.

mod facts;
mod grade;
mod kinds;
mod lines;
mod objects;
mod outcomes;
mod processes;
mod shown;
mod tasks;
pub mod text;

use crate::lesson::kinds::RunKind;
use crate::lesson::{
    Check, CheckKind, Circumstances, EvalError, Lesson, Of, Params, Scope, Setting, Spot, Words,
};
use crate::model::{Process, World};
use crate::trace::{Header, Role, RunStatus};

pub use facts::{Facts, outcome};
pub use grade::{Answer, Evidence, Grade, Mark, grade};
pub use outcomes::outcome_name;

/// What became of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The check's id in lesson.toml.
    pub id: String,
    pub passed: bool,
    /// What the check says, from the lesson.
    pub words: Words,
    /// What was seen, and what was expected where it differs.
    pub detail: Words,
}

/// The answer to one check, before it has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Judged {
    passed: bool,
    detail: Words,
}

impl Judged {
    fn new(passed: bool, detail: Words) -> Judged {
        Judged { passed, detail }
    }

    fn passed(detail: Words) -> Judged {
        Judged::new(true, detail)
    }

    fn failed(detail: Words) -> Judged {
        Judged::new(false, detail)
    }
}

type Result<T> = std::result::Result<T, EvalError>;

/// Every check of the lesson that applies to the run, in the lesson's order.
#[must_use]
pub fn evaluate(
    lesson: &Lesson,
    params: &Params,
    circumstances: &Circumstances,
    world: &World,
) -> Vec<Verdict> {
    let setting = lesson.setting(params, circumstances);
    let checks = &lesson.manifest.checks;
    checks
        .iter()
        .filter_map(|check| {
            verdict(lesson, check, &setting, || {
                of_world(&check.kind, &setting, world)
            })
        })
        .collect()
}

/// Whether all checks passed and the run ended as the lesson says it does; a lesson that says
/// nothing of it expects it to finish.
#[must_use]
pub fn is_as_expected(lesson: Option<&Lesson>, verdicts: &[Verdict], world: &World) -> bool {
    let status = world.end().map(|note| note.end.status);
    let says_so = |verdict: &Verdict| {
        let checks = lesson.map_or(&[][..], |lesson| &lesson.manifest.checks);
        checks.iter().any(|check| {
            check.id == verdict.id && matches!(check.kind, CheckKind::Run(RunKind::Status(_)))
        })
    };
    verdicts.iter().all(|verdict| verdict.passed)
        && (status == Some(RunStatus::Finished) || verdicts.iter().any(says_so))
}

/// How the run of a recording was made.
#[must_use]
pub fn circumstances(header: &Header) -> Circumstances {
    let python = header.python.as_deref().and_then(|version| {
        let mut parts = version
            .split('.')
            .map_while(|part| part.parse::<i64>().ok());
        let (major, minor) = (parts.next()?, parts.next()?);
        major.checked_mul(100)?.checked_add(minor)
    });
    Circumstances {
        stdout: header.stdout.clone(),
        engine: header.engine.engine(),
        python: python.unwrap_or(Circumstances::default().python),
        method: header
            .start_method
            .clone()
            .unwrap_or(Circumstances::default().method),
    }
}

/// The verdict of one check; `None` where it does not apply.
fn verdict(
    lesson: &Lesson,
    check: &Check,
    setting: &Setting,
    judge: impl FnOnce() -> Result<Judged>,
) -> Option<Verdict> {
    let judged = match check.when.as_ref().map(|when| when.holds(setting)) {
        Some(Ok(false)) => return None,
        Some(Err(error)) => Err(error),
        Some(Ok(true)) | None => judge(),
    };
    let judged =
        judged.unwrap_or_else(|error| Judged::failed(at_fault(lesson, check.spot, &error)));
    Some(Verdict {
        id: check.id.clone(),
        passed: judged.passed,
        words: check.words.clone(),
        detail: judged.detail,
    })
}

/// That an expression of the lesson has no value.
fn at_fault(lesson: &Lesson, spot: Spot, error: &EvalError) -> Words {
    let at = format!("{}:{}", lesson.manifest.file, spot.line);
    Words::tell("verdict.at-fault", &[("at", &at), ("why", &error.words())])
}

fn of_world(kind: &CheckKind, scope: &dyn Scope, world: &World) -> Result<Judged> {
    match kind {
        CheckKind::Text(kind) => lines::of_world(kind, scope, world),
        CheckKind::Run(kind) => kinds::of_run(kind, scope, world),
    }
}

/// Whether a check of this role speaks of the process. Processes of other programs are nobody's.
fn is_of(of: Of, process: &Process) -> bool {
    match of {
        Of::All => matches!(process.role, Role::Main | Role::Process | Role::Worker),
        Of::Main => process.role == Role::Main,
        Of::Process => process.role == Role::Process,
        Of::Worker => process.role == Role::Worker,
        Of::Manager => process.role == Role::Manager,
    }
}

#[cfg(test)]
mod tests;
