//! The programs of tests/trace under the real `trace`, with every start method: the same exit code, no
//! contradiction in the World, no process left.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use forklore::engine::Run;
use forklore::engine::traced::{Buffering, TraceConfig};
use forklore::model::World;
use forklore::trace::{Exit, FaultKind, Kind, RunStatus};

use super::native::rest;
use super::python::Python;

/// The name, and the arguments after the start method.
const PROGRAMS: [(&str, &[&str]); 14] = [
    ("locks", &["Lock", "40"]),
    ("locks", &["RLock", "40"]),
    ("locks", &["Semaphore", "40"]),
    ("queues", &["Queue", "30"]),
    ("queues", &["JoinableQueue", "30"]),
    ("queues", &["SimpleQueue", "30"]),
    ("arrays", &["30"]),
    ("pools", &[]),
    ("meetings", &[]),
    ("pipes", &[]),
    ("managers", &[]),
    ("remotes", &[]),
    ("system", &[]),
    ("executor", &[]),
];

fn wrong(python: &Python, name: &str, method: &str, more: &[&str]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trace/programs");
    let mut argv = vec![OsString::from(&python.program)];
    argv.push(folder.join(format!("{name}.py")).into());
    argv.push(method.into());
    argv.extend(more.iter().map(OsString::from));
    let mut run = Run::trace(TraceConfig {
        argv,
        buffering: Buffering::Lines,
        input: None,
        wait: false,
        forklore: Some(PathBuf::from(env!("CARGO_BIN_EXE_forklore"))),
        environment: Vec::new(),
    })
    .expect("it starts");
    let events = rest(&mut run);
    let mut world = World::new();
    let run = format!("{name} {method} {more:?}");
    let mut wrong = Vec::new();
    for event in &events {
        world.apply(event);
        match &event.kind {
            // CPython's tracker of resources and its forkserver may outlive the main process by a moment.
            Kind::Fault(fault) if fault.fault == FaultKind::LivesOn => {}
            Kind::Fault(fault) if fault.fault != FaultKind::StartFailed => {
                wrong.push(format!("{run}: {fault:?}"));
            }
            _ => {}
        }
    }
    for anomaly in world.anomalies().iter().take(8) {
        let at = usize::try_from(anomaly.seq).expect("small") - 1;
        wrong.push(format!("{run}: {:?} at {:?}", anomaly.kind, events[at]));
    }
    let main = world.process(0).and_then(forklore::model::Process::exit);
    let end = world.end().map(|note| note.end.status);
    if (main, end) != (Some(Exit::Code(0)), Some(RunStatus::Finished)) {
        let printed = events.iter().filter_map(|event| match &event.kind {
            Kind::Output(output) => Some(String::from_utf8_lossy(&output.data)),
            _ => None,
        });
        let printed: String = printed.collect();
        wrong.push(format!("{run}: {main:?} {end:?} {printed}"));
    }
    wrong
}

#[test]
fn programs_of_every_kind_are_followed_under_every_start_method() {
    let Some(python) = Python::find() else { return };
    let mut found = Vec::new();
    for (name, more) in PROGRAMS {
        for method in ["fork", "spawn", "forkserver"] {
            found.extend(wrong(&python, name, method, more));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Programs and checks of tests/trace/check.py that hold a traced Python against the same one plainly: its
/// C functions, stacks and tracebacks, descriptors.
const SAME: [&str; 11] = [
    "cfunctions",
    "frames",
    "interrupt",
    "limited",
    "descriptors",
    "chained",
    "system",
    "executor",
    "blocks",
    "insides",
    "others",
];

#[test]
fn a_traced_python_is_to_its_program_what_it_is_plainly() {
    let Some(python) = Python::find() else { return };
    // Behind a shim is the interpreter itself.
    let real = Command::new(&python.program)
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .expect("python runs");
    let real = String::from_utf8(real.stdout).expect("a path");
    let check = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trace/check.py");
    for word in SAME {
        let said = Command::new(real.trim())
            .arg(&check)
            .args([real.trim(), "-k", word])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .expect("check.py runs");
        assert!(
            said.status.success(),
            "{word}: {}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        );
    }
}
