//! The lessons against plain CPython. Every program.py passes the lesson's output checks, as it is
//! and with each parameter at the ends of its range. Every claim's probe ends as the claim says.
//!
//! Skipped with a message where there is no python3. `FORKLORE_TEST_PYTHON` names another one.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test says what it expects"
)]

#[path = "lessons/broken.rs"]
mod broken;
#[path = "lessons/facts.rs"]
mod facts;
#[path = "lessons/mutants.rs"]
mod mutants;
#[path = "lessons/native.rs"]
mod native;
#[path = "lessons/programs.rs"]
mod programs;
#[path = "lessons/python.rs"]
mod python;
#[path = "lessons/recorded.rs"]
mod recorded;
#[path = "lessons/suites.rs"]
mod suites;
#[path = "lessons/traced.rs"]
mod traced;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

use forklore::check::text;
use forklore::lesson::kinds::{RunKind, Status};
use forklore::lesson::{
    CheckKind, Circumstances, Expected, Lesson, Library, ParameterKind, Params, Value,
};
use forklore::trace::Engine;
use python::{Python, Ran};

/// The defaults (program.py as it is); then, with short sleeps, each parameter in turn at its bounds
/// or choices.
fn settings(lesson: &Lesson) -> Vec<Params> {
    let parameters = &lesson.manifest.parameters;
    let set = |params: &mut Params, name: &str, value: &Value| {
        params
            .set_value(lesson.slug(), parameters, name, value)
            .expect("a value within its range");
    };
    let mut short = Params::defaults(parameters);
    if parameters.iter().any(|parameter| parameter.name == "sleep") {
        set(&mut short, "sleep", &Value::Float(0.1));
    }
    let mut found = vec![Params::defaults(parameters)];
    for parameter in parameters
        .iter()
        .filter(|parameter| parameter.name != "sleep")
    {
        let values = match &parameter.kind {
            ParameterKind::Int { min, max, .. } => vec![(*min).into(), (*max).into()],
            ParameterKind::Bool { default } => vec![Value::Bool(!default)],
            ParameterKind::Seconds { min, .. } => vec![Value::Float(*min)],
            ParameterKind::Choice { choices, .. } => {
                let texts = choices.iter().map(|choice| choice.value.clone());
                texts.map(Value::Str).collect()
            }
        };
        for value in values {
            let mut params = short.clone();
            set(&mut params, &parameter.name, &value);
            found.push(params);
        }
    }
    found
}

/// Every lesson with each of its settings. The slow lessons come first, so that none of them runs
/// alone at the end.
fn runs<'a>(lessons: impl DoubleEndedIterator<Item = &'a Lesson>) -> Vec<(&'a Lesson, Params)> {
    let with_settings = |lesson| {
        settings(lesson)
            .into_iter()
            .map(move |params| (lesson, params))
    };
    lessons.rev().flat_map(with_settings).collect()
}

/// Does the work on all items, several at once: the programs mostly sleep.
fn together<T: Sync>(items: &[T], work: impl Fn(&T) -> Vec<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let share = || {
        let mut found = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.extend(work(item));
        }
        found
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(share)).collect();
        let ended = workers.into_iter().map(ScopedJoinHandle::join);
        ended.flat_map(|found| found.expect("a run")).collect()
    })
}

/// Whether the lesson says that such a run never ends.
fn hangs(lesson: &Lesson, params: &Params, circumstances: &Circumstances) -> bool {
    let setting = lesson.setting(params, circumstances);
    let deadlock = Value::Str("deadlock".to_owned());
    lesson.manifest.checks.iter().any(|check| {
        let applies = check
            .when
            .as_ref()
            .is_none_or(|when| when.holds(&setting).unwrap());
        match &check.kind {
            CheckKind::Run(RunKind::Status(Status {
                status: Expected::Is(is),
            })) if applies => is.eval(&setting).unwrap() == deadlock,
            _ => false,
        }
    })
}

/// Runs program.py with these parameters and evaluates the checks of its output.
fn held(python: &Python, lesson: &Lesson, params: &Params) -> Vec<String> {
    let circumstances = Circumstances {
        stdout: "pipe".to_owned(),
        engine: Engine::Python,
        method: python.method.clone(),
        python: python.version,
    };
    let stuck = hangs(lesson, params, &circumstances);
    let source = lesson.python_source(params).expect("constants to set");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("program.py"), source).expect("a program");
    let Ran {
        ended,
        stdout,
        stderr,
    } = python.run(folder.path(), "program.py", stuck);
    let values: Vec<String> = params
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let run = format!("{} {}", lesson.slug(), values.join(" "));
    let mut wrong = Vec::new();
    if ended == stuck {
        let what = if stuck {
            "ended, a deadlock was expected"
        } else {
            "did not end"
        };
        wrong.push(format!("{run}: {what}; stderr: {stderr}"));
    }
    for verdict in text::evaluate(lesson, params, &circumstances, &stdout, Some(&stderr)) {
        if !verdict.passed {
            wrong.push(format!("{run}: {}: {}", verdict.id, verdict.detail.en));
        }
    }
    wrong
}

#[test]
fn plain_python_holds_every_output_check() {
    let Some(python) = Python::find() else { return };
    let library = Library::embedded().expect("the lessons");
    let folders = std::fs::read_dir("lessons").expect("the lessons' folders");
    assert_eq!(library.len(), folders.count());
    let runs = runs(library.iter());
    let wrong = together(&runs, |(lesson, params)| held(&python, lesson, params));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_claims_probe_ends_as_the_claim_says() {
    let Some(python) = Python::find() else { return };
    let library = Library::embedded().expect("the lessons");
    let mut wrong = Vec::new();
    let mut ran = 0;
    for lesson in library.iter() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in &lesson.files.probes {
            std::fs::write(folder.path().join(name), text).expect("a probe");
        }
        for claim in &lesson.manifest.claims {
            let fits = claim.methods.is_empty() || claim.methods.contains(&python.method);
            if !fits
                || claim
                    .python
                    .is_some_and(|range| !range.holds(python.version))
            {
                continue;
            }
            ran += 1;
            let Ran {
                ended,
                stdout,
                stderr,
            } = python.run(folder.path(), &claim.probe, false);
            if !ended || !stdout.trim_end().ends_with(claim.expect.trim_end()) {
                wrong.push(format!(
                    "{} {}: probes/{} printed {stdout:?}, which does not end with {:?}; ended: \
                     {ended}; stderr: {stderr}",
                    lesson.slug(),
                    claim.id,
                    claim.probe,
                    claim.expect
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran >= 8, "only {ran} probes were for this python");
}
