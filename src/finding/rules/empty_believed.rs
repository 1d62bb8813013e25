//! `empty()` says True though a message was put: the feeder thread has not written it yet. Who believes it
//! goes away, and the message is never taken.

use std::collections::BTreeMap;

use crate::finding::names::{label, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Mailbox, Message, Object, Process, World};
use crate::text::clean;
use crate::trace::{Exit, Op, OpName};

const MOST: usize = 1024;

#[derive(Debug, Default)]
pub(in crate::finding) struct EmptyBelieved {
    /// The last look at each queue, where it found nothing.
    looks: BTreeMap<String, Look>,
}

#[derive(Debug)]
struct Look {
    proc: u32,
    seq: u64,
    at: Option<String>,
    op: &'static str,
    /// Messages in it by then.
    there: u64,
    /// One of them is the looker's own.
    own: bool,
}

impl Rule for EmptyBelieved {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Op(OpName::Empty), Watch::Op(OpName::QueueGet)]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, _: &mut Found) {
        let (Some(op), Some(proc)) = (event.kind.op(), event.proc) else {
            return;
        };
        let Some((id, how)) = op.object.as_deref().zip(found_nothing(op)) else {
            if let Some(id) = &op.object {
                self.looks.remove(id);
            }
            return;
        };
        let Some(mailbox) = world.object(id).and_then(mailbox) else {
            return;
        };
        if self.looks.len() < MOST || self.looks.contains_key(id) {
            let look = Look {
                proc,
                seq: event.seq,
                at: op.at.clone(),
                op: how,
                there: mailbox.len(),
                own: mailbox.messages().any(|message| message.producer == proc),
            };
            self.looks.insert(id.to_owned(), look);
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for (id, look) in &self.looks {
            let object = world.object(id);
            let left: Vec<&Message> = object
                .and_then(mailbox)
                .into_iter()
                .flat_map(Mailbox::messages)
                .filter(|message| &*message.value != "None" && !was_killed(world, message.producer))
                .collect();
            let before = left.iter().filter(|message| message.seq < look.seq).count();
            let Some(object) = object.filter(|_| !left.is_empty()) else {
                continue;
            };
            if look.there > 0 && before > 0 {
                found.add(told(world, object, look, before));
            } else if left
                .iter()
                .all(|message| message.seq > look.seq && message.producer != look.proc)
            {
                found.add(too_early(world, object, look, left.len()));
            }
        }
    }
}

/// What the killed had not sent is another story.
fn was_killed(world: &World, proc: u32) -> bool {
    let exit = world.process(proc).and_then(Process::exit);
    matches!(exit, Some(Exit::Signal(_)))
}

fn mailbox(object: &Object) -> Option<&Mailbox> {
    object.queue().map(|queue| &queue.mailbox)
}

/// How an operation found a queue empty, without patience.
fn found_nothing(op: &Op) -> Option<&'static str> {
    match op.op {
        OpName::Empty if op.result.as_deref() == Some("True") => Some("empty()"),
        OpName::QueueGet
            if op
                .error
                .as_deref()
                .is_some_and(|error| error.contains("Empty")) =>
        {
            let patience = op.args.timeout.unwrap_or(0.0);
            (patience < 0.2).then_some("get()")
        }
        _ => None,
    }
}

/// The queue was empty indeed, and what came later was never taken.
fn too_early(world: &World, object: &Object, look: &Look, left: usize) -> Finding {
    let process = world.process(look.proc);
    let text = Words::tell(
        "finding.empty-believed.later",
        &[
            ("who", &who(process)),
            ("op", &look.op),
            ("queue", &label(object)),
            ("n", &left),
        ],
    );
    Finding::new("empty-believed", Harm::Wrong, Certainty::Hint, text)
        .advice(Words::tell("finding.empty-believed.advice", &[]))
        .lesson("queue")
        .event(look.seq)
        .process(process)
        .object(Some(object))
        .place(look.at.as_deref())
}

fn told(world: &World, object: &Object, look: &Look, left: usize) -> Finding {
    let process = world.process(look.proc);
    let at = clean(look.at.as_deref().unwrap_or("?")).into_owned();
    let text = Words::tell(
        "finding.empty-believed.text",
        &[
            ("who", &who(process)),
            ("op", &look.op),
            ("queue", &label(object)),
            ("n", &left),
            ("at", &at),
        ],
    );
    let certainty = if look.own {
        Certainty::Certain
    } else {
        Certainty::Likely
    };
    Finding::new("empty-believed", Harm::Wrong, certainty, text)
        .advice(Words::tell("finding.empty-believed.advice", &[]))
        .lesson("queue")
        .event(look.seq)
        .process(process)
        .object(Some(object))
        .place(look.at.as_deref())
}
