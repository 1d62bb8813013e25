//! A read that waits for the end of a pipe, which never comes: somebody still has its other end open.

use crate::finding::found::Found;
use crate::finding::names::{at_place, list, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::{Object, Process};
use crate::trace::{OpName, Role};

#[derive(Debug, Default)]
pub(in crate::finding) struct PipeNoEnd;

impl Rule for PipeNoEnd {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        if !still.stuck {
            return;
        }
        for process in still.world.processes().filter(|process| process.is_alive()) {
            if found.explains(process.proc) || process.role == Role::Worker || serves(process) {
                continue;
            }
            let end = end(still, process);
            let holders = match end {
                Some(end) => of_log(still, end),
                None => of_kernel(still, process),
            };
            if !holders.is_empty() {
                let finding = told(process, end, &holders);
                found.hang_of(finding, process.proc);
            }
        }
    }
}

/// Helpers of `multiprocessing`, which read until all who could write have ended.
fn serves(process: &Process) -> bool {
    let row = process.ps.as_deref();
    let of = [
        "multiprocessing.resource_tracker",
        "multiprocessing.forkserver",
    ];
    row.is_some_and(|row| of.iter().any(|of| row.command.contains(of)))
}

/// The end it waits to receive from, by the log.
fn end<'a>(still: &Still<'a>, process: &Process) -> Option<&'a Object> {
    let pending = process.pending()?;
    let reads = matches!(pending.op.op, OpName::Recv | OpName::Poll | OpName::Read);
    let key = pending.target.object().filter(|_| reads)?;
    still.world.object_at(key)
}

fn of_log<'a>(still: &Still<'a>, end: &Object) -> Vec<&'a Process> {
    let other = end.of.as_deref().and_then(|id| still.world.object(id));
    let holders = other.map(|other| still.world.holders_of(other));
    let holders = holders.unwrap_or_default();
    let holders = holders.into_iter();
    holders
        .filter_map(|proc| still.world.process(proc))
        .collect()
}

/// Of a read that the kernel alone knows of.
fn of_kernel<'a>(still: &Still<'a>, process: &Process) -> Vec<&'a Process> {
    let main = still.main_thread(process.pid);
    let read = main.filter(|main| main.call == "read" && process.pending().is_none());
    let pipe = read.and_then(|read| still.pipe(read.on.first()?));
    let pipe = pipe.filter(|pipe| pipe.pipe.starts_with("pipe:"));
    let writers = pipe.map(|pipe| pipe.writers.as_slice()).unwrap_or_default();
    let writers = writers.iter();
    writers.filter_map(|pid| still.world.living(*pid)).collect()
}

/// Both ends wait to receive.
fn mutual_wait(process: &Process, peer: &Process, end: &Object) -> Finding {
    let text = Words::tell(
        "finding.pipe-no-end.mutual",
        &[
            ("who", &who(Some(process))),
            ("at", &at_place(process.at.as_deref())),
            ("pipe", &what(Some(end))),
            ("peer", &who(Some(peer))),
            ("there", &at_place(peer.at.as_deref())),
        ],
    );
    let mut procs = [process.proc, peer.proc];
    procs.sort_unstable();
    let finding = Finding::new("pipe-no-end", Harm::Hang, Certainty::Certain, text)
        .advice(Words::tell("finding.pipe-no-end.advice-mutual", &[]))
        .process(Some(process))
        .process(Some(peer))
        .object(Some(end))
        .place(process.at.as_deref())
        .place(peer.at.as_deref());
    finding.same(format!("{procs:?}"))
}

fn told(process: &Process, end: Option<&Object>, holders: &[&Process]) -> Finding {
    let mutual = holders.iter().find(|holder| {
        let pending = holder.pending();
        let recv = pending.is_some_and(|pending| pending.op.op == OpName::Recv);
        holder.proc != process.proc && end.is_some() && recv
    });
    if let (Some(peer), Some(end)) = (mutual, end) {
        return mutual_wait(process, peer, end);
    }
    let others: Vec<Words> = holders
        .iter()
        .filter(|holder| holder.proc != process.proc)
        .take(4)
        .map(|holder| Words::new(who(Some(holder)), who(Some(holder))))
        .collect();
    let itself = others.len() < holders.len();
    let who_has = match (itself, others.is_empty()) {
        (true, true) => Words::tell("finding.pipe-no-end.itself", &[]),
        (true, false) => Words::tell("finding.pipe-no-end.both", &[("others", &list(&others))]),
        (false, _) => Words::tell("finding.pipe-no-end.others", &[("others", &list(&others))]),
    };
    let place = at_place(process.at.as_deref());
    let pipe = match end {
        Some(end) => Words::new(what(Some(end)), what(Some(end))),
        None => Words::tell("finding.pipe-no-end.a-pipe", &[]),
    };
    let text = Words::tell(
        "finding.pipe-no-end.text",
        &[
            ("who", &who(Some(process))),
            ("at", &place),
            ("pipe", &pipe),
            ("holders", &who_has),
        ],
    );
    let finding = Finding::new("pipe-no-end", Harm::Hang, Certainty::Certain, text)
        .advice(Words::tell("finding.pipe-no-end.advice", &[]))
        .process(Some(process))
        .object(end)
        .place(process.at.as_deref());
    holders
        .iter()
        .fold(finding, |finding, holder| finding.process(Some(holder)))
}
