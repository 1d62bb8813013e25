//! Children that never run at the same time, because each is joined before the next one starts.

use std::collections::BTreeMap;

use crate::finding::names::who;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::World;
use crate::trace::{OpName, Role};

/// Fewer children in a row are no pattern.
const FEWEST: u64 = 3;
/// Most parents that are followed.
const PARENTS: usize = 256;

#[derive(Debug, Default)]
pub(in crate::finding) struct JoinedOneByOne {
    parents: BTreeMap<u32, Children>,
}

#[derive(Debug, Default)]
struct Children {
    started: u64,
    joined: u64,
    /// One was started before those before it were joined.
    together: bool,
    joined_at: Option<String>,
    seq: u64,
}

impl Rule for JoinedOneByOne {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Start, Watch::Op(OpName::Join)]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, _: &mut Found) {
        let Some(process) = event.proc.and_then(|proc| world.process(proc)) else {
            return;
        };
        let op = event.kind.op();
        let parent = match op {
            Some(op) if op.args.child.is_none() => None,
            Some(_) => Some(process.proc),
            None if process.role != Role::Process => None,
            None => process.parent,
        };
        let Some(parent) = parent else { return };
        if self.parents.len() >= PARENTS && !self.parents.contains_key(&parent) {
            return;
        }
        let children = self.parents.entry(parent).or_default();
        if let Some(op) = op {
            children.joined += u64::from(op.error.is_none() && op.args.timeout.is_none());
            children.joined_at.clone_from(&op.at);
            children.seq = event.seq;
            return;
        }
        children.together |= children.joined < children.started;
        children.started += 1;
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for (parent, children) in &self.parents {
            if children.started < FEWEST || children.together {
                continue;
            }
            let parent = world.process(*parent);
            let text = Words::tell(
                "finding.joined-one-by-one.text",
                &[("who", &who(parent)), ("n", &children.started)],
            );
            found.add(
                Finding::new("joined-one-by-one", Harm::Waste, Certainty::Hint, text)
                    .advice(Words::tell("finding.joined-one-by-one.advice", &[]))
                    .lesson("manager-dict")
                    .event(children.seq)
                    .process(parent)
                    .place(children.joined_at.as_deref()),
            );
        }
    }
}
