//! Checks over a pool's tasks.

use super::{Run, breaks, holds, on};
use crate::trace::{Op, OpName, Role};

/// Main, two workers and a pool.
fn pool() -> Run {
    let mut run = Run::new();
    let mut create = on(OpName::Create, "Pool-1");
    create.args.class = Some("Pool".to_owned());
    create.args.n = Some(2);
    run.op(0, create);
    run.start(1, "ForkPoolWorker-1", Role::Worker);
    run.start(2, "ForkPoolWorker-2", Role::Worker);
    run
}

fn task(op: OpName, number: u64) -> Op {
    let mut op = on(op, "Pool-1");
    op.args.task = Some(number);
    op
}

fn submit(run: &mut Run, number: u64) {
    run.op(0, task(OpName::Submit, number));
}

fn begin(run: &mut Run, worker: u32, number: u64) {
    run.op(worker, task(OpName::TaskStart, number));
}

fn end(run: &mut Run, worker: u32, number: u64) {
    let op = Op {
        result: Some("None".to_owned()),
        ..task(OpName::TaskEnd, number)
    };
    run.op(worker, op);
}

/// Two tasks at the same time, on both workers.
fn side_by_side() -> Run {
    let mut run = pool();
    submit(&mut run, 0);
    submit(&mut run, 1);
    begin(&mut run, 1, 0);
    begin(&mut run, 2, 1);
    end(&mut run, 1, 0);
    end(&mut run, 2, 1);
    run
}

/// Two tasks, the second submitted when the first has ended; the result fetched in between.
fn one_by_one() -> Run {
    let mut run = pool();
    for number in 0..2 {
        let worker = u32::try_from(number).unwrap() + 1;
        submit(&mut run, number);
        begin(&mut run, worker, number);
        run.wait(0, task(OpName::ResultGet, number));
        end(&mut run, worker, number);
        run.op(0, task(OpName::ResultGet, number));
    }
    run
}

#[test]
fn tasks_at_most() {
    holds("kind = \"tasks-at-most\"\nn = \"n\"", &side_by_side());
    let one = "kind = \"tasks-at-most\"\nn = 1";
    holds(one, &one_by_one());
    breaks(
        one,
        &side_by_side(),
        "at most 2 tasks at work at once, allowed 1",
    );
    breaks(one, &pool(), "no task was submitted");
}

#[test]
fn tasks_never_overlap() {
    let check = "kind = \"tasks-never-overlap\"";
    holds(check, &one_by_one());
    breaks(
        check,
        &side_by_side(),
        "task 1 began before task 0 had ended",
    );
    // A task whose worker died ended with its worker.
    let mut run = pool();
    submit(&mut run, 0);
    submit(&mut run, 1);
    begin(&mut run, 1, 0);
    run.killed(1, 9);
    begin(&mut run, 2, 1);
    end(&mut run, 2, 1);
    holds(check, &run);
}

#[test]
fn submits_return_at_once() {
    let check = "kind = \"submits-return-at-once\"";
    holds(check, &side_by_side());
    breaks(
        check,
        &one_by_one(),
        "the result of task 0 was fetched before the last task was submitted",
    );
    let mut run = pool();
    submit(&mut run, 0);
    run.wait(0, task(OpName::ResultWait, 0));
    begin(&mut run, 1, 0);
    end(&mut run, 1, 0);
    run.op(0, task(OpName::ResultWait, 0));
    submit(&mut run, 1);
    breaks(
        check,
        &run,
        "the submitting process waited between two submits",
    );
}

#[test]
fn submits_wait_for_result() {
    let check = "kind = \"submits-wait-for-result\"";
    holds(check, &one_by_one());
    breaks(
        check,
        &side_by_side(),
        "task 1 was submitted before task 0 had ended",
    );
}

#[test]
fn task_pids() {
    let check = "kind = \"task-pids\"\nat-most = \"n\"";
    holds(check, &side_by_side());
    let mut run = side_by_side();
    run.exit(1, 0).start(3, "ForkPoolWorker-3", Role::Worker);
    submit(&mut run, 2);
    begin(&mut run, 3, 2);
    breaks(
        check,
        &run,
        "tasks ran in 3 processes, expected ≤ 2: ForkPoolWorker-1 (101), ForkPoolWorker-2 (102), \
         ForkPoolWorker-3 (103)",
    );
}

#[test]
fn task_results() {
    let check = "kind = \"task-results\"\ntasks = \"n\"\nstate = \"'success'\"\nvalue = \"None\"";
    holds(check, &side_by_side());
    let mut run = side_by_side();
    submit(&mut run, 2);
    breaks(check, &run, "3 tasks submitted, expected 2");
    let all = "kind = \"task-results\"\nstate = \"'failure' if task == 1 else 'success'\"";
    breaks(
        all,
        &side_by_side(),
        "task 1 is success, expected 'failure'",
    );
    let mut run = pool();
    submit(&mut run, 0);
    begin(&mut run, 1, 0);
    run.killed(1, 9);
    breaks(all, &run, "task 0 is lost, expected 'success'");
    let value = "kind = \"task-results\"\nvalue = \"{task * task}\"";
    breaks(
        value,
        &side_by_side(),
        "task 0 gave `None`, expected `0`; task 1 gave `None`, expected `1`",
    );
}
