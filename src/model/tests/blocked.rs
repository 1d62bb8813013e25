//! What could go on, and deadlocks.

use super::messages::{message, pipe};
use super::pools::{pool_of, task};
use super::{Log, create, on};
use crate::trace::{Exit, Fault, FaultKind, Kind, Op, OpName, Role};

fn join(child: &str) -> Op {
    let mut op = Op {
        op: OpName::Join,
        ..Op::default()
    };
    op.args.child = Some(child.to_owned());
    op
}

fn stuck(log: &Log) -> (Vec<(u32, Vec<u32>)>, bool) {
    let blocked = log.world.blocked();
    let stuck = blocked
        .stuck
        .into_iter()
        .map(|stuck| (stuck.proc, stuck.held_by))
        .collect();
    (stuck, blocked.deadlock)
}

#[test]
fn two_locks_taken_in_opposite_order_are_a_deadlock() {
    let mut log = Log::with_children(2);
    log.op(1, on(OpName::Acquire, "Lock-1"));
    log.op(2, on(OpName::Acquire, "Lock-2"));
    log.wait(1, on(OpName::Acquire, "Lock-2"));
    log.wait(2, on(OpName::Acquire, "Lock-1"));
    assert_eq!(stuck(&log), (vec![(1, vec![2]), (2, vec![1])], false));
    log.wait(0, join("Process-1"));
    assert_eq!(
        stuck(&log),
        (vec![(0, vec![1]), (1, vec![2]), (2, vec![1])], true)
    );
}

#[test]
fn a_timeout_a_sleeper_or_a_runner_is_no_deadlock() {
    let mut log = Log::with_children(2);
    log.op(1, on(OpName::Acquire, "Lock-1"));
    log.wait(0, on(OpName::Acquire, "Lock-1"));
    log.wait(1, on(OpName::QueueGet, "Queue-1"));
    let mut timed = on(OpName::Acquire, "Lock-1");
    timed.args.timeout = Some(5.0);
    log.wait(2, timed);
    assert!(!log.world.blocked().deadlock);
    log.wait(
        2,
        Op {
            op: OpName::Sleep,
            ..Op::default()
        },
    );
    assert!(!log.world.blocked().deadlock);
    log.exit(2, Exit::Code(0));
    assert!(log.world.blocked().deadlock);
    log.op(1, message(OpName::Put, "Queue-1", "101:1"));
    assert!(!log.world.blocked().deadlock);
}

#[test]
fn a_lock_whose_owner_was_killed_stays_held() {
    let mut log = Log::with_children(1);
    log.op(1, on(OpName::Acquire, "Lock-1"));
    log.exit(1, Exit::Signal(9));
    log.wait(0, on(OpName::Acquire, "Lock-1"));
    assert_eq!(stuck(&log), (vec![(0, vec![1])], true));
}

#[test]
fn a_second_acquire_blocks_on_a_lock_and_not_on_an_rlock() {
    let mut log = Log::with_children(0);
    log.op(0, on(OpName::Acquire, "Lock-1"));
    log.op(0, on(OpName::Acquire, "RLock-1"));
    assert!(!log.world.enabled(0, &on(OpName::Acquire, "Lock-1")));
    assert!(log.world.enabled(0, &on(OpName::Acquire, "RLock-1")));
    assert!(!log.world.enabled(1, &on(OpName::Acquire, "RLock-1")));
    let mut polite = on(OpName::Acquire, "Lock-1");
    polite.args.blocking = Some(false);
    assert!(log.world.enabled(0, &polite));
    let mut hasty = on(OpName::Acquire, "Lock-1");
    hasty.args.timeout = Some(0.0);
    assert!(log.world.enabled(0, &hasty));
    hasty.args.timeout = Some(0.1);
    assert!(!log.world.enabled(0, &hasty));
    assert!(log.world.enabled(0, &on(OpName::Release, "Lock-1")));
}

#[test]
fn an_array_is_read_under_its_lock() {
    let mut log = Log::with_children(1);
    let mut made = create("Array-1", "Array");
    made.args.of = Some("RLock-1".to_owned());
    log.op(0, made);
    log.op(0, on(OpName::Acquire, "RLock-1"));
    assert!(log.world.enabled(0, &on(OpName::Get, "Array-1")));
    assert!(!log.world.enabled(1, &on(OpName::Set, "Array-1")));
    log.op(0, on(OpName::Release, "RLock-1"));
    assert!(log.world.enabled(1, &on(OpName::Set, "Array-1")));
}

