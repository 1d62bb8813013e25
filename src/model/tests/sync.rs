//! Locks, semaphores, events, conditions, barriers.

use super::{Log, create, on};
use crate::model::{AnomalyKind, State, Target};
use crate::trace::{Kind, Op, OpName};

#[test]
fn a_lock_knows_its_owner_and_its_waiters() {
    let mut log = Log::with_children(2);
    log.op(0, create("Lock-1", "Lock"));
    log.op(1, on(OpName::Acquire, "Lock-1"));
    log.wait(2, on(OpName::Acquire, "Lock-1"));
    let lock = log.world.object("Lock-1").expect("created");
    assert_eq!(
        lock.lock()
            .and_then(|lock| lock.owner.clone())
            .map(|owner| owner.proc),
        Some(1)
    );
    assert_eq!(lock.waiters.iter().map(|w| w.proc).collect::<Vec<_>>(), [2]);
    let State::Waiting(pending) = log.state(2) else {
        panic!("2 waits")
    };
    assert_eq!(pending.target, Target::Object(lock.key));
    log.op(1, on(OpName::Release, "Lock-1"));
    log.op(2, on(OpName::Acquire, "Lock-1"));
    let lock = log.world.object("Lock-1").expect("created");
    assert_eq!(
        lock.lock()
            .and_then(|lock| lock.owner.clone())
            .map(|owner| owner.proc),
        Some(2)
    );
    assert!(lock.waiters.is_empty());
    assert_eq!(*log.state(2), State::Running);
    assert_eq!(log.anomalies(), []);
}

#[test]
fn a_lock_taken_while_held_and_counters_out_of_order_are_noted() {
    let mut log = Log::with_children(2);
    let with = |op, ver| Op {
        ver: Some(ver),
        ..on(op, "Lock-1")
    };
    log.op(1, with(OpName::Acquire, 1));
    log.op(2, with(OpName::Acquire, 3));
    log.op(1, with(OpName::Release, 2));
    log.op(2, with(OpName::Release, 3));
    assert_eq!(
        log.anomalies(),
        [
            AnomalyKind::VersionGap { last: 1, found: 3 },
            AnomalyKind::HeldByAnother { owner: 1 },
            AnomalyKind::VersionBack { last: 3, found: 2 },
            AnomalyKind::VersionBack { last: 3, found: 3 },
            AnomalyKind::NotHeld,
        ]
    );
}

#[test]
fn an_rlock_counts_its_depth_and_refuses_others() {
    let mut log = Log::with_children(2);
    log.op(0, create("RLock-1", "RLock"));
    for op in [OpName::Acquire, OpName::Acquire, OpName::Release] {
        log.op(1, on(op, "RLock-1"));
    }
    let depth = |log: &Log| {
        log.world
            .object("RLock-1")
            .and_then(|o| o.lock())
            .map(|l| l.depth)
    };
    assert_eq!(depth(&log), Some(1));
    let mut refused = on(OpName::Release, "RLock-1");
    refused.error = Some("AssertionError: attempt to release recursive lock".to_owned());
    log.op(2, refused);
    assert_eq!(log.anomalies(), []);
    log.op(2, on(OpName::Release, "RLock-1"));
    assert_eq!(log.anomalies(), [AnomalyKind::NotOwner { owner: Some(1) }]);
    let mut whole = on(OpName::Release, "RLock-1");
    whole.args.n = Some(i64::MAX);
    log.op(1, whole);
    assert_eq!(depth(&log), Some(0));
}

#[test]
fn an_acquire_that_gave_up_changes_nothing() {
    let mut log = Log::with_children(2);
    log.op(1, on(OpName::Acquire, "Lock-1"));
    let mut late = on(OpName::Acquire, "Lock-1");
    late.result = Some("False".to_owned());
    log.op(2, late);
    assert_eq!(log.anomalies(), []);
}

#[test]
fn a_semaphore_counts_down_and_up() {
    let mut log = Log::with_children(1);
    let mut made = create("Semaphore-1", "BoundedSemaphore");
    made.args.n = Some(2);
    log.op(0, made);
    for _ in 0..3 {
        log.op(1, on(OpName::Acquire, "Semaphore-1"));
    }
    for _ in 0..3 {
        log.op(1, on(OpName::Release, "Semaphore-1"));
    }
    assert_eq!(
        log.anomalies(),
        [AnomalyKind::BelowZero, AnomalyKind::NotHeld]
    );
}

