//! Checks over processes.

use super::{Run, breaks, holds};
use crate::trace::{Role, RunStatus};

#[test]
fn process_lines() {
    let check = r#"
kind = "process-lines"
process = "Process-{i + 1}"
for = "i in 0..n"
lines = ["{i} a", "{i} b"]
"#;
    let mut run = Run::with_children(2);
    run.print(1, "0 a")
        .print(2, "1 a")
        .print(2, "1 b")
        .print(1, "0 b");
    holds(check, &run);
    let mut run = Run::with_children(2);
    run.print(1, "0 a")
        .print(1, "0 b")
        .print(2, "1 b")
        .print(2, "1 a");
    breaks(
        check,
        &run,
        "Process-2 (102): line 1 is `1 b`, expected `1 a`",
    );
    breaks(check, &Run::new(), "there was no process Process-1");
}

#[test]
fn exit_codes() {
    let check = "kind = \"exit-codes\"\nof = \"process\"\nis = 0";
    let mut run = Run::with_children(2);
    run.exit(1, 0).exit(2, 0);
    holds(check, &run);
    let mut run = Run::with_children(3);
    run.exit(1, 1).killed(2, 9);
    breaks(
        check,
        &run,
        "Process-1 (101): exit code 1, expected 0; Process-2 (102): exit code -9 (signal 9), \
         expected 0; Process-3 (103): still alive, expected 0",
    );
    breaks(check, &Run::new(), "there was no such process");
    let named = "kind = \"exit-codes\"\nprocess = \"Process-{i}\"\nfor = \"i in 1..=n\"\nis = \"-15 if i == 1 else 0\"";
    let mut run = Run::with_children(2);
    run.killed(1, 15).exit(2, 0);
    holds(named, &run);
    let mut run = Run::with_children(2);
    run.exit(1, 0).exit(2, 0);
    breaks(named, &run, "Process-1 (101): exit code 0, expected -15");
    breaks(
        named,
        &Run::with_children(1),
        "there was no process Process-2",
    );
}

#[test]
fn process_count() {
    let check = "kind = \"process-count\"\nof = \"process\"\nis = \"n\"";
    holds(check, &Run::with_children(2));
    breaks(
        check,
        &Run::with_children(3),
        "3 child processes, expected 2",
    );
}

#[test]
fn at_most_alive() {
    let check = "kind = \"at-most-alive\"\nof = \"worker\"\nn = \"n\"";
    let worker = |n: u32| format!("ForkPoolWorker-{n}");
    let mut run = Run::new();
    run.start(1, &worker(1), Role::Worker)
        .start(2, &worker(2), Role::Worker);
    // A third is born after the first has ended: a replacement.
    run.exit(1, 0).start(3, &worker(3), Role::Worker);
    holds(check, &run);
    let mut run = Run::new();
    run.start(1, &worker(1), Role::Worker)
        .start(2, &worker(2), Role::Worker);
    run.start(3, &worker(3), Role::Worker).exit(1, 0);
    breaks(
        check,
        &run,
        "3 workers alive at once, allowed 2: ForkPoolWorker-1 (101), ForkPoolWorker-2 (102), \
         ForkPoolWorker-3 (103)",
    );
    breaks(check, &Run::new(), "there were 0 workers");
}

#[test]
fn status() {
    let mut finished = Run::new();
    finished.finish();
    let mut stuck = Run::new();
    stuck.end(RunStatus::Deadlock, &[100]);
    holds("kind = \"status\"", &finished);
    breaks(
        "kind = \"status\"",
        &stuck,
        "the run ended in a deadlock ('deadlock'), expected 'finished'",
    );
    holds("kind = \"status\"\nis = \"'deadlock'\"", &stuck);
    breaks(
        "kind = \"status\"",
        &Run::new(),
        "the run ended in an unknown way ('unknown'), expected 'finished'",
    );
}

#[test]
fn nothing_left() {
    let check = "kind = \"nothing-left\"";
    let mut run = Run::with_children(2);
    run.finish();
    holds(check, &run);
    let mut run = Run::with_children(1);
    run.exit(0, 0).end(RunStatus::Finished, &[]);
    breaks(check, &run, "still alive: Process-1 (101)");
    let mut run = Run::with_children(1);
    run.exit(0, 0)
        .killed(1, 15)
        .end(RunStatus::Finished, &[101]);
    breaks(check, &run, "had to be ended by force: Process-1 (101)");
    let mut run = Run::new();
    run.exit(0, 0);
    breaks(check, &run, "the run has no end");
}
