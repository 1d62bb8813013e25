//! Locks of `threading` that nobody will release: copied by fork, or lost with their thread.

use super::Cause;
use crate::finding::Certainty;
use crate::inspect::doing::{lock_thing, waits_in};
use crate::inspect::graph::{Owner, What};
use crate::inspect::view::{View, thing};
use crate::lesson::Words;

pub(super) fn lock(view: View<'_>) -> Option<Cause> {
    let What::Lock(address) = *view.what() else {
        return None;
    };
    if view.graph.nodes[view.at].serves || view.graph.stack(view.at).is_none() {
        return None;
    }
    let (object, recursive) = view.graph.lock_object(view.at, address)?;
    let owner = view.graph.lock_owner(view.at);
    let alone = view.graph.nodes_of(view.pid()).len() == 1;
    let by_import = view.calls("importlib._bootstrap>", "acquire");
    let is_child = view.calls("multiprocessing/process.py", "_bootstrap")
        || view
            .graph
            .program
            .process(view.process().ppid)
            .is_some_and(|parent| {
                parent.command == view.process().command && parent.python.is_some()
            });
    let thing = lock_thing(view, address);
    let name = view.object_name(object);
    let told = |key: &'static str| {
        Words::tell(
            key,
            &[
                ("who", &view.who()),
                ("thing", &thing),
                ("at", &view.at_place()),
            ],
        )
    };
    let lost = owner == Owner::Nobody || alone && owner == Owner::Unknown;
    if lost && is_child {
        let key = if by_import {
            "why.lock-copied.import"
        } else {
            "why.lock-copied.text"
        };
        let advice = Words::tell("why.lock-copied.advice", &[]);
        let sure = if recursive || alone {
            Certainty::Certain
        } else {
            Certainty::Likely
        };
        return Some(
            Cause::new("lock-copied-by-fork", told(key), advice)
                .object(name)
                .sure(sure),
        );
    }
    if lost {
        let advice = Words::tell("why.lock-lost.advice", &[]);
        let cause = Cause::new("lock-never-released", told("why.lock-lost.text"), advice);
        return Some(cause.object(name));
    }
    None
}

/// A queue of `queue`, which only threads of the same process use.
pub(super) fn queue(view: View<'_>) -> Option<Cause> {
    const WAITS: [(&str, &str); 3] = [
        ("get", "why.thread-queue.get"),
        ("put", "why.thread-queue.put"),
        ("join", "why.thread-queue.join"),
    ];
    // Not for the queue's own lock.
    if view.graph.nodes[view.at].serves || !view.calls("threading.py", "wait") {
        return None;
    }
    let (object, key) = WAITS.iter().find_map(|(function, key)| {
        Some((waits_in(view, "/queue.py", function, "Queue")?, *key))
    })?;
    let name = view.object_name(object);
    let heap = view.graph.heap(view.at)?;
    let left = heap
        .attr(object, "unfinished_tasks")
        .and_then(|left| heap.int(left));
    let text = Words::tell(
        key,
        &[
            ("who", &view.who()),
            ("at", &view.at_place()),
            ("thing", &thing(name, "queue.Queue")),
            ("n", &left.unwrap_or(0)),
        ],
    );
    let advice = Words::tell("why.thread-queue.advice", &[]);
    Some(Cause::new("thread-queue", text, advice).object(name))
}
