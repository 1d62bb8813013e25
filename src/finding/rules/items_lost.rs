//! Items that a process put into a queue and that nobody got, because the process was killed before its
//! feeder had sent them, or had said that it would not wait for the feeder.

use std::collections::{BTreeMap, HashSet};

use crate::finding::names::{ended, label, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Object, Process, World};
use crate::trace::{Exit, OpName};

const MOST: usize = 1024;

#[derive(Debug, Default)]
pub(in crate::finding) struct ItemsLost {
    /// Queues that somebody asked in vain, with the last time.
    in_vain: BTreeMap<String, u64>,
    /// Who does not wait for the feeder of which queue.
    cancelled: HashSet<(u32, String)>,
}

impl Rule for ItemsLost {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Op(OpName::QueueGet),
            Watch::Op(OpName::CancelJoinThread),
        ]
    }

    fn after(&mut self, Moment { event, .. }: Moment<'_>, _: &mut Found) {
        let (Some(op), Some(proc)) = (event.kind.op(), event.proc) else {
            return;
        };
        let Some(id) = &op.object else { return };
        if op.op == OpName::CancelJoinThread && self.cancelled.len() < MOST {
            self.cancelled.insert((proc, id.clone()));
        }
        let vain = op
            .error
            .as_deref()
            .is_some_and(|error| error.contains("Empty"));
        if vain
            && op.op == OpName::QueueGet
            && (self.in_vain.len() < MOST || self.in_vain.contains_key(id))
        {
            self.in_vain.insert(id.clone(), event.seq);
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for object in world.objects() {
            let Some(queue) = object.queue() else {
                continue;
            };
            let mut left: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
            for message in queue.mailbox.messages() {
                if &*message.value != "None" {
                    let entry = left.entry(message.producer).or_insert((0, message.seq));
                    entry.0 += 1;
                }
            }
            for (producer, (n, seq)) in left {
                let process = world.process(producer);
                if let Some(finding) =
                    process.and_then(|process| self.judge(world, object, process, (n, seq)))
                {
                    found.add(finding.process(process));
                }
            }
        }
    }
}

impl ItemsLost {
    fn judge(
        &self,
        world: &World,
        object: &Object,
        process: &Process,
        (n, seq): (u64, u64),
    ) -> Option<Finding> {
        let id = object.id.to_string();
        let asked = self.in_vain.get(&id).is_some_and(|last| *last > seq);
        let name = label(object);
        // The run was ended: nobody was there to want anything any more.
        if world.was_ended(process.pid) {
            return None;
        }
        if let Some(Exit::Signal(_)) = process.exit() {
            // A daemon is killed at the end of main, when nobody wants anything any more.
            let certainty = match asked {
                true => Certainty::Likely,
                false if process.daemon => return None,
                false => Certainty::Hint,
            };
            let text = Words::tell(
                "finding.items-lost.killed",
                &[
                    ("who", &who(Some(process))),
                    ("n", &n),
                    ("queue", &name),
                    ("ended", &ended(world, process)),
                ],
            );
            return Some(told(object, certainty, text, seq));
        }
        if asked && self.cancelled.contains(&(process.proc, id)) {
            let text = Words::tell(
                "finding.items-lost.cancelled",
                &[("who", &who(Some(process))), ("n", &n), ("queue", &name)],
            );
            return Some(told(object, Certainty::Likely, text, seq));
        }
        None
    }
}

fn told(object: &Object, certainty: Certainty, text: Words, seq: u64) -> Finding {
    Finding::new("items-lost", Harm::Wrong, certainty, text)
        .advice(Words::tell("finding.items-lost.advice", &[]))
        .lesson("queue")
        .event(seq)
        .object(Some(object))
        .same(&*object.id)
}
