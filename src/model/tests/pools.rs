//! Pools: workers, tasks, results.

use super::{Log, create, on};
use crate::model::{AnomalyKind, Pool, PoolState, TaskState};
use crate::trace::{Exit, Op, OpName, Role};

pub(super) fn task(op: OpName, task: u64) -> Op {
    let mut op = on(op, "Pool-1");
    op.args.task = Some(task);
    op
}

/// A pool of main with so many workers, born after it.
pub(super) fn pool_of(workers: u32) -> Log {
    let mut log = Log::with_children(0);
    let mut made = create("Pool-1", "Pool");
    made.args.n = Some(i64::from(workers));
    log.op(0, made);
    for n in 1..=workers {
        log.start(n, 100, &format!("ForkPoolWorker-{n}"), Role::Worker);
    }
    log
}

fn pool(log: &Log) -> &Pool {
    log.world
        .object("Pool-1")
        .and_then(|o| o.pool())
        .expect("a pool")
}

#[test]
fn tasks_go_from_submit_to_result_and_the_busiest_moment_is_kept() {
    let mut log = pool_of(2);
    for n in 0..3 {
        log.op(0, task(OpName::Submit, n));
    }
    log.op(1, task(OpName::TaskStart, 0));
    log.op(2, task(OpName::TaskStart, 1));
    assert_eq!((pool(&log).busy(), pool(&log).totals.waiting), (2, 1));
    let mut done = task(OpName::TaskEnd, 0);
    done.result = Some("42".to_owned());
    log.op(1, done);
    let mut failed = task(OpName::TaskEnd, 1);
    failed.error = Some("ValueError: no".to_owned());
    log.op(2, failed);
    log.op(0, task(OpName::ResultReady, 0));
    log.op(0, task(OpName::ResultGet, 0));
    let task_of = |n| pool(&log).tasks.get(n).expect("submitted");
    assert_eq!(task_of(0).state, TaskState::Succeeded);
    assert_eq!(task_of(0).outcome.as_deref(), Some("42"));
    assert!(task_of(0).fetched.is_some() && task_of(1).fetched.is_none());
    assert_eq!(
        (task_of(1).state, task_of(1).worker),
        (TaskState::Failed, Some(2))
    );
    assert_eq!((pool(&log).most_busy, pool(&log).busy()), (2, 0));
    log.op(1, task(OpName::TaskStart, 2));
    log.op(1, task(OpName::TaskEnd, 2));
    assert_eq!((pool(&log).most_busy, pool(&log).busy()), (2, 0));
    let span = *log
        .world
        .process(1)
        .and_then(|p| p.track.tasks.last())
        .expect("drawn");
    assert_eq!((span.task, span.end.is_some()), (2, true));
    assert_eq!(log.anomalies(), []);
    log.op(0, on(OpName::Close, "Pool-1"));
    log.op(0, on(OpName::Terminate, "Pool-1"));
    log.op(0, on(OpName::Close, "Pool-1"));
    assert_eq!(pool(&log).state, PoolState::Terminated);
}

#[test]
fn workers_born_before_their_pool_was_named_belong_to_it() {
    let mut log = Log::with_children(0);
    log.start(1, 100, "ForkPoolWorker-1", Role::Worker);
    log.op(0, create("Pool-1", "Pool"));
    assert!(pool(&log).has_worker(1));
}

#[test]
fn a_worker_that_was_thought_another_pools_moves_to_its_own() {
    let mut log = pool_of(0);
    log.op(0, create("Pool-2", "Pool"));
    log.start(1, 100, "ForkPoolWorker-1", Role::Worker);
    log.op(0, task(OpName::Submit, 0));
    log.op(1, task(OpName::TaskStart, 0));
    assert!(pool(&log).has_worker(1));
    let other = log
        .world
        .object("Pool-2")
        .and_then(|o| o.pool())
        .expect("a pool");
    assert!(!other.has_worker(1));
}

#[test]
fn a_task_dies_with_its_worker() {
    let mut log = pool_of(1);
    log.op(0, task(OpName::Submit, 0));
    log.op(1, task(OpName::TaskStart, 0));
    log.exit(1, Exit::Signal(9));
    assert_eq!(
        pool(&log).tasks.get(0).map(|task| task.state),
        Some(TaskState::Lost)
    );
    assert_eq!(
        (
            pool(&log).alive(),
            pool(&log).busy(),
            pool(&log).totals.lost
        ),
        (0, 0, 1)
    );
    let mut late = task(OpName::ResultGet, 0);
    late.error = Some("multiprocessing.context.TimeoutError".to_owned());
    log.op(0, late);
    assert_eq!(log.anomalies(), []);
}

