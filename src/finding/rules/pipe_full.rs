//! A write into a pipe that is full, where whoever could read waits for something else.

use crate::finding::found::Found;
use crate::finding::names::{at_place, pipe_of, seen, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::model::{Awaited, Object, Process};
use crate::trace::{OpName, Role, ThreadLook};

#[derive(Debug, Default)]
pub(in crate::finding) struct PipeFull;

impl Rule for PipeFull {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for process in still.world.processes().filter(|process| process.is_alive()) {
            if found.explains(process.proc) {
                continue;
            }
            let Some(main) = still.main_thread(process.pid) else {
                continue;
            };
            let writes = main.call == "write" || waits_to_send(process);
            if writes && let Some(finding) = told(still, process, main) {
                found.hang_of(finding, process.proc);
            }
        }
    }
}

fn waits_to_send(process: &Process) -> bool {
    let pending = process.pending();
    pending.is_some_and(|pending| matches!(pending.op.op, OpName::Send | OpName::Write))
}

/// The end of a pipe it writes to, where the log knows it.
fn end<'a>(still: &Still<'a>, process: &Process) -> Option<&'a Object> {
    let pending = process.pending().filter(|_| waits_to_send(process));
    let key = pending.and_then(|pending| pending.target.object());
    if let Some(key) = key {
        return still.world.object_at(key);
    }
    let ends = still.world.objects().filter(|object| {
        let last = object.last.filter(|last| last.proc == process.proc);
        last.is_some_and(|last| matches!(last.op, OpName::Send | OpName::Write))
    });
    ends.max_by_key(|object| object.last.map(|last| last.seq))
}

/// Living processes that could read, itself left out.
fn readers<'a>(still: &Still<'a>, process: &Process, main: &ThreadLook) -> Vec<&'a Process> {
    let pipe = main.on.first().and_then(|name| still.pipe(name));
    let of_pipe = pipe.filter(|pipe| !pipe.readers.is_empty());
    let by_pid = |pid: &i32| still.world.living(*pid);
    let readers: Vec<&Process> = match (of_pipe, end(still, process)) {
        (Some(pipe), _) => pipe.readers.iter().filter_map(by_pid).collect(),
        (None, Some(end)) => {
            let other = end.of.as_deref().and_then(|id| still.world.object(id));
            let holders = other.map(|other| still.world.holders_of(other));
            let holders = holders.unwrap_or_default();
            let holders = holders.iter().filter_map(|proc| still.world.process(*proc));
            holders.collect()
        }
        (None, None) => Vec::new(),
    };
    readers
        .into_iter()
        .filter(|reader| reader.proc != process.proc)
        .collect()
}

/// What a reader does instead of reading.
fn instead(still: &Still<'_>, reader: &Process, writer: &Process) -> (Words, bool) {
    let name = who(Some(reader));
    let joins = |wait: &&crate::model::Wait| match &wait.target {
        Awaited::Child {
            party: Some(party), ..
        } => wait.who.proc == reader.proc && party.proc == writer.proc,
        _ => false,
    };
    let join = still.waits.iter().find(joins);
    let main = still.main_thread(reader.pid);
    let waits_for = main.and_then(|main| main.child);
    if join.is_some() || waits_for == Some(writer.pid) || waits_for == Some(-1) {
        let place = join.and_then(|join| join.at.as_deref());
        let place = at_place(place.or(reader.at.as_deref()));
        return (
            Words::tell(
                "finding.pipe-full.joins",
                &[("reader", &name), ("at", &place)],
            ),
            true,
        );
    }
    let place = seen(reader);
    let writes = main.is_some_and(|main| matches!(main.call.as_str(), "write" | "send"));
    if writes || waits_to_send(reader) {
        let words = Words::tell(
            "finding.pipe-full.writes",
            &[("reader", &name), ("at", &place)],
        );
        return (words, true);
    }
    let words = Words::tell(
        "finding.pipe-full.waits",
        &[("reader", &name), ("at", &place)],
    );
    (words, false)
}

fn told(still: &Still<'_>, process: &Process, main: &ThreadLook) -> Option<Finding> {
    let readers = readers(still, process, main);
    let pipe = main.on.first().and_then(|name| still.pipe(name));
    let mut proved = still.stuck;
    let mut parts = Vec::new();
    for reader in readers.iter().take(4) {
        let (words, closes) = instead(still, reader, process);
        proved |= closes && readers.len() == 1;
        parts.push(words);
    }
    let nobody_known = readers.is_empty() && end(still, process).is_none();
    if !proved || nobody_known || process.role == Role::Guest {
        return None;
    }
    let end = end(still, process);
    let bytes = pipe.and_then(|pipe| pipe.bytes);
    let filled = bytes.map_or_else(Words::default, |bytes| {
        Words::tell("finding.pipe-full.bytes", &[("bytes", &bytes)])
    });
    let why = if parts.is_empty() {
        Words::tell("finding.pipe-full.nobody", &[])
    } else {
        crate::finding::names::list(&parts)
    };
    let name = match end {
        Some(end) => Words::new(what(Some(end)), what(Some(end))),
        None => pipe_of(Some(main)),
    };
    let text = Words::tell(
        "finding.pipe-full.text",
        &[
            ("who", &who(Some(process))),
            ("at", &seen(process)),
            ("pipe", &name),
            ("bytes", &filled),
            ("why", &why),
        ],
    );
    let mut finding = Finding::new("pipe-full", Harm::Hang, Certainty::Certain, text)
        .advice(match end {
            Some(_) => Words::tell("finding.pipe-full.advice", &[]),
            None => Words::tell("finding.pipe-full.advice-output", &[]),
        })
        .event(still.world.seq())
        .process(Some(process))
        .object(end)
        .place(process.at.as_deref());
    for reader in &readers {
        finding = finding.process(Some(reader)).place(reader.at.as_deref());
    }
    let mut procs: Vec<u32> = readers.iter().map(|reader| reader.proc).collect();
    procs.push(process.proc);
    procs.sort_unstable();
    Some(finding.same(format!("{procs:?}")))
}
