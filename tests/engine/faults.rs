//! Runs that go wrong: no process is left, and the right error is reported.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use forklore::engine::{Run, StartError};
use forklore::feed::{Control, ControlError, Feed as _};
use forklore::sys::clock;
use forklore::trace::{Event, Exit, FaultKind, Kind, OpName, Role, RunStatus};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::harness::{
    MARK, PATIENCE, assert_nothing_left, await_marked, end, exits, lesson, mark, marked, output,
    rest, shell, until,
};

#[test]
fn stop_ends_a_run_that_would_not_end() {
    let mark = mark();
    // One process that ignores SIGTERM, one in the background, one orphan.
    let script = "trap '' TERM; (sh -c 'sleep 1000 & sleep 1000 &'); sleep 1000 & echo ready; wait; wait; sleep 1000";
    let mut run = shell(script, &mark);
    let mut seen = Vec::new();
    assert!(until(&mut run, &mut seen, |event| matches!(
        event.kind,
        Kind::Output(_)
    )));
    run.control(Control::Stop).expect("it runs");
    let events = rest(&mut run, seen);
    assert_eq!(end(&events).status, RunStatus::Stopped);
    assert!(end(&events).ended.len() >= 4, "{:?}", end(&events));
    assert_eq!(exits(&events)[&0], Exit::Signal(9), "it ignored SIGTERM");
    assert_eq!(run.control(Control::Stop), Err(ControlError::Over));
    assert_nothing_left(&mark);
}

#[test]
fn a_killed_main_process_leaves_orphans_that_are_seen_and_then_ended() {
    let mark = mark();
    let mut run = shell(
        "sh -c 'echo child; sleep 1000; echo never' & echo main; wait",
        &mark,
    );
    let mut seen = Vec::new();
    let mut words = 0;
    until(&mut run, &mut seen, |event| {
        words += u32::from(matches!(event.kind, Kind::Output(_)));
        words == 2
    });
    let main = seen
        .iter()
        .find(|event| event.proc == Some(0))
        .expect("main")
        .pid;
    assert_eq!(
        run.control(Control::Kill { pid: 1 }),
        Err(ControlError::NoProcess)
    );
    run.control(Control::Kill { pid: main }).expect("it runs");
    let events = rest(&mut run, seen);
    assert_eq!(end(&events).status, RunStatus::Failed);
    assert_eq!(exits(&events)[&0], Exit::Signal(9));
    assert_eq!(
        output(&events, 1, forklore::trace::Stream::Stdout),
        "child\n"
    );
    let faults: Vec<FaultKind> = events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::Fault(fault) => Some(fault.fault),
            _ => None,
        })
        .collect();
    assert_eq!(faults, [FaultKind::Killed, FaultKind::StageLost]);
    assert!(!end(&events).ended.is_empty());
    assert_nothing_left(&mark);
}

#[test]
fn a_run_that_is_dropped_leaves_nothing() {
    let mark = mark();
    let mut run = shell("sleep 1000 & echo ready; sleep 1000", &mark);
    assert!(until(&mut run, &mut Vec::new(), |event| matches!(
        event.kind,
        Kind::Output(_)
    )));
    // Guard, shell and two sleepers.
    await_marked(&mark, 4);
    let dir = run.dir().to_owned();
    drop(run);
    assert_eq!(marked(&mark), [0; 0], "at once");
    assert!(!dir.exists());
}

