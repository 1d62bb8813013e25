//! Every program.py under the Python engine and every start method that its lesson calls sound: its events
//! fold to a World without contradictions, that World passes the lesson's checks, and its operations are of
//! the same kinds as its native twin's. Let go in the same order, both come to the same outcome.

use std::collections::BTreeSet;
use std::path::PathBuf;

use forklore::check::{self, Facts, outcome_name};
use forklore::engine::interpreter::Interpreter;
use forklore::engine::native::NativeConfig;
use forklore::engine::python::{Program, PythonConfig};
use forklore::engine::traced::Buffering;
use forklore::engine::{GateMode, Run, Scheduler};
use forklore::explore::scheduler::Script;
use forklore::explore::strategy::{Strategy, StrategyName};
use forklore::lesson::schedule::Schedule;
use forklore::lesson::{Circumstances, Lesson, Library, Params, Scope, Value};
use forklore::model::World;
use forklore::trace::{Engine, Event, Kind, OpName, Role, StartMethod};

use super::native::{self, TIME_SCALE, rest};
use super::python::Python;

/// Operations a second of a run that is scheduled: no step waits for the clock.
const PACE: GateMode = GateMode::Paced {
    per_second: 10_000.0,
};

/// Runs program.py with these parameters, followed to its end.
fn ran(python: &Python, lesson: &Lesson, how: &How, scheduler: Option<Script>) -> Vec<Event> {
    let source = lesson.python_source(&how.params).expect("constants to set");
    let mut run = Run::python(PythonConfig {
        lesson: lesson.slug().to_owned(),
        // Behind a shim: what the shim runs stands at no gate.
        interpreter: Interpreter::find(Some(&python.program))
            .expect("it answered")
            .path,
        program: Program::Copy {
            text: source,
            of: None,
        },
        buffering: how.buffering,
        method: Some(how.method),
        time_scale: TIME_SCALE,
        lines: how.lines,
        gate: scheduler.as_ref().map_or(GateMode::Open, |_| PACE),
        scheduler: scheduler.map(|script| Box::new(script) as Box<dyn Scheduler>),
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
    let events = ran(python, lesson, how, None);
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

/// What a run came to, under the lesson's projection.
fn outcome(
    lesson: &Lesson,
    params: &Params,
    circumstances: &Circumstances,
    world: &World,
) -> String {
    let setting = lesson.setting(params, circumstances);
    let facts = Facts {
        lesson,
        setting: &setting,
        world,
    };
    outcome_name(&facts).expect("an outcome")
}

fn folded(events: &[Event]) -> World {
    let mut world = World::new().scaled(TIME_SCALE);
    for event in events {
        world.apply(event);
    }
    world
}

/// The outcome of a native run in an order drawn at random, and that order; none where a pool is at work:
/// which worker takes a task is no step of CPython's.
fn drawn(lesson: &Lesson, how: &How, seed: u64) -> (String, Option<Schedule>) {
    let mut run = Run::start(NativeConfig {
        lesson: lesson.slug().to_owned(),
        params: how.params.to_json(),
        time_scale: TIME_SCALE,
        seed,
        line_buffered: how.buffering == Buffering::Lines,
        gate: PACE,
        scheduler: Some(Box::new(Strategy::new(StrategyName::Random, seed))),
        forklore: Some(PathBuf::from(env!("CARGO_BIN_EXE_forklore"))),
        environment: Vec::new(),
    })
    .expect("it starts");
    let world = folded(&rest(&mut run));
    let (steps, begins) = world.turns().all().expect("all turns");
    let schedule = Schedule {
        steps,
        begins,
        ..Schedule::of(lesson.slug(), &lesson.manifest.parameters, &how.params)
    };
    let circumstances = native::circumstances(how.buffering == Buffering::Lines);
    let pool = world
        .processes()
        .any(|process| process.role == Role::Worker);
    (
        outcome(lesson, &how.params, &circumstances, &world),
        (!pool).then_some(schedule),
    )
}

#[test]
fn let_go_in_the_same_order_python_comes_to_the_outcome_of_the_native_twin() {
    let Some(python) = Python::find() else { return };
    let library = Library::embedded().expect("the lessons");
    for lesson in library.iter().filter(|lesson| lesson.twin) {
        for (seed, buffering) in [(1, Buffering::Lines), (2, Buffering::Blocks)] {
            let how = How {
                params: Params::defaults(&lesson.manifest.parameters),
                buffering,
                method: StartMethod::Fork,
                lines: false,
            };
            let (wanted, schedule) = drawn(lesson, &how, seed);
            if schedule.is_none() && buffering == Buffering::Blocks {
                // In which order the workers end is luck, and with it their output.
                continue;
            }
            let script = schedule.as_ref().map(|order| Script::new(order, None));
            let world = folded(&ran(&python, lesson, &how, script));
            let found = outcome(lesson, &how.params, &how.circumstances(&python), &world);
            let order = schedule.map_or_else(String::new, |order| order.to_string());
            let (lesson, buffering) = (lesson.slug(), buffering.word());
            assert_eq!(found, wanted, "{lesson} {buffering} {order}");
        }
    }
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
