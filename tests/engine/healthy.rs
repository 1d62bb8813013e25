//! Programs in which all wait for a while and something that the log does not know wakes them: none is
//! called a deadlock. And one that is a deadlock, which is.
//!
//! Skipped, with a word, where there is no python3.

use std::fs::File;
use std::io::Write as _;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::path::Path;

use forklore::engine::Run;
use forklore::engine::traced::{Buffering, TraceConfig};
use forklore::feed::{Control, Feed as _};
use forklore::trace::{Event, Exit, FaultKind, Kind, Stream};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::harness::{MARK, assert_nothing_left, binary, exits, mark, output, rest, until};

/// A program of the folder, what it may read, and the test's mark.
fn start(program: &str, input: Option<OwnedFd>, mark: &str) -> Run {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/healthy");
    Run::trace(TraceConfig {
        argv: vec!["python3".into(), folder.join(program).into()],
        buffering: Buffering::Lines,
        input,
        wait: false,
        forklore: Some(binary()),
        environment: vec![(MARK.into(), mark.into())],
    })
    .expect("it starts")
}

fn has_python() -> bool {
    let found = std::process::Command::new("python3")
        .args(["-c", "0"])
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        println!("skipped: no python3 here");
    }
    found
}

fn says(event: &Event, fault: FaultKind) -> bool {
    matches!(&event.kind, Kind::Fault(found) if found.fault == fault)
}

/// Runs a program to its end; `wake` is called when this is said to be what could wake it.
fn healthy(program: &str, cause: Option<FaultKind>, wake: impl FnOnce(&[Event], File)) {
    if !has_python() {
        return;
    }
    let mark = mark();
    let (input, ours) = std::io::pipe().expect("a pipe");
    let mut run = start(program, Some(input.into()), &mark);
    let mut seen = Vec::new();
    let ours = File::from(OwnedFd::from(ours));
    if let Some(cause) = cause {
        let told = until(&mut run, &mut seen, |event| says(event, cause));
        assert!(told, "{program}: {seen:#?}");
        wake(&seen, ours);
    }
    let events = rest(&mut run, seen);
    let false_alarm = events.iter().find(|event| says(event, FaultKind::Deadlock));
    assert_eq!(false_alarm, None, "{program}");
    assert_eq!(exits(&events)[&0], Exit::Code(0), "{program}");
    assert_nothing_left(&mark);
}

/// Wakes itself.
fn alone(program: &str) {
    healthy(program, None, |_, _| {});
}

fn write_line(_: &[Event], mut input: File) {
    input.write_all(b"a line\n").expect("it is read");
}

#[test]
fn a_timer_thread_wakes_all() {
    alone("timer.py");
}

#[test]
fn a_handler_of_an_alarm_ends_a_get() {
    alone("alarm_handler.py");
}

#[test]
fn a_handler_of_an_interval_timer_sets_what_all_wait_for() {
    alone("itimer.py");
}

#[test]
fn a_thread_that_computes_wakes_all() {
    alone("computing_thread.py");
}

#[test]
fn a_thread_that_waits_with_a_timeout_wakes_all() {
    alone("timed_thread.py");
}

#[test]
fn an_event_loop_in_a_thread_wakes_all() {
    alone("loop_thread.py");
}

#[test]
fn a_line_on_standard_input_wakes_all() {
    healthy(
        "reading_thread.py",
        Some(FaultKind::AllWaitInput),
        write_line,
    );
}

#[test]
fn a_thread_in_select_wakes_all() {
    healthy(
        "selecting_thread.py",
        Some(FaultKind::AllWaitInput),
        write_line,
    );
}

#[test]
fn a_signal_from_outside_wakes_all() {
    healthy(
        "signal_handler.py",
        Some(FaultKind::AllWaitSignal),
        |seen, _| {
            kill(Pid::from_raw(seen[0].pid), Signal::SIGUSR1).expect("it waits");
        },
    );
}

#[test]
fn a_connection_from_outside_wakes_all() {
    healthy(
        "listening_thread.py",
        Some(FaultKind::AllWaitInput),
        |seen, _| {
            let said = output(seen, 0, Stream::Stdout);
            let port = said.lines().next().and_then(|line| line.parse().ok());
            TcpStream::connect(("127.0.0.1", port.expect("a port"))).expect("it listens");
        },
    );
}

#[test]
fn a_deadlock_beside_an_idle_thread_is_still_one() {
    if !has_python() {
        return;
    }
    let mark = mark();
    let mut run = start("opposite_locks.py", None, &mark);
    let mut seen = Vec::new();
    let told = until(&mut run, &mut seen, |event| {
        says(event, FaultKind::Deadlock)
    });
    assert!(told, "{seen:#?}");
    run.control(Control::Stop).expect("it goes on");
    rest(&mut run, seen);
    assert_nothing_left(&mark);
}
