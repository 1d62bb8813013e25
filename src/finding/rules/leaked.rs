//! Semaphores and blocks of shared memory that nobody unlinked, by the word of the resource tracker; and a
//! block that the tracker of another program unlinked under its owner's feet.

use std::collections::BTreeMap;

use crate::finding::names::{ended, label, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Object, World};
use crate::text::clean;
use crate::trace::{Event, Kind, Op, OpName, Output, Stream};

const MOST: usize = 1024;

#[derive(Debug, Default)]
pub(in crate::finding) struct Leaked {
    /// Who has attached to a block: name, then process and PID of its tracker.
    attached: BTreeMap<String, Vec<(u32, i32)>>,
    /// Who made it, with its tracker.
    made: BTreeMap<String, (u32, i32, String)>,
    /// What trackers say until the end, and whether of blocks: one that was removed explains it.
    told: Vec<(bool, Finding)>,
    removed: bool,
}

impl Rule for Leaked {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Output,
            Watch::Op(OpName::Create),
            Watch::Op(OpName::Attach),
            Watch::Op(OpName::Unlink),
        ]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        match &event.kind {
            Kind::Output(output) if output.stream == Stream::Stderr => {
                self.said(world, event, output, found);
            }
            Kind::Op(op) | Kind::OpEnd(op) => self.operation(world, event, op, found),
            _ => {}
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for (of_block, mut finding) in self.told.drain(..) {
            // Who was ended with the run had no time to clean up.
            if finding.pids.iter().any(|pid| world.was_ended(*pid)) {
                finding.certainty = Certainty::Hint;
            }
            if !of_block || !self.removed {
                found.add(finding);
            }
        }
    }
}

fn leaked(world: &World, event: &Event, n: &str, kind: &str) -> Finding {
    let tracker = event.proc.and_then(|proc| world.process(proc));
    let owner = tracker.and_then(|tracker| world.process(tracker.parent?));
    let how = owner.map_or_else(|| Words::new("ended", "结束"), |owner| ended(world, owner));
    let count = n.parse::<u64>().unwrap_or(1);
    let text = Words::tell(
        "finding.leaked.text",
        &[
            ("n", &count),
            ("kind", &clean(kind)),
            ("owner", &who(owner)),
            ("ended", &how),
        ],
    );
    let mut finding = Finding::new("leaked", Harm::Waste, Certainty::Certain, text)
        .advice(Words::tell("finding.leaked.advice", &[]))
        .event(event.seq)
        .process(owner);
    let semaphores = kind.contains("semaphore");
    let of_owner = |object: &&Object| {
        object.creator == owner.map(|owner| owner.proc)
            && semaphores != (&*object.class == "SharedMemory")
    };
    for object in world.objects().filter(of_owner).take(8) {
        if has_name(object) {
            finding = finding
                .object(Some(object))
                .place(object.created_at.as_deref());
        }
    }
    finding
}

/// Objects that stand on a semaphore, or are a block.
fn has_name(object: &Object) -> bool {
    object.lock().is_some()
        || object.semaphore().is_some()
        || object.flag().is_some()
        || object.condition().is_some()
        || object.barrier().is_some()
        || object.queue().is_some()
        || object.shared().is_some()
        || object.block().is_some()
}

impl Leaked {
    /// What a resource tracker says on stderr.
    fn said(&mut self, world: &World, event: &Event, output: &Output, found: &mut Found) {
        let text = String::from_utf8_lossy(&output.data);
        if let Some((_, after)) = text.split_once("resource_tracker: There appear to be ") {
            let mut words = after.split(' ');
            let (Some(n), Some("leaked"), Some(kind)) = (words.next(), words.next(), words.next())
            else {
                return;
            };
            let finding = leaked(world, event, n, kind);
            if self.told.len() < MOST {
                self.told.push((!kind.contains("semaphore"), finding));
            }
        } else if text.starts_with("KeyError: '/")
            && event
                .proc
                .and_then(|proc| world.process(proc))
                .is_some_and(|process| !process.announced || process.name.contains("python"))
        {
            let name = clean(text.trim().trim_start_matches("KeyError: ")).into_owned();
            let text = Words::tell("finding.unregistered-twice.text", &[("name", &name)]);
            found.add(
                Finding::new("unregistered-twice", Harm::Waste, Certainty::Hint, text)
                    .advice(Words::tell("finding.unregistered-twice.advice", &[]))
                    .event(event.seq),
            );
        }
    }

    fn operation(&mut self, world: &World, event: &Event, op: &Op, found: &mut Found) {
        let (Some(proc), Some(id)) = (event.proc, &op.object) else {
            return;
        };
        let missing = op
            .error
            .as_deref()
            .is_some_and(|error| error.starts_with("FileNotFoundError"));
        if missing && matches!(op.op, OpName::Attach | OpName::Unlink) {
            if let Some(finding) = self.was_removed(world, id) {
                self.removed = true;
                found.add(finding.event(event.seq).place(op.at.as_deref()));
            }
            return;
        }
        let Some(tracker) = op.args.pid.filter(|_| op.error.is_none()) else {
            return;
        };
        if op.op == OpName::Create
            && op.args.class.as_deref() == Some("SharedMemory")
            && self.made.len() < MOST
        {
            let name = op.args.key.clone().unwrap_or_default();
            self.made.insert(id.clone(), (proc, tracker, name));
        } else if op.op == OpName::Attach && self.attached.len() < MOST {
            let readers = self.attached.entry(id.clone()).or_default();
            if readers.len() < MOST {
                readers.push((proc, tracker));
            }
        }
    }

    /// The block is gone though its owner had not unlinked it: the tracker of a reader did.
    fn was_removed(&self, world: &World, id: &str) -> Option<Finding> {
        let (owner, tracker, name) = self.made.get(id)?;
        let object = world.object(id)?;
        if object.block()?.unlinked.is_some() {
            return None;
        }
        let others = self.attached.get(id)?;
        let (reader, _) = others.iter().find(|(_, other)| other != tracker)?;
        let (owner, reader) = (world.process(*owner), world.process(*reader));
        let text = Words::tell(
            "finding.block-removed.text",
            &[
                ("block", &label(object)),
                ("name", &clean(name)),
                ("owner", &who(owner)),
                ("reader", &who(reader)),
            ],
        );
        let finding = Finding::new("block-removed", Harm::Wrong, Certainty::Certain, text)
            .advice(Words::tell("finding.block-removed.advice", &[]))
            .object(Some(object))
            .process(owner)
            .process(reader)
            .same(id);
        Some(finding)
    }
}