#[test]
fn semaphores_events_and_queues_say_when_they_are_ready() {
    let mut log = Log::with_children(0);
    let mut made = create("Semaphore-1", "Semaphore");
    made.args.n = Some(1);
    log.op(0, made);
    let mut made = create("Queue-1", "JoinableQueue");
    made.args.n = Some(1);
    log.op(0, made);
    log.op(0, create("Event-1", "Event"));
    let ready = |log: &Log| {
        [
            on(OpName::Acquire, "Semaphore-1"),
            on(OpName::Wait, "Event-1"),
            on(OpName::Put, "Queue-1"),
            on(OpName::QueueGet, "Queue-1"),
            on(OpName::QueueJoin, "Queue-1"),
        ]
        .map(|op| log.world.enabled(0, &op))
    };
    assert_eq!(ready(&log), [true, false, true, false, true]);
    log.op(0, on(OpName::Acquire, "Semaphore-1"));
    log.op(0, on(OpName::SetFlag, "Event-1"));
    log.op(0, message(OpName::Put, "Queue-1", "100:1"));
    assert_eq!(ready(&log), [false, true, false, true, false]);
}

#[test]
fn sleepers_on_a_condition_nobody_will_notify_are_a_deadlock() {
    let mut log = Log::with_children(0);
    let mut made = create("Condition-1", "Condition");
    made.args.of = Some("RLock-1".to_owned());
    log.op(0, made);
    assert!(log.world.enabled(0, &on(OpName::Wait, "Condition-1")));
    log.wait(0, on(OpName::Wait, "Condition-1"));
    assert_eq!(stuck(&log), (vec![(0, vec![])], true));
}

#[test]
fn a_barrier_short_of_parties_is_a_deadlock() {
    let mut log = Log::with_children(1);
    let mut made = create("Barrier-1", "Barrier");
    made.args.n = Some(3);
    log.op(0, made);
    log.wait(0, on(OpName::Wait, "Barrier-1"));
    assert!(!log.world.blocked().deadlock);
    log.wait(1, on(OpName::Wait, "Barrier-1"));
    assert!(log.world.blocked().deadlock);
    log.op(2, on(OpName::Wait, "Barrier-1"));
    log.exit(2, Exit::Code(0));
    assert!(!log.world.blocked().deadlock);
}

#[test]
fn a_pipe_ends_when_nobody_has_its_other_end() {
    let mut log = Log::with_children(0);
    pipe(&mut log);
    log.start(1, 100, "Process-1", Role::Process);
    log.wait(1, on(OpName::Recv, "Connection-2"));
    log.op(0, on(OpName::Close, "Connection-1"));
    // The child itself still has the sending end.
    assert!(!log.world.enabled(1, &on(OpName::Recv, "Connection-2")));
    log.op(1, on(OpName::Close, "Connection-1"));
    assert!(log.world.enabled(1, &on(OpName::Recv, "Connection-2")));
    // One forked after its parent closed an end has no copy of it.
    log.start(2, 100, "Process-2", Role::Process);
    assert!(log.world.enabled(2, &on(OpName::Recv, "Connection-2")));
}

#[test]
fn an_end_closed_between_a_childs_start_and_its_first_word_is_open_in_the_child() {
    let mut log = Log::with_children(0);
    pipe(&mut log);
    let mut start = Op {
        op: OpName::Start,
        ..Op::default()
    };
    start.args.child = Some("Process-1".to_owned());
    log.op(0, start);
    log.op(0, on(OpName::Close, "Connection-2"));
    log.start(1, 100, "Process-1", Role::Process);
    assert!(!log.world.enabled(0, &on(OpName::Recv, "Connection-1")));
    log.op(1, on(OpName::Close, "Connection-2"));
    assert!(log.world.enabled(0, &on(OpName::Recv, "Connection-1")));
}

#[test]
fn idle_workers_are_services_until_there_is_work() {
    let mut log = pool_of(2);
    // One says that it waits for a task, the other says nothing.
    log.wait(1, on(OpName::TaskStart, "Pool-1"));
    log.wait(0, on(OpName::QueueGet, "Queue-1"));
    assert_eq!(stuck(&log), (vec![(0, vec![])], true));
    let sleep = Op {
        op: OpName::Sleep,
        ..Op::default()
    };
    log.wait(2, sleep.clone());
    // What it does before its first task (an initializer) may wake somebody.
    assert!(!log.world.blocked().deadlock);
    log.op(2, sleep);
    log.op(0, task(OpName::Submit, 0));
    log.wait(0, task(OpName::ResultGet, 0));
    assert!(!log.world.blocked().deadlock);
    log.op(1, task(OpName::TaskStart, 0));
    assert!(!log.world.enabled(0, &task(OpName::ResultGet, 0)));
    log.op(1, task(OpName::TaskEnd, 0));
    assert!(log.world.enabled(0, &task(OpName::ResultGet, 0)));
}

#[test]
fn the_result_of_a_lost_task_never_comes() {
    let mut log = pool_of(1);
    log.op(0, task(OpName::Submit, 0));
    log.op(1, task(OpName::TaskStart, 0));
    log.wait(0, task(OpName::ResultGet, 0));
    log.exit(1, Exit::Signal(9));
    log.start(2, 100, "ForkPoolWorker-2", Role::Worker);
    log.wait(2, on(OpName::TaskStart, "Pool-1"));
    assert_eq!(stuck(&log), (vec![(0, vec![1])], true));
    // Nor does a join of the closed pool end.
    log.op(0, on(OpName::Close, "Pool-1"));
    log.wait(0, on(OpName::Join, "Pool-1"));
    assert!(log.world.blocked().deadlock);
    log.op(0, on(OpName::Terminate, "Pool-1"));
    log.wait(0, on(OpName::Join, "Pool-1"));
    assert!(!log.world.blocked().deadlock);
}

