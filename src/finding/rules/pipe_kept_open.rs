//! A program has ended, but a process it started keeps its output pipe open: who reads to the end waits
//! for that one.

use crate::finding::found::Found;
use crate::finding::names::{at_place, ended, list, who};
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::{Process, State, World};
use crate::trace::OpName;

/// A wait that lasted so long after the program's end (ns) is told.
const LONG: i64 = 500_000_000;

#[derive(Debug, Default)]
pub(in crate::finding) struct PipeKeptOpen;

impl Rule for PipeKeptOpen {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Op(OpName::Communicate)]
    }

    /// The reading came to its end: was it long after the program's?
    fn after(&mut self, Moment { event, world }: Moment<'_>, found: &mut Found) {
        let Some(op) = event.kind.op() else { return };
        let object = op.object.as_deref().and_then(|id| world.object(id));
        let pid = object.and_then(|object| object.popen()?.pid);
        let child = pid.and_then(|pid| world.by_pid(pid));
        let Some((child, end)) = child.and_then(|child| Some((child, end_of(child)?))) else {
            return;
        };
        let keeps = |process: &&Process| {
            let later = end_of(process).is_none_or(|later| later > end);
            descends(world, process, child.proc) && later
        };
        let holders: Vec<&Process> = world.processes().filter(keeps).take(4).collect();
        if event.t - end < LONG || holders.is_empty() {
            return;
        }
        let reader = event.proc.and_then(|proc| world.process(proc));
        let finding = told(world, reader, child, &holders, op.at.as_deref());
        let finding = Finding {
            kind: Harm::Waste,
            ..finding
        };
        found.add(finding.event(event.seq));
    }

    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for process in still.world.processes().filter(|process| process.is_alive()) {
            let pending = process.pending();
            let pending = pending.filter(|pending| pending.op.op == OpName::Communicate);
            let key = pending.and_then(|pending| pending.target.object());
            let popen = key.and_then(|key| still.world.object_at(key)?.popen());
            let child = popen.and_then(|popen| still.world.by_pid(popen.pid?));
            let Some(child) = child.filter(|child| !child.is_alive()) else {
                continue;
            };
            let keeps =
                |other: &&Process| other.is_alive() && descends(still.world, other, child.proc);
            let holders: Vec<&Process> = still.world.processes().filter(keeps).take(4).collect();
            if holders.is_empty() {
                continue;
            }
            let at = pending.and_then(|pending| pending.op.at.as_deref());
            let finding = told(still.world, Some(process), child, &holders, at);
            found.hang_of(finding, process.proc);
        }
    }
}

fn end_of(process: &Process) -> Option<i64> {
    match process.state {
        State::Exited { t, .. } => Some(t),
        _ => None,
    }
}

fn descends(world: &World, process: &Process, ancestor: u32) -> bool {
    let mut parent = process.parent;
    // Births go back in time; the bound is for logs that lie.
    for _ in 0..64 {
        match parent {
            Some(proc) if proc == ancestor => return true,
            Some(proc) => parent = world.process(proc).and_then(|process| process.parent),
            None => return false,
        }
    }
    false
}

fn told(
    world: &World,
    reader: Option<&Process>,
    child: &Process,
    holders: &[&Process],
    at: Option<&str>,
) -> Finding {
    let names: Vec<Words> = holders
        .iter()
        .map(|holder| Words::new(who(Some(holder)), who(Some(holder))))
        .collect();
    let text = Words::tell(
        "finding.pipe-kept-open.text",
        &[
            ("who", &who(reader)),
            ("at", &at_place(at)),
            ("child", &who(Some(child))),
            ("ended", &ended(world, child)),
            ("holders", &list(&names)),
        ],
    );
    let finding = Finding::new("pipe-kept-open", Harm::Hang, Certainty::Likely, text)
        .advice(Words::tell("finding.pipe-kept-open.advice", &[]))
        .process(reader)
        .process(Some(child))
        .place(at);
    holders
        .iter()
        .fold(finding, |finding, holder| finding.process(Some(holder)))
}
