//! Checks over queues, values, locks and errors.

use super::{Run, breaks, holds, on};
use crate::trace::{Op, OpName};

fn put(item: &str, value: &str) -> Op {
    let mut op = on(OpName::Put, "Queue-1");
    op.args.item = Some(item.to_owned());
    op.args.value = Some(value.to_owned());
    op
}

fn get(item: &str) -> Op {
    let mut op = on(OpName::QueueGet, "Queue-1");
    op.args.item = Some(item.to_owned());
    op
}

fn named(object: &str, name: &str) -> Op {
    let mut op = on(OpName::Name, object);
    op.args.name = Some(name.to_owned());
    op
}

#[test]
fn delivered_once() {
    let check =
        "kind = \"delivered-once\"\nobject = \"q\"\nputs = \"n\"\ngets = { at-most = \"n\" }";
    let queue = || {
        let mut run = Run::with_children(2);
        run.op(0, named("Queue-1", "q"));
        run.op(0, put("100:1", "'h1'")).op(0, put("100:2", "'h2'"));
        run
    };
    let mut run = queue();
    run.op(2, get("100:1")).op(1, get("100:2"));
    holds(check, &run);
    let mut run = queue();
    run.op(1, get("100:1")).op(2, get("100:1"));
    breaks(
        check,
        &run,
        "took a message that was never put, or had been taken before: Process-2 (102)",
    );
    let mut run = queue();
    run.op(0, put("100:3", "'h3'"));
    breaks(check, &run, "3 messages put, expected 2");
    let whole = "kind = \"delivered-once\"\ngets = \"n\"";
    let mut run = queue();
    run.op(1, get("100:1"));
    breaks(whole, &run, "1 message taken, expected 2");
    breaks(check, &Run::new(), "the run used nothing called `q`");
}

fn array(values: &[&str]) -> Op {
    let mut op = on(OpName::Create, "Array-1");
    op.args.class = Some("Array".to_owned());
    op.args.typecode = Some("i".to_owned());
    op.args.values = Some(values.iter().map(ToString::to_string).collect());
    op
}

fn set(index: i64, value: &str) -> Op {
    let mut op = on(OpName::Set, "Array-1");
    op.args.index = Some(index);
    op.args.value = Some(value.to_owned());
    op
}

#[test]
fn final_value() {
    let check = r#"
kind = "final-value"
object = "temp"
cells = [
  { index = 0, one-of = "[100 + i for i in 0..n]" },
  { index = "j", is = "[11, 22][j]", for = "j in 1..2" },
]
"#;
    let run = |value: &str| {
        let mut run = Run::with_children(2);
        run.op(0, array(&["11", "22"]))
            .op(0, named("Array-1", "temp"));
        run.op(1, set(0, "5")).op(2, set(0, value));
        run
    };
    holds(check, &run("101"));
    breaks(check, &run("102"), "temp[0] is `102`, expected 100 | 101");
    let mut short = Run::new();
    short.op(0, array(&["100"])).op(0, named("Array-1", "temp"));
    breaks(check, &short, "temp[1] is not there, expected 22");
    breaks(check, &Run::new(), "the run used nothing called `temp`");
}

#[test]
fn final_value_of_a_dict() {
    let check = r#"
kind = "final-value"
object = "dic"
entries = [{ key = "i", is = 101, for = "i in 0..n" }]
"#;
    let run = |entries: &[(&str, &str)]| {
        let mut run = Run::with_children(2);
        let mut create = on(OpName::Create, "DictProxy-1");
        create.args.class = Some("DictProxy".to_owned());
        run.op(0, create).op(0, named("DictProxy-1", "dic"));
        for (key, value) in entries {
            let mut op = on(OpName::DictSet, "DictProxy-1");
            op.args.key = Some((*key).to_owned());
            op.args.value = Some((*value).to_owned());
            run.op(1, op);
        }
        run
    };
    holds(check, &run(&[("1", "101"), ("0", "101")]));
    breaks(
        check,
        &run(&[("0", "101")]),
        "dic[1] is not there, expected 101",
    );
    breaks(
        check,
        &run(&[("0", "100"), ("1", "101")]),
        "dic[0] is `100`, expected 101",
    );
    breaks(
        check,
        &run(&[("0", "101"), ("1", "101"), ("2", "101")]),
        "dic has 3 entries, expected 2",
    );
}

fn versioned(op: OpName, ver: u64) -> Op {
    Op {
        ver: Some(ver),
        ..on(op, "RLock-1")
    }
}

#[test]
fn lock_exclusive() {
    let check = "kind = \"lock-exclusive\"\nobject = \"lock\"";
    let (acquire, release) = (OpName::Acquire, OpName::Release);
    let lock = || {
        let mut run = Run::with_children(2);
        run.op(0, named("RLock-1", "lock"));
        run.op(1, versioned(acquire, 1));
        run
    };
    let mut run = lock();
    run.op(1, versioned(release, 2))
        .op(2, versioned(acquire, 3))
        .op(2, versioned(release, 4));
    holds(check, &run);
    holds("kind = \"lock-exclusive\"", &run);
    holds(&format!("{check}\nacquires = 2"), &run);
    breaks(
        &format!("{check}\nacquires = {{ at-least = 3 }}"),
        &run,
        "`lock` was acquired 2 times, expected ≥ 3",
    );
    let mut run = lock();
    run.op(2, versioned(acquire, 2));
    breaks(
        check,
        &run,
        "Process-2 (102) acquired it while Process-1 (101) held it (event 6)",
    );
    let mut run = lock();
    run.op(1, versioned(release, 4))
        .op(2, versioned(acquire, 3));
    breaks(
        check,
        &run,
        "the operations of Process-2 (102) are in the wrong order (event 7)",
    );
    breaks(
        check,
        &Run::with_children(2),
        "the run used nothing called `lock`",
    );
    let mut run = Run::new();
    run.op(0, named("RLock-1", "lock"));
    breaks(check, &run, "no lock was acquired");
    let mut run = Run::new();
    run.op(0, named("Queue-1", "lock"));
    breaks(check, &run, "`lock` is not a Lock");
}

fn raising(op: OpName, error: &str) -> Op {
    Op {
        error: Some(error.to_owned()),
        ..on(op, "Pool-1")
    }
}

/// A run in which an operation of a process raised this.
fn raised_by(proc: u32, op: OpName, error: &str) -> Run {
    let mut run = Run::with_children(1);
    run.op(proc, raising(op, error));
    run
}

const RUNNING: &str = "ValueError: Pool is still running";

#[test]
fn raised() {
    let check = "kind = \"raised\"\nop = \"join\"\nof = \"main\"\nerror = \"ValueError: Pool is {*} running\"";
    holds(check, &raised_by(0, OpName::Join, RUNNING));
    breaks(
        check,
        &raised_by(0, OpName::Join, "AssertionError"),
        "join: raised `AssertionError`, expected `ValueError: Pool is … running`",
    );
    for (proc, op) in [(0, OpName::Close), (1, OpName::Join)] {
        breaks(
            check,
            &raised_by(proc, op, RUNNING),
            "join: raised nothing, expected `ValueError: Pool is … running`",
        );
    }
}

#[test]
fn never_raised() {
    let check = "kind = \"never-raised\"\nof = \"main\"";
    holds(check, &raised_by(1, OpName::Join, "ValueError: x"));
    breaks(
        check,
        &raised_by(0, OpName::Join, RUNNING),
        "raised join: `ValueError: Pool is still running`",
    );
}
