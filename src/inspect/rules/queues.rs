//! Queues of `multiprocessing`: never drained, full, empty for ever, or left locked by a death.

use super::Cause;
use crate::inspect::doing::{channel_thing, doing_short, semaphore_thing};
use crate::inspect::graph::What;
use crate::inspect::heap::Address;
use crate::inspect::names::Name;
use crate::inspect::place;
use crate::inspect::view::{View, list, thing};
use crate::lesson::Words;

const QUEUES: &str = "multiprocessing/queues.py";

/// Each of these processes, and what its main thread does.
pub(super) fn who_does(view: View<'_>, pids: impl Iterator<Item = i32>) -> Words {
    let mut seen: Vec<i32> = pids.collect();
    seen.sort_unstable();
    seen.dedup();
    let told = seen.into_iter().map(|pid| {
        let Some(main) = view.graph.main_node(pid) else {
            return Words::of(|_| view.pid_name(pid));
        };
        let main = view.with(main);
        let parts = (main.who(), doing_short(main), main.at_place());
        Words::tell(
            "why.who-does",
            &[("who", &parts.0), ("doing", &parts.1), ("at", &parts.2)],
        )
    });
    list(told.collect())
}

/// A feeder thread that can't write: the pipe is full and nobody reads.
pub(super) fn not_drained(view: View<'_>) -> Option<Cause> {
    let What::Write(fd, Some(channel)) = view.what() else {
        return None;
    };
    if !view.calls(QUEUES, "_feed") {
        return None;
    }
    let name = view.graph.channel_name(view.at, *fd, channel);
    let thing = channel_thing(view, *fd, channel);
    let own = view.pid();
    let others = channel
        .readers
        .iter()
        .map(|end| end.pid)
        .filter(|pid| *pid != own);
    let (unread, size) = channel.fill();
    let readers: Vec<i32> = others.collect();
    let process = view.process_name(view.graph.nodes[view.at].process);
    let key = if readers.is_empty() {
        "why.not-drained.own"
    } else {
        "why.not-drained.text"
    };
    let text = Words::tell(
        key,
        &[
            ("who", &process),
            ("thing", &thing),
            ("unread", &unread.unwrap_or(0)),
            ("size", &size.unwrap_or(0)),
            ("readers", &who_does(view, readers.iter().copied())),
        ],
    );
    let advice = Words::tell("why.not-drained.advice", &[]);
    let cause = Cause::new("queue-not-drained", text, advice).object(name);
    Some(cause.lesson("queue").also(readers))
}

/// The queue whose method a thread is in.
fn queue(view: View<'_>, function: &str) -> Option<Address> {
    let (stack, heap) = (view.graph.stack(view.at)?, view.graph.heap(view.at)?);
    let mut frames = place::library_frames(stack).iter();
    let frame =
        frames.find(|frame| frame.code.name == function && frame.code.file.ends_with(QUEUES))?;
    frame.local(heap, "self")
}

fn class(view: View<'_>, queue: Address) -> String {
    view.graph
        .heap(view.at)
        .map(|heap| heap.type_name(queue))
        .unwrap_or_default()
}

pub(super) fn full(view: View<'_>) -> Option<Cause> {
    let queue = queue(view, "put")?;
    let heap = view.graph.heap(view.at)?;
    if !matches!(view.what(), What::Semaphore(_)) {
        return None;
    }
    let most = heap.int(heap.attr(queue, "_maxsize")?)?;
    let name = view.object_name(queue);
    let text = Words::tell(
        "why.queue-full.text",
        &[
            ("who", &view.who()),
            ("thing", &thing(name, &class(view, queue))),
            ("most", &most),
            ("at", &view.at_place()),
            ("deaths", &view.deaths_told()),
        ],
    );
    let advice = Words::tell("why.queue-full.advice", &[]);
    Some(
        Cause::new("queue-full", text, advice)
            .object(name)
            .lesson("queue"),
    )
}

/// The read or write lock of a queue or a pool whose holder has ended.
pub(super) fn reader_died(view: View<'_>) -> Option<Cause> {
    let What::Semaphore(inode) = *view.what() else {
        return None;
    };
    let semaphore = view.graph.semaphores.get(&inode)?;
    if !semaphore.is_lock() || semaphore.value > 0 || semaphore.holders().next().is_some() {
        return None;
    }
    let is_read = queue(view, "get").is_some();
    if !is_read && !view.calls(QUEUES, "_feed") && queue(view, "put").is_none() {
        return None;
    }
    let name = view.graph.semaphore_name(view.at, inode);
    let thing = semaphore_thing(name, true);
    let key = if is_read {
        "why.reader-died.text"
    } else {
        "why.reader-died.writer"
    };
    let text = Words::tell(
        key,
        &[
            ("who", &view.who()),
            ("thing", &thing),
            ("at", &view.at_place()),
            ("deaths", &view.deaths_told()),
        ],
    );
    let advice = Words::tell("why.reader-died.advice", &[]);
    Some(
        Cause::new("queue-left-locked", text, advice)
            .object(name)
            .lesson("queue"),
    )
}

/// Somebody waits for an item of the program's own queue, and whoever could put one waits, too.
pub(super) fn empty(view: View<'_>) -> Option<Cause> {
    let queue = queue(view, "get")?;
    if view.graph.nodes[view.at].serves {
        return None;
    }
    let own = view.pid();
    let name = view.object_name(queue).or_else(|| by_channel(view));
    let main = view
        .graph
        .program
        .processes
        .iter()
        .map(|process| process.pid);
    let others = main.filter(|pid| {
        *pid != own
            && view
                .graph
                .main_node(*pid)
                .is_some_and(|node| !view.graph.nodes[node].serves)
            && shares(view, *pid)
    });
    let others: Vec<i32> = others.collect();
    let text = Words::tell(
        if others.is_empty() {
            "why.queue-empty.alone"
        } else {
            "why.queue-empty.text"
        },
        &[
            ("who", &view.who()),
            ("thing", &thing(name, &class(view, queue))),
            ("at", &view.at_place()),
            ("others", &who_does(view, others.iter().copied())),
            ("deaths", &view.deaths_told()),
        ],
    );
    let advice = Words::tell("why.queue-empty.advice", &[]);
    let cause = Cause::new("queue-empty", text, advice)
        .object(name)
        .lesson("queue");
    Some(cause.also(others))
}

/// Whether a process has the queue that is waited for.
fn shares(view: View<'_>, pid: i32) -> bool {
    match view.what() {
        What::Read(_, Some(channel)) => channel.writers.iter().any(|end| end.pid == pid),
        What::Semaphore(inode) => {
            let semaphore = view.graph.semaphores.get(inode);
            semaphore.is_some_and(|semaphore| semaphore.sharers.contains(&pid))
        }
        _ => false,
    }
}

fn by_channel(view: View<'_>) -> Option<&Name> {
    match view.what() {
        What::Read(fd, Some(channel)) => view.graph.channel_name(view.at, *fd, channel),
        What::Semaphore(inode) => view.graph.semaphore_name(view.at, *inode),
        _ => None,
    }
}
