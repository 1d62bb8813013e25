//! A process that can't end because what it put into a queue is unread: its feeder thread still writes.

use crate::finding::found::Found;
use crate::finding::names::{at_place, party, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::{Object, Process, Wait};
use crate::trace::{OpName, ThreadLook};

#[derive(Debug, Default)]
pub(in crate::finding) struct QueueNotDrained;

impl Rule for QueueNotDrained {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for process in still.world.processes() {
            let waits = still.waits.iter();
            let mut waits = waits.filter(|wait| wait.who.proc == process.proc);
            let wait = waits.find(|wait| wait.op == OpName::JoinThread);
            let feeder = feeder(still, process);
            if wait.is_none() && (feeder.is_none() || is_busy(still, process)) {
                continue;
            }
            let asked = wait.and_then(|wait| still.object(wait));
            let Some(queue) = asked.or_else(|| unread_of(still, process)) else {
                continue;
            };
            if let Some(finding) = told(still, process, queue, feeder) {
                match wait {
                    Some(wait) => found.hang(finding, wait),
                    None => found.hang_of(finding, process.proc),
                }
            }
        }
    }
}

/// A thread beside the main one that writes into a pipe nobody reads.
fn feeder<'a>(still: &Still<'a>, process: &Process) -> Option<&'a ThreadLook> {
    let mut threads = still.threads(process.pid);
    threads.find(|thread| thread.tid != process.pid && thread.call == "write")
}

/// Its main thread does something else than to wait for its own threads.
fn is_busy(still: &Still<'_>, process: &Process) -> bool {
    let waits = still.waits.iter().any(|wait| wait.who.proc == process.proc);
    let main = still.main_thread(process.pid);
    waits || main.is_none_or(|main| main.call != "futex" || main.shared.is_some())
}

/// The queue that has most of its messages.
fn unread_of<'a>(still: &Still<'a>, process: &Process) -> Option<&'a Object> {
    let queues = still
        .world
        .objects()
        .filter(|object| unread(object, process) > 0);
    queues.max_by_key(|object| unread(object, process))
}

fn unread(object: &Object, process: &Process) -> u64 {
    object.queue().map_or(0, |queue| {
        let messages = queue.mailbox.messages();
        let own = messages.filter(|message| message.producer == process.proc);
        let hidden = if queue.putters == [process.proc] {
            queue.mailbox.hidden
        } else {
            0
        };
        own.count() as u64 + hidden
    })
}

fn told(
    still: &Still<'_>,
    process: &Process,
    queue: &Object,
    feeder: Option<&ThreadLook>,
) -> Option<Finding> {
    let n = unread(queue, process);
    let joiner = still.joiner(process.proc);
    // Somebody who is busy may still come to read.
    if n == 0 || (!still.stuck && joiner.is_none()) {
        return None;
    }
    let pipe = feeder.and_then(|feeder| still.pipe(feeder.on.first()?));
    let bytes = pipe
        .and_then(|pipe| pipe.bytes)
        .map_or_else(Words::default, |bytes| {
            Words::tell("finding.queue-not-drained.bytes", &[("bytes", &bytes)])
        });
    let name = what(Some(queue));
    let text = match joiner {
        Some(joiner) => with_joiner(process, joiner, &name, n, &bytes),
        None => Words::tell(
            "finding.queue-not-drained.alone",
            &[
                ("who", &who(Some(process))),
                ("n", &n),
                ("queue", &name),
                ("bytes", &bytes),
            ],
        ),
    };
    let finding = Finding::new("queue-not-drained", Harm::Hang, Certainty::Certain, text)
        .advice(Words::tell("finding.queue-not-drained.advice", &[]))
        .lesson("queue")
        .event(joiner.map_or(queue.since_seq, |joiner| joiner.since_seq))
        .process(Some(process))
        .process(joiner.and_then(|joiner| still.process(&joiner.who)))
        .object(Some(queue))
        .place(joiner.and_then(|joiner| joiner.at.as_deref()))
        .place(process.at.as_deref())
        .same(&*queue.id);
    Some(if still.stuck {
        finding
    } else {
        finding.likely()
    })
}

fn with_joiner(process: &Process, joiner: &Wait, queue: &str, n: u64, bytes: &Words) -> Words {
    Words::tell(
        "finding.queue-not-drained.joined",
        &[
            ("joiner", &party(&joiner.who)),
            ("at", &at_place(joiner.at.as_deref())),
            ("who", &who(Some(process))),
            ("n", &n),
            ("queue", &queue),
            ("bytes", bytes),
        ],
    )
}
