//! A read that waits for the end of a pipe, which never comes: somebody still has its other end open.

use crate::finding::found::Found;
use crate::finding::names::{at_place, list, pipe_of, seen, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::{Object, Process};
use crate::trace::{OpName, Role, ThreadLook};

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
            if !holders.is_empty() && !is_consequence(still, found, process, &holders) {
                let finding = told(still, process, end, &holders);
                found.hang_of(finding, process.proc);
            }
        }
    }
}

/// Those that could write are stuck for a cause of their own, or wait in the same way for this one, which
/// came first: they are told of.
fn is_consequence(
    still: &Still<'_>,
    found: &Found,
    process: &Process,
    holders: &[&Process],
) -> bool {
    holders.iter().all(|holder| {
        let mutual = holder.proc > process.proc
            && end(still, process).is_none()
            && still
                .main_thread(holder.pid)
                .is_some_and(|main| main.call == "read")
            && still.could_wake(holder).contains(&process.proc);
        holder.proc != process.proc && (found.explains(holder.proc) || mutual)
    })
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
    let holders = holders.unwrap_or_default().into_iter();
    let holders = holders.filter_map(|proc| still.world.process(proc));
    // What becomes another program keeps no descriptor that it is not given.
    holders
        .filter(|holder| !matches!(holder.role, Role::Foreign | Role::Guest))
        .collect()
}

/// Of a read that the kernel alone knows of.
fn of_kernel<'a>(still: &Still<'a>, process: &Process) -> Vec<&'a Process> {
    let main = still.main_thread(process.pid);
    let reads = |main: &&ThreadLook| match main.call.as_str() {
        "read" => true,
        // Of several, each must be a pipe.
        "poll" | "select" | "epoll" => main.on.iter().all(|on| on.starts_with("pipe:")),
        _ => false,
    };
    let Some(read) = main.filter(|main| reads(main) && process.pending().is_none()) else {
        return Vec::new();
    };
    let pipes = read.on.iter().filter_map(|on| still.pipe(on));
    let pipes = pipes.filter(|pipe| pipe.pipe.starts_with("pipe:"));
    let mut holders: Vec<&Process> = Vec::new();
    for pid in pipes.flat_map(|pipe| &pipe.writers) {
        let holder = still.world.living(*pid);
        holders.extend(holder.filter(|holder| holders.iter().all(|known| known.pid != holder.pid)));
    }
    holders
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

fn told(
    still: &Still<'_>,
    process: &Process,
    end: Option<&Object>,
    holders: &[&Process],
) -> Finding {
    let mutual = holders.iter().find(|holder| {
        // It waits at the other end of this very pipe.
        let their = self::end(still, holder).map(|end| &*end.id);
        let other = end.and_then(|end| end.of.as_deref());
        holder.proc != process.proc && other.is_some() && their == other
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
    let place = seen(process);
    let pipe = match end {
        Some(end) => Words::new(what(Some(end)), what(Some(end))),
        None => pipe_of(still.main_thread(process.pid)),
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
    let alone = others.is_empty();
    let mut finding = Finding::new("pipe-no-end", Harm::Hang, Certainty::Certain, text)
        .advice(Words::tell("finding.pipe-no-end.advice", &[]))
        .process(Some(process))
        .object(end)
        .place(process.at.as_deref());
    finding.idle = !alone;
    holders
        .iter()
        .fold(finding, |finding, holder| finding.process(Some(holder)))
}