#[test]
fn the_manager_is_a_service_and_its_requests_never_block() {
    let mut log = Log::with_children(0);
    log.start(1, 100, "SyncManager-1", Role::Manager);
    log.wait(0, on(OpName::QueueGet, "Queue-1"));
    assert!(log.world.blocked().deadlock);
    assert!(log.world.enabled(0, &on(OpName::DictGet, "DictProxy-1")));
}

#[test]
fn an_announced_operation_that_can_not_go_counts_as_stuck() {
    let mut log = Log::with_children(0);
    log.push(
        Some(0),
        Kind::OpBegin(Box::new(on(OpName::QueueGet, "Queue-1"))),
    );
    assert!(log.world.blocked().deadlock);
    log.push(
        Some(0),
        Kind::OpBegin(Box::new(message(OpName::Put, "Queue-1", "100:1"))),
    );
    assert!(!log.world.blocked().deadlock);
}

#[test]
fn a_join_that_came_back_from_a_living_child_is_noted() {
    let mut log = Log::with_children(1);
    let mut timed = join("Process-1");
    timed.args.timeout = Some(1.0);
    log.op(0, timed);
    assert_eq!(log.anomalies(), []);
    assert!(!log.world.enabled(0, &join("Process-1")));
    log.op(0, join("Process-1"));
    assert_eq!(
        log.anomalies(),
        [crate::model::AnomalyKind::JoinedAlive { child: 1 }]
    );
    log.exit(1, Exit::Code(0));
    assert!(log.world.enabled(0, &join("Process-1")));
}

#[test]
fn a_run_that_is_over_is_no_deadlock() {
    let mut log = Log::with_children(0);
    assert!(!log.world.blocked().deadlock);
    log.exit(0, Exit::Code(0));
    assert!(!log.world.blocked().deadlock);
}

#[test]
fn a_worker_in_a_task_may_wake_whoever_waits() {
    let mut log = pool_of(1);
    log.op(0, task(OpName::Submit, 0));
    log.op(1, task(OpName::TaskStart, 0));
    log.wait(0, on(OpName::QueueGet, "Queue-1"));
    assert!(!log.world.blocked().deadlock);
    log.wait(1, on(OpName::QueueGet, "Queue-1"));
    assert!(log.world.blocked().deadlock);
}

#[test]
fn a_process_whose_other_thread_runs_is_not_stuck() {
    let mut log = Log::with_children(0);
    log.on_thread(0, 900, Kind::Op(Box::new(on(OpName::Release, "Lock-1"))));
    log.on_thread(
        0,
        100,
        Kind::OpWait(Box::new(on(OpName::QueueGet, "Queue-1"))),
    );
    assert!(!log.world.blocked().deadlock);
    log.on_thread(
        0,
        900,
        Kind::OpWait(Box::new(on(OpName::QueueGet, "Queue-1"))),
    );
    assert!(log.world.blocked().deadlock);
    let process = log.world.process(0).expect("main");
    assert_eq!(process.threads.len(), 1);
    assert_eq!(process.threads[0].tid, 900);
}

#[test]
fn a_deadlock_that_was_told_is_remembered_until_what_was_waited_for_comes() {
    let mut log = Log::with_children(1);
    log.op(0, on(OpName::Acquire, "Lock-1"));
    log.wait(1, on(OpName::Acquire, "Lock-1"));
    log.wait(0, join("Process-1"));
    assert_eq!(log.world.deadlock(), None, "nobody has said so");
    let fault = Fault {
        fault: FaultKind::Deadlock,
        detail: String::new(),
    };
    log.push(None, Kind::Fault(fault));
    let waits = log.world.deadlock().expect("it was said");
    let names: Vec<(&str, Vec<&str>)> = waits
        .iter()
        .map(|wait| {
            let held_by = wait.held_by.iter().map(|party| &*party.name);
            (&*wait.who.name, held_by.collect())
        })
        .collect();
    assert_eq!(
        names,
        [
            ("MainProcess", vec!["Process-1"]),
            ("Process-1", vec!["MainProcess"])
        ]
    );
    let mut interrupted = join("Process-1");
    interrupted.error = Some("KeyboardInterrupt()".to_owned());
    log.op(0, interrupted);
    assert!(log.world.deadlock().is_some(), "it was ended by force");
    log.op(0, on(OpName::Release, "Lock-1"));
    log.op(1, on(OpName::Acquire, "Lock-1"));
    assert_eq!(log.world.deadlock(), None, "it went on after all");
}