/// A supervisor in a process of its own, for tests that kill or starve it. They run this test binary
/// with the scenario in the environment.
#[test]
#[ignore = "other tests run it as a process of its own"]
fn supervisor_process() {
    let mark = std::env::var(MARK).expect("run by another test");
    match std::env::var("FORKLORE_TEST_SCENARIO").as_deref() {
        Ok("run") => {
            let mut run = shell(
                "trap '' TERM; (sleep 1000 &); echo ready; while :; do sleep 1; done",
                &mark,
            );
            assert!(until(&mut run, &mut Vec::new(), |event| matches!(
                event.kind,
                Kind::Output(_)
            )));
            println!("DIR {}", run.dir().display());
            rest(&mut run, Vec::new());
        }
        Ok("descriptors") => {
            let used = std::fs::read_dir("/proc/self/fd").expect("/proc").count() as u64;
            for spare in 0..40 {
                setrlimit(Resource::RLIMIT_NOFILE, used + spare, used + 40).expect("lowered");
                match Run::start(lesson("create-process", &[("processes", 1)], &mark)) {
                    Err(StartError::Descriptors { .. }) => {}
                    Ok(run) => {
                        drop(run);
                        println!("STARTED with {spare} to spare");
                        assert!(spare > 10, "it was refused before that");
                        return;
                    }
                    Err(error) => panic!("with {spare} to spare: {error}"),
                }
            }
            panic!("never started");
        }
        Ok("few descriptors") => told_at_every_limit(&mark),
        Ok("processes") => {
            if nix::unistd::geteuid().is_root() {
                // The limit does not apply to root.
                nix::unistd::setuid(nix::unistd::Uid::from_raw(65534)).expect("root may");
            }
            let mut refused = 0;
            for limit in 0..100 {
                setrlimit(Resource::RLIMIT_NPROC, limit, 100).expect("set");
                match Run::start(lesson("create-process", &[("processes", 1)], &mark)) {
                    Err(StartError::Processes { .. }) => refused += 1,
                    Err(error) => panic!("with {limit} processes: {error}"),
                    Ok(run) => {
                        drop(run);
                        println!("REFUSED {refused}");
                        // The guard, the main process and three threads each hit the limit once.
                        assert!(refused >= 5);
                        return;
                    }
                }
            }
            panic!("never started");
        }
        other => panic!("no scenario: {other:?}"),
    }
}

/// Runs the lesson lock with ever more descriptors, from where it starts at all.
fn told_at_every_limit(mark: &str) {
    let used = std::fs::read_dir("/proc/self/fd").expect("/proc").count() as u64;
    let mut runs = 0;
    for spare in 0..60 {
        setrlimit(Resource::RLIMIT_NOFILE, used + spare, used + 60).expect("lowered");
        match Run::start(lesson("lock", &[("processes", 4)], mark)) {
            Err(StartError::Descriptors { .. }) => {}
            Ok(mut run) => {
                assert_all_told(&rest(&mut run, Vec::new()), spare);
                runs += 1;
            }
            Err(error) => panic!("with {spare} to spare: {error}"),
        }
    }
    println!("TOLD {runs}");
}

/// Every process of this run of the lesson lock has its name, and sets one cell; or the log says that the
/// limit of descriptors was reached.
fn assert_all_told(events: &[Event], spare: u64) {
    let children = events.iter().filter(
        |event| matches!(&event.kind, Kind::ProcessStart(start) if start.role == Role::Process),
    );
    let set = |event: &&Event| matches!(&event.kind, Kind::Op(op) if op.op == OpName::Set);
    let counts = (
        children.count(),
        events.iter().filter(set).count(),
        events
            .iter()
            .filter(|event| event.proc.is_some_and(|proc| proc > 4))
            .count(),
    );
    let said = events
        .iter()
        .any(|event| matches!(&event.kind, Kind::Fault(fault) if fault.fault == FaultKind::Limit));
    assert!(
        counts == (4, 4, 0) || said,
        "with {spare} to spare {counts:?}: {events:#?}"
    );
}

fn supervisor(scenario: &str, mark: &str) -> Child {
    let own = std::env::current_exe().expect("this test binary");
    Command::new(own)
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "--test-threads=1",
            "faults::supervisor_process",
        ])
        .env(MARK, mark)
        .env("FORKLORE_TEST_SCENARIO", scenario)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts")
}

/// The rest of the line that begins with `word`.
fn line_of(child: &mut Child, word: &str) -> String {
    let output = BufReader::new(child.stdout.as_mut().expect("piped"));
    // The test runner's own words may come before it on the line.
    let mut lines = output.lines().map_while(Result::ok);
    let found = lines.find_map(|line| line.split_once(word).map(|(_, rest)| rest.to_owned()));
    found.expect("the supervisor says so")
}

