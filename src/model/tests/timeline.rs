//! What each process did when.

use super::{Log, on};
use crate::model::{Activity, Limits, Span};
use crate::trace::{Exit, Op, OpName, Role};

fn activities(log: &Log, proc: u32) -> Vec<Activity> {
    let track = &log.world.process(proc).expect("known").track;
    let spans: Vec<&Span> = track.all_spans().collect();
    for pair in spans.windows(2) {
        assert_eq!(
            (pair[0].end, pair[0].end_seq),
            (pair[1].start, pair[1].start_seq)
        );
    }
    spans.iter().map(|span| span.activity).collect()
}

#[test]
fn a_lane_shows_running_waiting_sleeping_and_the_end() {
    let mut log = Log::with_children(1);
    log.op(1, on(OpName::Release, "Queue-1"));
    log.op(1, on(OpName::Release, "Queue-1"));
    log.wait(1, on(OpName::Acquire, "Lock-1"));
    log.op(1, on(OpName::Acquire, "Lock-1"));
    let sleep = Op {
        op: OpName::Sleep,
        ..Op::default()
    };
    log.wait(1, sleep.clone());
    log.op(1, sleep);
    let lock = log.world.object("Lock-1").map(|lock| lock.key);
    let waiting = Activity::Waiting {
        op: OpName::Acquire,
        object: lock,
    };
    assert_eq!(
        activities(&log, 1),
        [
            Activity::Running,
            waiting,
            Activity::Running,
            Activity::Sleeping,
            Activity::Running
        ]
    );
    let track = &log.world.process(1).expect("known").track;
    let wait = track.spans.get(1).expect("it waited");
    assert_eq!(
        (wait.start, wait.end, wait.start_seq, wait.end_seq),
        (5000, 6000, 5, 6)
    );
    assert_eq!(track.ended, None);
    log.exit(1, Exit::Code(0));
    let track = &log.world.process(1).expect("known").track;
    assert_eq!((track.ended, track.open), (Some(9000), None));
    assert_eq!(track.spans.last().map(|span| span.end), Some(9000));
}

#[test]
fn waiting_for_a_child_names_it() {
    let mut log = Log::with_children(1);
    let mut join = Op {
        op: OpName::Join,
        ..Op::default()
    };
    join.args.pid = Some(101);
    log.wait(0, join);
    assert_eq!(
        activities(&log, 0),
        [
            Activity::Running,
            Activity::WaitingForChild { child: Some(1) }
        ]
    );
}

#[test]
fn a_lane_too_long_forgets_its_beginning_and_says_so() {
    let mut log = Log::with_limits(Limits {
        spans: 4,
        ..Limits::default()
    });
    log.start(0, 1, "MainProcess", Role::Main);
    for _ in 0..5 {
        log.wait(0, on(OpName::Acquire, "RLock-1"));
        log.op(0, on(OpName::Acquire, "RLock-1"));
    }
    let track = &log.world.process(0).expect("known").track;
    assert_eq!((track.spans.len(), track.forgotten), (4, 6));
}

#[test]
fn a_clock_that_runs_backwards_makes_no_negative_span() {
    let mut log = Log::with_children(1);
    log.wait(1, on(OpName::Acquire, "Lock-1"));
    let mut early = crate::trace::Event {
        seq: 4,
        t: -50,
        proc: Some(1),
        pid: 101,
        tid: None,
        kind: crate::trace::Kind::Op(Box::new(on(OpName::Acquire, "Lock-1"))),
    };
    log.world.apply(&early);
    early.seq = 5;
    log.world.apply(&early);
    let track = &log.world.process(1).expect("known").track;
    assert!(track.all_spans().all(|span| span.start <= span.end));
}