#[test]
fn an_event_is_set_cleared_and_waited_for() {
    let mut log = Log::with_children(1);
    log.op(1, on(OpName::Wait, "Event-1"));
    log.op(0, on(OpName::SetFlag, "Event-1"));
    let set = |log: &Log| {
        log.world
            .object("Event-1")
            .and_then(|o| o.flag())
            .map(|f| f.set)
    };
    assert_eq!(set(&log), Some(true));
    log.op(0, on(OpName::ClearFlag, "Event-1"));
    assert_eq!(set(&log), Some(false));
    // The wait came through before the flag was cleared and is told after it.
    log.op(1, on(OpName::Wait, "Event-1"));
    assert_eq!(log.anomalies(), [AnomalyKind::NotAllowed]);
}

/// The first half of a wait on a condition whose lock is `RLock-1`.
fn sleep_on_condition(log: &mut Log, proc: u32) {
    log.op(proc, on(OpName::Acquire, "RLock-1"));
    log.op(proc, on(OpName::Release, "RLock-1"));
    log.wait(proc, on(OpName::Wait, "Condition-1"));
}

fn condition(log: &Log) -> (u64, Vec<u32>) {
    let object = log.world.object("Condition-1").expect("made");
    let waiters = object.waiters.iter().map(|waiter| waiter.proc).collect();
    (object.condition().expect("a condition").wakes, waiters)
}

fn with_condition(children: u32) -> Log {
    let mut log = Log::with_children(children);
    log.op(0, create("RLock-1", "RLock"));
    let mut made = create("Condition-1", "Condition");
    made.args.of = Some("RLock-1".to_owned());
    log.op(0, made);
    log
}

#[test]
fn a_notified_sleeper_takes_its_lock_back_and_uses_one_wake() {
    let mut log = with_condition(2);
    sleep_on_condition(&mut log, 1);
    sleep_on_condition(&mut log, 2);
    assert_eq!(condition(&log), (0, vec![1, 2]));
    log.op(0, on(OpName::Notify, "Condition-1"));
    assert_eq!(condition(&log), (1, vec![1, 2]));
    log.op(2, on(OpName::Acquire, "RLock-1"));
    assert_eq!(condition(&log), (0, vec![1]));
    log.op(2, on(OpName::Wait, "Condition-1"));
    assert_eq!(log.anomalies(), []);
    // Nobody notified process 1.
    log.op(2, on(OpName::Release, "RLock-1"));
    log.op(1, on(OpName::Acquire, "RLock-1"));
    log.op(1, on(OpName::Wait, "Condition-1"));
    assert_eq!(log.anomalies(), [AnomalyKind::NotAllowed]);
}

#[test]
fn a_wake_a_timed_out_sleeper_did_not_use_is_anothers() {
    let mut log = with_condition(2);
    sleep_on_condition(&mut log, 1);
    sleep_on_condition(&mut log, 2);
    log.op(0, on(OpName::Notify, "Condition-1"));
    log.op(1, on(OpName::Acquire, "RLock-1"));
    let mut late = on(OpName::Wait, "Condition-1");
    late.result = Some("False".to_owned());
    log.op(1, late);
    assert_eq!(condition(&log), (1, vec![2]));
    let mut many = on(OpName::Notify, "Condition-1");
    many.args.n = Some(i64::MAX);
    log.op(0, many);
    assert_eq!(condition(&log), (1, vec![2]));
    log.op(0, on(OpName::NotifyAll, "Condition-1"));
    assert_eq!(condition(&log), (1, vec![2]));
}

fn barrier_of(parties: i64, children: u32) -> Log {
    let mut log = Log::with_children(children);
    let mut made = create("Barrier-1", "Barrier");
    made.args.n = Some(parties);
    log.op(0, made);
    log
}

#[test]
fn a_barrier_lets_all_go_when_the_last_has_come() {
    let mut log = barrier_of(3, 3);
    log.wait(1, on(OpName::Wait, "Barrier-1"));
    log.wait(2, on(OpName::Wait, "Barrier-1"));
    let leaving = |log: &Log| {
        log.world
            .object("Barrier-1")
            .and_then(|o| o.barrier())
            .map(|b| b.leaving)
    };
    assert_eq!(leaving(&log), Some(0));
    log.op(3, on(OpName::Wait, "Barrier-1"));
    assert_eq!(leaving(&log), Some(2));
    log.op(2, on(OpName::Wait, "Barrier-1"));
    log.op(1, on(OpName::Wait, "Barrier-1"));
    assert_eq!(leaving(&log), Some(0));
    assert_eq!(log.anomalies(), []);
}

