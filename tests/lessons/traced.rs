//! Every program.py under `trace`: its events fold to a World without contradictions, and that World
//! passes the lesson's checks, as its native twin's does.

use std::ffi::OsString;
use std::path::PathBuf;

use forklore::check;
use forklore::engine::Run;
use forklore::engine::traced::{Buffering, TraceConfig};
use forklore::lesson::{Circumstances, Lesson, Library, Params, Value};
use forklore::model::World;
use forklore::trace::{Engine, Event, Kind};

use super::native::rest;
use super::python::Python;

/// Runs program.py with these parameters, followed to its end.
fn traced(python: &Python, lesson: &Lesson, params: &Params, buffering: Buffering) -> Vec<Event> {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("program.py");
    let source = lesson.python_source(params).expect("constants to set");
    std::fs::write(&program, source).expect("a program");
    let mut run = Run::trace(TraceConfig {
        argv: vec![OsString::from(&python.program), program.into()],
        buffering,
        input: None,
        wait: false,
        forklore: Some(PathBuf::from(env!("CARGO_BIN_EXE_forklore"))),
        environment: vec![("PYTHONUNBUFFERED".into(), "".into())],
    })
    .expect("it starts");
    rest(&mut run)
}

/// The defaults, with short sleeps.
fn short(lesson: &Lesson) -> Params {
    let parameters = &lesson.manifest.parameters;
    let mut params = Params::defaults(parameters);
    if parameters.iter().any(|parameter| parameter.name == "sleep") {
        let set = params.set_value(lesson.slug(), parameters, "sleep", &Value::Float(0.1));
        set.expect("a value within its range");
    }
    params
}

/// What is wrong with such a run, in words.
fn wrong(python: &Python, lesson: &Lesson, buffering: Buffering) -> Vec<String> {
    let params = short(lesson);
    let circumstances = Circumstances {
        stdout: buffering.word().to_owned(),
        engine: Engine::Python,
        method: python.method.clone(),
        python: python.version,
    };
    let events = traced(python, lesson, &params, buffering);
    let mut world = World::new();
    for event in &events {
        world.apply(event);
    }
    let mut wrong = Vec::new();
    let run = format!("{} {}", lesson.slug(), buffering.word());
    for anomaly in world.anomalies().iter() {
        let event = &events[usize::try_from(anomaly.seq).expect("small") - 1];
        wrong.push(format!("{run}: {:?} at {event:?}", anomaly.kind));
    }
    for event in &events {
        if let Kind::Fault(fault) = &event.kind {
            wrong.push(format!("{run}: {fault:?}"));
        }
    }
    for verdict in check::evaluate(lesson, &params, &circumstances, &world) {
        if !verdict.passed {
            wrong.push(format!("{run}: {}: {}", verdict.id, verdict.detail.en));
        }
    }
    if world
        .process(0)
        .is_none_or(|main| &*main.name != "MainProcess")
    {
        wrong.push(format!("{run}: the main process has not said who it is"));
    }
    wrong
}

#[test]
fn every_program_under_trace_holds_the_checks_of_its_lesson() {
    let Some(python) = Python::find() else { return };
    let library = Library::embedded().expect("the lessons");
    let mut found = Vec::new();
    for lesson in library.iter() {
        for buffering in [Buffering::Lines, Buffering::Blocks] {
            found.extend(wrong(&python, lesson, buffering));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
