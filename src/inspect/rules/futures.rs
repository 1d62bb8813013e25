//! Futures: of an executor whose every thread waits itself, or that nobody is left to set.

use super::Cause;
use crate::inspect::doing::waits_in;
use crate::inspect::view::{View, thing};
use crate::lesson::Words;

const BASE: &str = "concurrent/futures/_base.py";
const THREADS: &str = "concurrent/futures/thread.py";
const PROCESSES: &str = "concurrent/futures/process.py";

/// The threads of the process that do tasks of executors, and whether each does one now.
fn workers(view: View<'_>) -> Vec<(View<'_>, bool)> {
    let nodes = view.graph.nodes_of(view.pid()).iter();
    let views = nodes.map(|at| view.with(*at));
    let workers = views.filter(|other| other.calls(THREADS, "_worker"));
    workers
        .map(|worker| (worker, !view.graph.nodes[worker.at].serves))
        .collect()
}

/// A task that waits for another task of the same executor, which no thread is free to do.
pub(super) fn starved(view: View<'_>) -> Option<Cause> {
    let future = waits_in(view, BASE, "result", "Future")?;
    let heap = view.graph.heap(view.at)?;
    let state = heap.text(heap.attr(future, "_state")?)?;
    let workers = workers(view);
    let stuck = |(worker, busy): &(View<'_>, bool)| *busy && view.graph.nodes[worker.at].stuck;
    if state != "PENDING" || workers.is_empty() || !workers.iter().all(stuck) {
        return None;
    }
    let names = &view.graph.program.names[view.graph.nodes[view.at].process];
    let executor = names
        .objects
        .values()
        .find(|name| name.class == "ThreadPoolExecutor" && name.part.is_empty());
    let text = Words::tell(
        "why.starved.text",
        &[
            ("who", &view.who()),
            ("at", &view.at_place()),
            ("thing", &thing(executor, "ThreadPoolExecutor")),
            ("n", &workers.len()),
        ],
    );
    let advice = Words::tell("why.starved.advice", &[]);
    Some(Cause::new("executor-starved", text, advice).object(executor))
}

/// A future that no thread of an executor will set.
pub(super) fn never_set(view: View<'_>) -> Option<Cause> {
    let future = waits_in(view, BASE, "result", "Future")?;
    let nodes = view.graph.nodes_of(view.pid()).iter();
    let by_executor = nodes.map(|at| view.with(*at)).any(|other| {
        other.calls(THREADS, "_worker")
            || other.calls(PROCESSES, "run")
            || other.calls(PROCESSES, "_queue_management_worker")
    });
    if by_executor {
        return None;
    }
    let name = view.object_name(future);
    let text = Words::tell(
        "why.future.text",
        &[
            ("who", &view.who()),
            ("at", &view.at_place()),
            ("thing", &thing(name, "Future")),
        ],
    );
    let advice = Words::tell("why.future.advice", &[]);
    Some(Cause::new("future-never-set", text, advice).object(name))
}
