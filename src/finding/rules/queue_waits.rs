//! A queue that stays empty, stays full, or whose lock died with a reader.

use crate::finding::Finding;
use crate::finding::found::Found;
use crate::finding::names::{Gone, at_place, ended, gone, waiter, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::model::{Object, Process, Queue, Wait};
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct QueueWaits;

impl Rule for QueueWaits {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for (wait, object) in still.on(&[OpName::Put, OpName::QueueGet]) {
            let Some(queue) = object.queue() else {
                continue;
            };
            if !still.stuck || found.explains(wait.who.proc) {
                continue;
            }
            let finding = match wait.op {
                OpName::Put => full(still, wait, object, queue),
                _ if queue.mailbox.is_empty() => empty(still, wait, object, queue),
                // What keeps it from them is told below.
                _ => continue,
            };
            found.hang(finding, wait);
        }
        if still.stuck {
            with_messages(still, found);
        }
    }
}

/// Who took from the queue, or put into it, and has ended.
fn dead(still: &Still<'_>, procs: impl Iterator<Item = u32>) -> Gone {
    let procs: Vec<u32> = procs.collect();
    gone(still.world, |process| procs.contains(&process.proc))
}

fn full(still: &Still<'_>, wait: &Wait, object: &Object, queue: &Queue) -> Finding {
    let readers = dead(still, queue.takers.iter().map(|taker| taker.proc));
    let gone = if readers.is_empty() {
        gone(still.world, |_| true)
    } else {
        readers
    };
    let n = queue.mailbox.len();
    let size = match queue.maxsize {
        Some(size) => Words::tell("finding.queue-waits.size", &[("n", &size)]),
        None => Words::tell("finding.queue-waits.pipe", &[("n", &n)]),
    };
    let text = Words::tell(
        "finding.queue-waits.full",
        &[
            ("who", &waiter(still.world, wait)),
            ("at", &at_place(wait.at.as_deref())),
            ("queue", &what(Some(object))),
            ("size", &size),
            ("taken", &queue.mailbox.taken),
            ("gone", &gone.words),
        ],
    );
    still
        .finding("queue-waits", text, wait)
        .advice(Words::tell("finding.queue-waits.advice-full", &[]))
        .lesson("queue")
        .same(format!("full {}", object.id))
        .gone(&gone)
}

fn empty(still: &Still<'_>, wait: &Wait, object: &Object, queue: &Queue) -> Finding {
    let writers = dead(still, queue.putters.iter().copied());
    let gone = if writers.is_empty() {
        gone(still.world, |_| true)
    } else {
        writers
    };
    let text = Words::tell(
        "finding.queue-waits.empty",
        &[
            ("who", &waiter(still.world, wait)),
            ("at", &at_place(wait.at.as_deref())),
            ("queue", &what(Some(object))),
            ("put", &queue.mailbox.put),
            ("gone", &gone.words),
        ],
    );
    still
        .finding("queue-waits", text, wait)
        .advice(Words::tell("finding.queue-waits.advice-empty", &[]))
        .lesson("queue")
        .same(format!("empty {}", object.id))
        .gone(&gone)
        .idle()
}

/// Processes that wait in a get although by the log the queue has messages.
fn with_messages(still: &Still<'_>, found: &mut Found) {
    for process in still.world.processes().filter(|process| process.is_alive()) {
        let Some(pending) = process.pending() else {
            continue;
        };
        let object = pending
            .target
            .object()
            .and_then(|key| still.world.object_at(key));
        let Some((object, queue)) = object.and_then(|object| Some((object, object.queue()?)))
        else {
            continue;
        };
        let has = pending.op.op == OpName::QueueGet && !queue.mailbox.is_empty();
        if !has || pending.timeout.is_some() {
            continue;
        }
        let reader = still.world.processes().find(|other| {
            let ended_in = other.ended_in.as_ref();
            !other.is_alive()
                && ended_in.is_some_and(|ended| {
                    ended.op.op == OpName::QueueGet && ended.target == pending.target
                })
        });
        let first = queue.mailbox.messages().next();
        let writer = first.and_then(|message| still.world.process(message.producer));
        let writer = writer.filter(|writer| !writer.is_alive());
        let Some(finding) = lost_inside(still, process, object, queue, reader, writer) else {
            continue;
        };
        let finding = finding
            .event(pending.since_seq)
            .place(pending.op.at.as_deref());
        found.hang_of(finding, process.proc);
    }
}

fn lost_inside(
    still: &Still<'_>,
    process: &Process,
    object: &Object,
    queue: &Queue,
    reader: Option<&Process>,
    writer: Option<&Process>,
) -> Option<Finding> {
    let culprit = reader.or(writer)?;
    let (waiter, name) = (who(Some(process)), what(Some(object)));
    let (other, end) = (who(Some(culprit)), ended(still.world, culprit));
    let n = queue.mailbox.len();
    let text = if reader.is_some() {
        Words::tell(
            "finding.queue-waits.reader",
            &[
                ("who", &waiter),
                ("queue", &name),
                ("n", &n),
                ("reader", &other),
                ("ended", &end),
            ],
        )
    } else {
        Words::tell(
            "finding.queue-waits.writer",
            &[
                ("who", &waiter),
                ("queue", &name),
                ("n", &n),
                ("writer", &other),
                ("ended", &end),
            ],
        )
    };
    let finding = Finding::new(
        "queue-waits",
        crate::finding::Harm::Hang,
        crate::finding::Certainty::Certain,
        text,
    );
    Some(
        finding
            .advice(Words::tell("finding.queue-waits.advice-killed", &[]))
            .lesson("queue")
            .process(Some(process))
            .process(Some(culprit))
            .object(Some(object))
            .same(format!("lost {}", object.id)),
    )
}