#[test]
fn a_barrier_nobody_filled_lets_nobody_go_and_an_abort_breaks_it() {
    let mut log = barrier_of(3, 2);
    log.wait(1, on(OpName::Wait, "Barrier-1"));
    log.op(1, on(OpName::Wait, "Barrier-1"));
    assert_eq!(log.anomalies(), [AnomalyKind::NotAllowed]);
    log.op(2, on(OpName::Abort, "Barrier-1"));
    let broken = |log: &Log| {
        log.world
            .object("Barrier-1")
            .and_then(|o| o.barrier())
            .map(|b| b.broken)
    };
    assert_eq!(broken(&log), Some(true));
    log.op(2, on(OpName::Reset, "Barrier-1"));
    assert_eq!(broken(&log), Some(false));
}

#[test]
fn a_sleeper_that_dies_takes_its_wake_along() {
    let mut log = with_condition(1);
    sleep_on_condition(&mut log, 1);
    log.op(0, on(OpName::Notify, "Condition-1"));
    log.exit(1, crate::trace::Exit::Signal(9));
    assert_eq!(condition(&log), (0, vec![]));
}

#[test]
fn the_two_halves_of_a_gated_wait_are_arrival_and_wake() {
    let mut log = with_condition(1);
    let half = |key: &str| {
        let mut op = on(OpName::Wait, "Condition-1");
        op.args.key = Some(key.to_owned());
        Box::new(op)
    };
    log.op(1, on(OpName::Acquire, "RLock-1"));
    log.push(
        Some(1),
        Kind::OpBegin(Box::new(on(OpName::Wait, "Condition-1"))),
    );
    assert!(log.world.enabled(1, &on(OpName::Wait, "Condition-1")));
    log.push(Some(1), Kind::Gate);
    log.op(1, on(OpName::Release, "RLock-1"));
    log.push(Some(1), Kind::OpEnd(half("begin")));
    log.push(Some(1), Kind::OpBegin(half("wake")));
    assert_eq!(condition(&log), (0, vec![1]));
    assert!(!log.world.enabled(1, &half("wake")));
    log.op(0, on(OpName::Acquire, "RLock-1"));
    log.op(0, on(OpName::Notify, "Condition-1"));
    // It is notified, but the notifier still holds the lock.
    assert!(!log.world.enabled(1, &half("wake")));
    log.op(0, on(OpName::Release, "RLock-1"));
    assert!(log.world.enabled(1, &half("wake")));
    log.push(Some(1), Kind::Gate);
    log.op(1, on(OpName::Acquire, "RLock-1"));
    log.push(Some(1), Kind::OpEnd(half("wake")));
    assert_eq!(condition(&log), (0, vec![]));
    assert_eq!(log.anomalies(), []);
}

#[test]
fn a_barrier_can_fill_again_before_all_have_told_of_the_first_time() {
    let mut log = barrier_of(2, 3);
    log.wait(1, on(OpName::Wait, "Barrier-1"));
    log.op(2, on(OpName::Wait, "Barrier-1"));
    log.wait(2, on(OpName::Wait, "Barrier-1"));
    assert!(log.world.enabled(1, &on(OpName::Wait, "Barrier-1")));
    assert!(!log.world.enabled(2, &on(OpName::Wait, "Barrier-1")));
    log.op(3, on(OpName::Wait, "Barrier-1"));
    log.op(2, on(OpName::Wait, "Barrier-1"));
    log.op(1, on(OpName::Wait, "Barrier-1"));
    let barrier = log
        .world
        .object("Barrier-1")
        .and_then(|o| o.barrier())
        .expect("one");
    assert_eq!((barrier.filled, barrier.leaving), (2, 0));
    assert_eq!(log.anomalies(), []);
}

#[test]
fn a_barrier_whose_last_arrival_tells_late_is_no_contradiction() {
    let mut log = barrier_of(2, 2);
    log.wait(1, on(OpName::Wait, "Barrier-1"));
    log.op(1, on(OpName::Wait, "Barrier-1"));
    log.op(2, on(OpName::Wait, "Barrier-1"));
    assert_eq!(log.anomalies(), []);
}
