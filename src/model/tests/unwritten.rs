//! What was printed and not written: it grows, leaves with the output, is copied by a fork, is lost.

use super::Log;
use crate::trace::{BUFFERED, Exit, Op, OpName, Role};

fn buffered(log: &mut Log, proc: u32, text: &str) {
    let mut op = Op {
        op: OpName::Print,
        ..Op::default()
    };
    op.args.key = Some(BUFFERED.to_owned());
    op.args.value = Some(text.to_owned());
    log.op(proc, op);
}

/// The text in a process's buffer, and whose it begins with.
fn of(log: &Log, proc: u32) -> (String, Option<u32>) {
    let unwritten = &log.world.process(proc).expect("known").unwritten;
    let texts = unwritten.texts().map(|(_, text)| text);
    (texts.collect(), unwritten.copied_from(proc))
}

/// The main process prints, forks, and both write.
fn forked() -> Log {
    let mut log = Log::with_children(0);
    buffered(&mut log, 0, "before\n");
    let mut fork = Op {
        op: OpName::OsFork,
        ..Op::default()
    };
    fork.args.child = Some("os.fork-1".to_owned());
    log.op(0, fork);
    // What the parent prints then is its own.
    buffered(&mut log, 0, "after\n");
    log.start(1, 100, "os.fork-1", Role::Process);
    buffered(&mut log, 1, "child\n");
    log
}

#[test]
fn a_forked_child_has_a_copy_of_the_buffer_and_its_line_says_so() {
    let mut log = forked();
    assert_eq!(of(&log, 0), ("before\nafter\n".to_owned(), None));
    assert_eq!(of(&log, 1), ("before\nchild\n".to_owned(), Some(0)));
    log.print(1, "before\nchild\n");
    log.print(0, "before\nafter\n");
    assert_eq!(log.lines(), ["before", "child", "before", "after"]);
    let from: Vec<Option<u32>> = log
        .world
        .log()
        .lines()
        .map(|line| line.copied_from)
        .collect();
    assert_eq!(from, [Some(0), None, None, None]);
    assert_eq!(
        (of(&log, 0).0, of(&log, 1).0),
        (String::new(), String::new())
    );
}

#[test]
fn what_is_written_leaves_and_what_is_not_is_lost_with_its_process() {
    let mut log = forked();
    log.print(1, "bef");
    assert_eq!(of(&log, 1).0, "ore\nchild\n");
    log.exit(1, Exit::Code(0));
    assert_eq!(of(&log, 1).0, "ore\nchild\n");
    // More is written than was told of.
    log.print(0, &"x".repeat(9000));
    assert_eq!(of(&log, 0).0, "");
    buffered(&mut log, 0, &"第".repeat(40_000));
    assert!(log.world.process(0).expect("known").unwritten.bytes() <= 64 << 10);
}

#[test]
fn a_child_of_multiprocessing_begins_with_an_empty_buffer() {
    let mut log = Log::with_children(0);
    buffered(&mut log, 0, "before\n");
    let mut start = Op {
        op: OpName::Start,
        ..Op::default()
    };
    start.args.child = Some("Process-1".to_owned());
    log.op(0, start);
    log.print(0, "before\n");
    log.start(1, 100, "Process-1", Role::Process);
    assert_eq!(
        (of(&log, 0).0, of(&log, 1).0),
        (String::new(), String::new())
    );
}