#[test]
fn results_nobody_made_are_noted() {
    let mut log = pool_of(1);
    log.op(1, task(OpName::TaskStart, 7));
    log.op(1, task(OpName::TaskEnd, u64::MAX));
    log.op(0, task(OpName::Submit, 0));
    log.op(0, task(OpName::ResultGet, 0));
    assert_eq!(log.anomalies(), [AnomalyKind::NoSuchResult; 3]);
}

#[test]
fn tasks_with_odd_numbers_are_found() {
    let mut log = pool_of(1);
    for n in [0, 5, u64::MAX, 1, 5] {
        log.op(0, task(OpName::Submit, n));
    }
    let numbers: Vec<u64> = pool(&log).tasks.iter().map(|task| task.number).collect();
    assert_eq!(numbers, [0, 5, u64::MAX, 1]);
    for n in [5, u64::MAX, 1, 0] {
        assert_eq!(pool(&log).tasks.get(n).map(|task| task.number), Some(n));
    }
    assert_eq!(pool(&log).tasks.get(3), None);
}

#[test]
fn a_maps_result_is_that_of_all_its_tasks() {
    let mut log = pool_of(1);
    let mut get = task(OpName::ResultGet, 0);
    get.args.n = Some(2);
    for n in 0..2 {
        log.op(0, task(OpName::Submit, n));
        assert!(!log.world.enabled(0, &get));
        log.op(1, task(OpName::TaskStart, n));
        log.op(1, task(OpName::TaskEnd, n));
    }
    assert!(log.world.enabled(0, &get));
    log.op(0, get.clone());
    assert!(pool(&log).tasks.iter().all(|task| task.fetched.is_some()));
    assert_eq!(log.anomalies(), []);
    // Of no task at all there is nothing to wait for.
    get.args.task = Some(2);
    get.args.n = Some(0);
    assert!(log.world.enabled(0, &get));
    log.op(0, get.clone());
    assert_eq!(log.anomalies(), []);
    log.op(0, task(OpName::Submit, 2));
    get.args.n = Some(i64::MAX);
    log.op(0, get);
    assert_eq!(log.anomalies(), [AnomalyKind::NoSuchResult]);
}

#[test]
fn a_task_that_could_not_be_sent_has_failed() {
    let mut log = pool_of(1);
    let mut submit = task(OpName::Submit, 0);
    submit.error = Some("AttributeError: Can't get local object".to_owned());
    log.op(0, submit);
    let mut get = task(OpName::ResultGet, 0);
    get.error = Some("AttributeError: Can't get local object".to_owned());
    log.op(0, get);
    let failed = pool(&log).tasks.get(0).expect("known");
    assert_eq!(failed.state, TaskState::Failed);
    assert_eq!(
        failed.outcome.as_deref(),
        Some("AttributeError: Can't get local object")
    );
    assert_eq!(log.anomalies(), []);
}

#[test]
fn what_an_executor_gives_up_on_has_its_error_for_a_result() {
    let mut log = pool_of(1);
    for n in 0..3 {
        log.op(0, task(OpName::Submit, n));
    }
    log.op(1, task(OpName::TaskStart, 0));
    log.op(0, task(OpName::Cancel, 2));
    log.exit(1, Exit::Code(3));
    assert_eq!(pool(&log).totals.lost, 1);
    for n in 0..2 {
        let mut broken = task(OpName::ResultReady, n);
        broken.error = Some("concurrent.futures.process.BrokenProcessPool: x".to_owned());
        log.op(0, broken);
    }
    let totals = pool(&log).totals;
    assert_eq!((totals.failed, totals.lost, totals.waiting), (3, 0, 0));
    let cancelled = pool(&log).tasks.get(2).expect("submitted");
    assert_eq!(cancelled.outcome.as_deref(), Some("CancelledError"));
    log.op(0, on(OpName::Shutdown, "Pool-1"));
    assert_eq!(pool(&log).state, PoolState::Closed);
    assert_eq!(log.anomalies(), []);
}
