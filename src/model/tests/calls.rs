//! Calls inside calls: what a process tells while it waits.

use super::pools::{pool_of, task};
use super::{Log, on};
use crate::model::State;
use crate::trace::{Kind, Op, OpName};

fn waits_in(log: &Log, proc: u32, op: OpName) -> bool {
    matches!(log.state(proc), State::Waiting(pending) if pending.op.op == op)
}

fn held_in(log: &Log, proc: u32, op: OpName) -> bool {
    matches!(log.state(proc), State::AtGate(pending) if pending.op.op == op)
}

#[test]
fn results_that_come_in_while_it_waits_do_not_end_the_wait() {
    let mut log = pool_of(1);
    log.op(0, task(OpName::Submit, 0));
    log.op(0, task(OpName::Submit, 1));
    log.wait(0, task(OpName::ResultGet, 1));
    for n in 0..2 {
        log.op(1, task(OpName::TaskStart, n));
        log.op(1, task(OpName::TaskEnd, n));
        log.op(0, task(OpName::ResultReady, n));
        assert!(waits_in(&log, 0, OpName::ResultGet));
    }
    log.op(0, task(OpName::ResultGet, 1));
    assert_eq!(*log.state(0), State::Running);
}

#[test]
fn a_callback_runs_inside_the_call_that_waits() {
    let mut log = pool_of(1);
    log.wait(0, task(OpName::ResultGet, 0));
    log.op(1, on(OpName::Acquire, "Lock-1"));
    log.wait(0, on(OpName::Acquire, "Lock-1"));
    assert!(waits_in(&log, 0, OpName::Acquire));
    log.op(1, on(OpName::Release, "Lock-1"));
    log.op(0, on(OpName::Acquire, "Lock-1"));
    assert!(waits_in(&log, 0, OpName::ResultGet));
    log.op(0, on(OpName::Release, "Lock-1"));
    assert!(waits_in(&log, 0, OpName::ResultGet));
}

#[test]
fn a_held_call_is_held_still_when_one_inside_it_is_done() {
    let mut log = pool_of(1);
    let begin = |op| Kind::OpBegin(Box::new(op));
    log.push(Some(0), begin(task(OpName::ResultGet, 0)));
    log.op(0, task(OpName::ResultReady, 0));
    assert!(held_in(&log, 0, OpName::ResultGet));
    let print = Op {
        op: OpName::Print,
        ..Op::default()
    };
    log.push(Some(0), begin(print.clone()));
    assert!(held_in(&log, 0, OpName::Print));
    log.push(Some(0), Kind::Gate);
    assert_eq!(*log.state(0), State::Running);
    log.push(Some(0), Kind::OpEnd(Box::new(print)));
    assert!(held_in(&log, 0, OpName::ResultGet));
    log.push(Some(0), Kind::Gate);
    log.push(Some(0), Kind::OpEnd(Box::new(task(OpName::ResultGet, 0))));
    assert_eq!(*log.state(0), State::Running);
}

#[test]
fn a_call_that_is_done_ends_what_never_told_of_its_end_inside_it() {
    let mut log = Log::with_children(1);
    log.wait(1, on(OpName::QueueGet, "Queue-1"));
    log.wait(1, on(OpName::Acquire, "Lock-1"));
    let waiters = |log: &Log| log.world.object("Lock-1").map(|lock| lock.waiters.len());
    assert_eq!(waiters(&log), Some(1));
    let mut empty = on(OpName::QueueGet, "Queue-1");
    empty.error = Some("queue.Empty".to_owned());
    log.op(1, empty);
    assert_eq!(*log.state(1), State::Running);
    assert_eq!(waiters(&log), Some(0));
}

#[test]
fn no_depth_of_calls_is_too_deep() {
    let mut log = Log::with_children(1);
    for n in 0..100 {
        log.wait(1, on(OpName::Acquire, &format!("Lock-{n}")));
    }
    let waited: usize = log.world.objects().map(|object| object.waiters.len()).sum();
    assert!(waited <= 16, "{waited}");
    let last = on(OpName::Acquire, "Lock-99");
    log.op(1, last);
    assert!(waits_in(&log, 1, OpName::Acquire));
}
