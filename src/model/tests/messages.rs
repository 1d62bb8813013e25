//! Queues and pipes.

use super::{Log, create, on};
use crate::model::AnomalyKind;
use crate::trace::{Op, OpName};

pub(super) fn message(op: OpName, object: &str, item: &str) -> Op {
    let mut op = on(op, object);
    op.args.item = Some(item.to_owned());
    op.args.value = Some(format!("'{item}'"));
    op
}

fn contents(log: &Log) -> Vec<String> {
    let queue = log
        .world
        .object("Queue-1")
        .and_then(|o| o.queue())
        .expect("a queue");
    queue
        .mailbox
        .messages()
        .map(|message| message.value.to_string())
        .collect()
}

#[test]
fn a_queue_shows_its_messages_and_who_got_them() {
    let mut log = Log::with_children(2);
    for item in ["100:1", "100:2", "100:3"] {
        log.op(0, message(OpName::Put, "Queue-1", item));
    }
    log.op(2, message(OpName::QueueGet, "Queue-1", "100:2"));
    log.op(1, on(OpName::QueueGet, "Queue-1"));
    assert_eq!(contents(&log), ["'100:3'"]);
    let queue = log
        .world
        .object("Queue-1")
        .and_then(|o| o.queue())
        .expect("a queue");
    let got: Vec<_> = queue
        .mailbox
        .delivered
        .iter()
        .map(|d| (&*d.message.item, d.consumer))
        .collect();
    assert_eq!(got, [("100:2", 2), ("100:1", 1)]);
    assert_eq!(log.anomalies(), []);
    log.op(1, message(OpName::QueueGet, "Queue-1", "100:2"));
    assert_eq!(log.anomalies(), [AnomalyKind::NeverPut]);
}

#[test]
fn a_full_queue_refuses_and_a_joinable_one_counts_what_is_unfinished() {
    let mut log = Log::with_children(0);
    let mut made = create("Queue-1", "JoinableQueue");
    made.args.n = Some(1);
    log.op(0, made);
    log.op(0, message(OpName::Put, "Queue-1", "100:1"));
    let mut full = message(OpName::Put, "Queue-1", "100:2");
    full.error = Some("queue.Full".to_owned());
    log.op(0, full);
    let queue = log
        .world
        .object("Queue-1")
        .and_then(|o| o.queue())
        .expect("a queue");
    assert!(queue.is_full());
    assert_eq!((queue.mailbox.len(), queue.unfinished), (1, 1));
    log.op(0, on(OpName::TaskDone, "Queue-1"));
    log.op(0, on(OpName::TaskDone, "Queue-1"));
    let queue = log
        .world
        .object("Queue-1")
        .and_then(|o| o.queue())
        .expect("a queue");
    assert_eq!(queue.unfinished, 0);
}

#[test]
fn a_flooded_queue_keeps_a_bounded_part_and_counts_right() {
    let limits = crate::model::Limits {
        elements: 10,
        ..Default::default()
    };
    let mut log = Log::with_limits(limits);
    log.start(0, 1, "MainProcess", crate::trace::Role::Main);
    for n in 0..25 {
        log.op(0, message(OpName::Put, "Queue-1", &format!("100:{n}")));
    }
    let len = |log: &Log| {
        log.world
            .object("Queue-1")
            .and_then(|o| o.queue())
            .map(|q| (q.mailbox.messages().count(), q.mailbox.len()))
    };
    assert_eq!(len(&log), Some((10, 25)));
    for n in 0..25 {
        log.op(0, message(OpName::QueueGet, "Queue-1", &format!("100:{n}")));
    }
    assert_eq!(len(&log), Some((0, 0)));
    assert_eq!(log.anomalies(), []);
}

pub(super) fn pipe(log: &mut Log) {
    for (end, other) in [
        ("Connection-1", "Connection-2"),
        ("Connection-2", "Connection-1"),
    ] {
        let mut made = create(end, "Connection");
        made.args.of = Some(other.to_owned());
        log.op(0, made);
    }
}

#[test]
fn a_message_travels_to_the_other_end_of_its_pipe() {
    let mut log = Log::with_children(1);
    pipe(&mut log);
    log.op(0, message(OpName::Send, "Connection-1", "100:1"));
    let inbox = |log: &Log, end: &str| {
        log.world
            .object(end)
            .and_then(|o| o.connection())
            .map(|c| c.inbox.len())
    };
    assert_eq!(
        (inbox(&log, "Connection-1"), inbox(&log, "Connection-2")),
        (Some(0), Some(1))
    );
    log.op(1, message(OpName::Recv, "Connection-2", "100:1"));
    assert_eq!(inbox(&log, "Connection-2"), Some(0));
    assert_eq!(log.anomalies(), []);
    log.op(0, message(OpName::Recv, "Connection-1", "100:1"));
    assert_eq!(log.anomalies(), [AnomalyKind::NeverPut]);
}

#[test]
fn a_message_that_could_not_be_decoded_is_gone_all_the_same() {
    let mut log = Log::with_children(1);
    log.op(0, message(OpName::Put, "Queue-1", "100:1"));
    let mut empty = on(OpName::QueueGet, "Queue-1");
    empty.error = Some("queue.Empty".to_owned());
    log.op(1, empty);
    assert_eq!(contents(&log).len(), 1);
    let mut broken = message(OpName::QueueGet, "Queue-1", "100:1");
    broken.error = Some("AttributeError: no such class".to_owned());
    log.op(1, broken);
    assert_eq!(contents(&log).len(), 0);
}
