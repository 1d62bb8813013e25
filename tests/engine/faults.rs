//! Runs that go wrong: nothing is left, and the right word is said.

use forklore::feed::{Control, ControlError, Feed as _};
use forklore::trace::{Exit, FaultKind, Kind, RunStatus};

use super::harness::{assert_nothing_left, end, exits, mark, marked, output, rest, shell, until};

#[test]
fn stop_ends_a_run_that_would_not_end() {
    let mark = mark();
    // One that ignores SIGTERM, one in the background, one orphaned by its parent.
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
    assert!(
        marked(&mark).len() >= 4,
        "guard, shell and two sleepers: {:?}",
        marked(&mark)
    );
    let dir = run.dir().to_owned();
    drop(run);
    assert_eq!(marked(&mark), [0; 0], "at once");
    assert!(!dir.exists());
}
