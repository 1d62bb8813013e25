//! Every program.py under the Python engine and every start method that its lesson calls sound: its events
//! fold to a World without contradictions, that World passes the lesson's checks, and its operations are of
//! the same kinds as its native twin's.

use std::collections::BTreeSet;
use std::path::PathBuf;

use forklore::check;
use forklore::engine::python::{Program, PythonConfig};
use forklore::engine::traced::Buffering;
use forklore::engine::{GateMode, Run};
use forklore::lesson::{Circumstances, Lesson, Library, Params, Scope, Value};
use forklore::model::World;
use forklore::trace::{Engine, Event, Kind, OpName, Role, StartMethod};

use super::native::{self, TIME_SCALE, rest};
use super::python::Python;

/// Runs program.py with these parameters, followed to its end.
fn ran(python: &Python, lesson: &Lesson, how: &How) -> Vec<Event> {
    let source = lesson.python_source(&how.params).expect("constants to set");
    let mut run = Run::python(PythonConfig {
        lesson: lesson.slug().to_owned(),
        interpreter: PathBuf::from(&python.program),
        program: Program::Copy {
            text: source,
            of: None,
        },
        buffering: how.buffering,
        method: Some(how.method),
        time_scale: TIME_SCALE,
        lines: how.lines,
        gate: GateMode::Open,
        scheduler: None,
        forklore: Some(PathBuf::from(env!("CARGO_BIN_EXE_forklore"))),
        environment: Vec::new(),
    })
    .expect("it starts");
    rest(&mut run)
}

struct How {
    params: Params,
    buffering: Buffering,
    method: StartMethod,
    lines: bool,
}

impl How {
    fn circumstances(&self, python: &Python) -> Circumstances {
        Circumstances {
            stdout: self.buffering.word().to_owned(),
            engine: Engine::Python,
            method: self.method.as_str().to_owned(),
            python: python.version,
        }
    }

    /// Whether the lesson says that its program works so.
    fn is_sound(&self, python: &Python, lesson: &Lesson) -> bool {
        let setting = lesson.setting(&self.params, &self.circumstances(python));
        setting.name("sound") != Some(Value::Bool(false))
    }
}

/// Roles and operations. Prints and ends are operations at the gate alone; names depend on what a line
/// of the program shows, and whose lock an Array makes for itself is CPython's business. CPython's pools
/// have threads; no primitive of `mp` starts one.
fn kinds(events: &[Event]) -> BTreeSet<(Role, OpName)> {
    let mut world = World::new();
    let mut found = BTreeSet::new();
    for event in events {
        world.apply(event);
        let role = event
            .proc
            .and_then(|proc| world.process(proc))
            .map(|process| process.role);
        let (Some(role), Kind::Op(op) | Kind::OpEnd(op)) = (role, &event.kind) else {
            continue;
        };
        let ours = matches!(role, Role::Main | Role::Process | Role::Worker);
        let said = !matches!(
            op.op,
            OpName::Name
                | OpName::Create
                | OpName::Print
                | OpName::Exit
                | OpName::ThreadStart
                | OpName::ThreadEnd
        );
        // A join that the program does not call is luck: who has ended by then is collected already.
        let called = op.op != OpName::Join || op.at.is_some() || op.object.is_some();
        if ours && said && called {
            found.insert((role, op.op));
        }
    }
    found
}

/// What is wrong with such a run, in words.
fn wrong(
    python: &Python,
    lesson: &Lesson,
    how: &How,
    native: &BTreeSet<(Role, OpName)>,
) -> Vec<String> {
    let events = ran(python, lesson, how);
    let mut world = World::new().scaled(TIME_SCALE);
    for event in &events {
        world.apply(event);
    }
    let mut wrong = Vec::new();
    let run = format!("{} {} {}", lesson.slug(), how.buffering.word(), how.method);
    for anomaly in world.anomalies().iter() {
        let event = &events[usize::try_from(anomaly.seq).expect("small") - 1];
        wrong.push(format!("{run}: {:?} at {event:?}", anomaly.kind));
    }
    for event in &events {
        if let Kind::Fault(fault) = &event.kind {
            wrong.push(format!("{run}: {fault:?}"));
        }
    }
    for verdict in check::evaluate(lesson, &how.params, &how.circumstances(python), &world) {
        if !verdict.passed {
            wrong.push(format!("{run}: {}: {}", verdict.id, verdict.detail.en));
        }
    }
    let found = kinds(&events);
    for (role, op) in native.symmetric_difference(&found) {
        let whose = if native.contains(&(*role, *op)) {
            "native"
        } else {
            "python"
        };
        wrong.push(format!("{run}: only {whose} has {op} in {role}"));
    }
    let lines = events
        .iter()
        .any(|event| matches!(event.kind, Kind::Line { .. }));
    if lines != how.lines {
        wrong.push(format!("{run}: lines are told: {lines}"));
    }
    wrong
}

#[test]
fn every_program_under_python_is_what_its_native_twin_is() {
    let Some(python) = Python::find() else { return };
    let library = Library::embedded().expect("the lessons");
    let mut found = Vec::new();
    for lesson in library.iter().filter(|lesson| lesson.twin) {
        let params = Params::defaults(&lesson.manifest.parameters);
        let native = kinds(&native::events(lesson, &params, true));
        for (method, buffering) in [
            (StartMethod::Fork, Buffering::Lines),
            (StartMethod::Fork, Buffering::Blocks),
            (StartMethod::Spawn, Buffering::Lines),
            (StartMethod::Forkserver, Buffering::Lines),
        ] {
            let how = How {
                params: params.clone(),
                buffering,
                method,
                lines: buffering == Buffering::Lines,
            };
            if how.is_sound(&python, lesson) {
                found.extend(wrong(&python, lesson, &how, &native));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
