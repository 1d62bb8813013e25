//! Facts that the log of a traced Python has beside its operations, each by a program of a few lines.

use std::ffi::OsString;
use std::path::PathBuf;

use forklore::engine::Run;
use forklore::engine::traced::{Buffering, TraceConfig};
use forklore::trace::{Event, FaultKind, Kind, OpName};

use super::native::rest;
use super::python::Python;

/// Runs a program of a few lines to its end.
fn run_of(python: &Python, text: &str) -> Vec<Event> {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("program.py");
    std::fs::write(&program, text).expect("a program");
    let mut run = Run::trace(TraceConfig {
        argv: vec![OsString::from(&python.program), program.into()],
        buffering: Buffering::Blocks,
        input: None,
        wait: false,
        forklore: Some(PathBuf::from(env!("CARGO_BIN_EXE_forklore"))),
        environment: vec![("PYTHONUNBUFFERED".into(), "".into())],
    })
    .expect("it starts");
    rest(&mut run)
}

#[test]
fn a_wait_that_an_alarm_will_end_is_no_deadlock() {
    let Some(python) = Python::find() else { return };
    let text = "import multiprocessing, signal\nlock = multiprocessing.Lock()\nlock.acquire()\n\
                signal.alarm(2)\nlock.acquire()\n";
    let events = run_of(&python, text);
    let told = |event: &&Event| matches!(&event.kind, Kind::Fault(fault) if fault.fault == FaultKind::Deadlock);
    assert_eq!(events.iter().find(told), None);
}

#[test]
fn text_that_is_not_flushed_is_counted_where_a_fork_doubles_it_and_an_exit_loses_it() {
    let Some(python) = Python::find() else { return };
    let text = "import os\nprint('12345', end='')\nif os.fork() == 0:\n    print('67', end='')\n    \
                os._exit(0)\nos.wait()\n";
    let events = run_of(&python, text);
    let counted = |name| {
        let ops = events.iter().filter_map(|event| match &event.kind {
            Kind::Op(op) if op.op == name => Some(op.args.n),
            _ => None,
        });
        ops.collect::<Vec<_>>()
    };
    assert_eq!(counted(OpName::OsFork), [Some(5)]);
    assert_eq!(counted(OpName::OsExit), [Some(7)]);
    let printed: Vec<u8> = events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::Output(output) => Some(output.data.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(printed, b"12345", "it stays where it is");
}