#[test]
fn a_supervisor_killed_leaves_nothing() {
    let mark = mark();
    let mut child = supervisor("run", &mark);
    let dir = line_of(&mut child, "DIR ");
    assert!(std::path::Path::new(&dir).is_dir());
    // Supervisor, guard, shell, two sleepers.
    await_marked(&mark, 5);
    child.kill().expect("it runs");
    child.wait().expect("our child");
    assert_nothing_left(&mark);
    assert!(!std::path::Path::new(&dir).exists());
}

#[test]
fn a_guard_killed_leaves_nothing() {
    let mark = mark();
    // A child that nobody knows of: it never wrote anything.
    let mut run = shell(
        "(setsid sleep 1000 &); sh -c 'echo child; exec sleep 1000' & wait",
        &mark,
    );
    let mut seen = Vec::new();
    assert!(until(&mut run, &mut seen, |event| matches!(
        event.kind,
        Kind::Output(_)
    )));
    let dir = run.dir().to_owned();
    kill(Pid::from_raw(run.guard()), Signal::SIGKILL).expect("it runs");
    let events = rest(&mut run, seen);
    assert_eq!(end(&events).status, RunStatus::Failed);
    let lost = |event: &Event| matches!(&event.kind, Kind::Fault(fault) if fault.fault == FaultKind::StageLost);
    assert!(events.iter().any(lost));
    assert!(end(&events).ended.len() >= 2, "{:?}", end(&events));
    assert_eq!(marked(&mark), [0; 0], "at once");
    assert!(!dir.exists());
}

#[test]
fn a_limit_reached_is_said_and_leaves_nothing() {
    for (scenario, word) in [
        ("descriptors", "STARTED "),
        ("few descriptors", "TOLD "),
        ("processes", "REFUSED "),
    ] {
        let mark = mark();
        let mut child = supervisor(scenario, &mark);
        let said = line_of(&mut child, word);
        assert!(child.wait().expect("our child").success(), "{said}");
        assert_nothing_left(&mark);
    }
}

#[test]
fn a_flood_is_held_when_nobody_takes_it_and_not_a_byte_is_lost() {
    let mark = mark();
    let size = 200 << 20;
    let mut run = shell(&format!("head -c {size} /dev/zero"), &mark);
    let own = || std::fs::read_to_string("/proc/self/statm").expect("/proc");
    let resident = |statm: String| {
        statm
            .split(' ')
            .nth(1)
            .and_then(|pages| pages.parse().ok())
            .map_or(0, |n: usize| n * 4096)
    };
    // Nothing is read until the processes have to wait; when they do, memory stops growing.
    let held_at = {
        let deadline = clock::deadline(PATIENCE).expect("near");
        let (mut bytes, mut since) = (0, clock::monotonic_ns());
        loop {
            let now = clock::monotonic_ns();
            if run.held_bytes() != bytes {
                (bytes, since) = (run.held_bytes(), now);
            }
            // Nothing more is read: it has stopped.
            if bytes > 64 << 20 && now - since > 300_000_000 {
                break bytes;
            }
            assert!(now < deadline, "only {bytes} bytes came");
            std::thread::yield_now();
        }
    };
    assert!(held_at < 80 << 20, "{held_at}");
    assert!(resident(own()) < 400 << 20);
    let events = rest(&mut run, Vec::new());
    let held = |event: &Event| matches!(&event.kind, Kind::Fault(fault) if fault.fault == FaultKind::OutputHeld);
    assert!(events.iter().any(held));
    let bytes: usize = events
        .iter()
        .map(|event| {
            if let Kind::Output(output) = &event.kind {
                output.data.len()
            } else {
                0
            }
        })
        .sum();
    assert_eq!(bytes, size);
    assert_eq!(end(&events).status, RunStatus::Finished);
}
