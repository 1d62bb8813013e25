//! Pools and executors: tasks that were lost with their worker, and results that nobody collects.

use super::Cause;
use crate::inspect::graph::What;
use crate::inspect::heap::{Address, Heap};
use crate::inspect::place;
use crate::inspect::program::Service;
use crate::inspect::view::{View, thing};
use crate::lesson::Words;

const POOL: &str = "multiprocessing/pool.py";
const EXECUTOR: &str = "concurrent/futures/process.py";

/// The results that a pool still owes: its `_cache`.
struct Owed {
    pool: Option<Address>,
    entries: Vec<(Address, Address)>,
}

/// The pool that a thread of the program waits for.
fn owed(view: View<'_>) -> Option<Owed> {
    let (stack, heap) = (view.graph.stack(view.at)?, view.graph.heap(view.at)?);
    let frames = place::library_frames(stack);
    let frame = frames
        .iter()
        .rev()
        .find(|frame| frame.code.file.ends_with(POOL))?;
    let own = frame.local(heap, "self")?;
    let pool = if heap.is_a(own, "Pool") {
        own
    } else {
        heap.attr(own, "_pool")
            .filter(|pool| heap.is_a(*pool, "Pool"))?
    };
    let entries = heap.entries(heap.attr(pool, "_cache")?);
    (!entries.is_empty()).then_some(Owed {
        pool: Some(pool),
        entries,
    })
}

/// Threads that are workers of a `ThreadPool` of this process, and whether each does a task.
fn worker_threads(view: View<'_>) -> Vec<(usize, bool)> {
    let nodes = view.graph.nodes_of(view.pid()).iter();
    let workers = nodes.filter(|at| view.with(**at).calls(POOL, "worker"));
    workers
        .map(|at| (*at, !view.graph.nodes[*at].serves))
        .collect()
}

/// Processes that are workers of a pool of this process, and whether each does a task.
fn workers(view: View<'_>) -> Vec<(usize, bool)> {
    let own = view.pid();
    let program = view.graph.program;
    // A forkserver is between them.
    let is_own = |ppid: i32| {
        let parent = program.process(ppid);
        let by_server = parent.filter(|parent| parent.service() == Some(Service::Forkserver));
        ppid == own || by_server.is_some_and(|server| server.ppid == own)
    };
    let all = program.processes.iter();
    let children = all.filter(|process| is_own(process.ppid) && !process.is_dead());
    children
        .filter_map(|process| {
            let main = view.graph.main_node(process.pid)?;
            let worker = view.with(main);
            let is_worker =
                worker.calls(POOL, "worker") || worker.calls(EXECUTOR, "_process_worker");
            is_worker.then(|| (main, !view.graph.nodes[main].serves))
        })
        .collect()
}

/// Whether some thread of the process is in this function.
fn thread_in(view: View<'_>, file: &str, function: &str) -> bool {
    let nodes = view.graph.nodes_of(view.pid()).iter();
    let mut views = nodes.map(|at| view.with(*at));
    views.any(|other| other.calls(file, function))
}

fn is_waiting(view: View<'_>) -> bool {
    matches!(view.what(), What::Lock(_)) && !view.graph.nodes[view.at].serves
}

/// A callback that waits for a result of its own pool: it runs in the only thread that collects results.
pub(super) fn result_thread_waits(view: View<'_>) -> Option<Cause> {
    let (stack, heap) = (view.graph.stack(view.at)?, view.graph.heap(view.at)?);
    let handler = place::call(stack, POOL, "_handle_results")?;
    let owed = is_waiting(view).then(|| owed(view))??;
    // A callback may well wait for another pool.
    if handler.local(heap, "cache")? != heap.attr(owed.pool?, "_cache")? {
        return None;
    }
    let name = owed.pool.and_then(|pool| view.object_name(pool));
    let text = Words::tell(
        "why.callback.text",
        &[
            ("who", &view.who()),
            ("at", &view.at_place()),
            ("thing", &thing(name, "Pool")),
        ],
    );
    let advice = Words::tell("why.callback.advice", &[]);
    Some(Cause::new("result-thread-waits", text, advice).object(name))
}

/// Tasks of a `ThreadPool` that wait for tasks of the same pool, which no thread is free to do.
pub(super) fn starved(view: View<'_>) -> Option<Cause> {
    let owed = (is_waiting(view) && view.graph.nodes[view.at].stuck).then(|| owed(view))??;
    let heap = view.graph.heap(view.at)?;
    if !heap.is_a(owed.pool?, "ThreadPool") {
        return None;
    }
    let workers = worker_threads(view);
    let waits_for_it = |(at, _): &(usize, bool)| {
        let worker = view.with(*at);
        let other = is_waiting(worker).then(|| self::owed(worker)).flatten();
        other.is_some_and(|other| other.pool == owed.pool)
    };
    if workers.is_empty() || !workers.iter().all(waits_for_it) {
        return None;
    }
    let name = owed.pool.and_then(|pool| view.object_name(pool));
    let text = Words::tell(
        "why.starved.text",
        &[
            ("who", &view.who()),
            ("at", &view.at_place()),
            ("thing", &thing(name, "ThreadPool")),
            ("n", &workers.len()),
        ],
    );
    let advice = Words::tell("why.starved.advice", &[]);
    Some(Cause::new("pool-starved", text, advice).object(name))
}

pub(super) fn result_thread_died(view: View<'_>) -> Option<Cause> {
    let owed = is_waiting(view).then(|| owed(view))??;
    // A pool that is just ending has none of its threads any more.
    let joins = view.graph.joins(view.at);
    let handler = joins.and_then(|ident| view.graph.by_ident(view.pid(), ident));
    let goes_on = handler.is_some() || thread_in(view, POOL, "_handle_workers");
    if thread_in(view, POOL, "_handle_results") || !goes_on {
        return None;
    }
    let name = owed.pool.and_then(|pool| view.object_name(pool));
    let text = Words::tell(
        "why.result-thread.text",
        &[
            ("who", &view.who()),
            ("thing", &thing(name, "Pool")),
            ("n", &owed.entries.len()),
            ("at", &view.at_place()),
        ],
    );
    let advice = Words::tell("why.result-thread.advice", &[]);
    Some(Cause::new("result-thread-died", text, advice).object(name))
}

/// How many parts of a result are missing, of how many, and the number of the first.
fn missing(heap: &Heap, result: Address) -> (usize, usize, Option<usize>) {
    let value = heap
        .attr(result, "_value")
        .filter(|value| heap.type_name(*value) == "list");
    let left = heap
        .attr(result, "_number_left")
        .and_then(|left| heap.int(left));
    let (Some(value), Some(left)) = (value, left) else {
        return (1, 1, None);
    };
    let items = heap.items(value);
    let size = heap
        .attr(result, "_chunksize")
        .and_then(|size| heap.int(size))
        .and_then(|size| usize::try_from(size).ok())
        .filter(|size| *size > 0)
        .unwrap_or(1);
    let first = items.iter().position(|item| heap.is_none(*item));
    let left = usize::try_from(left).unwrap_or(1);
    (left, items.len().div_ceil(size), first)
}

pub(super) fn task_lost(view: View<'_>) -> Option<Cause> {
    let owed = is_waiting(view).then(|| owed(view))??;
    if !view.graph.nodes[view.at].stuck {
        return None;
    }
    let heap = view.graph.heap(view.at)?;
    let of_threads = owed.pool.is_some_and(|pool| heap.is_a(pool, "ThreadPool"));
    let workers = if of_threads {
        worker_threads(view)
    } else {
        workers(view)
    };
    // A thread of the pool's own that is in the program's code, a callback or the generator of the tasks,
    // has not done its work yet.
    let own = view.graph.nodes_of(view.pid()).iter();
    let own = own.map(|at| view.with(*at));
    let mut helpers = own
        .filter(|other| other.calls(POOL, "_handle_results") || other.calls(POOL, "_handle_tasks"));
    if helpers.any(|other| !view.graph.nodes[other.at].serves) {
        return None;
    }
    // One that is in a task has its own reason; one that can't take a task, too.
    let waits_for_work = |at: usize| {
        let worker = view.with(at);
        match worker.what() {
            What::Semaphore(inode) => {
                let semaphore = view.graph.semaphores.get(inode);
                semaphore.is_some_and(|semaphore| semaphore.holders().next().is_some())
            }
            What::Read(_, Some(channel)) => channel.fill().0 == Some(0),
            What::Lock(_) => of_threads,
            _ => false,
        }
    };
    if workers
        .iter()
        .any(|(at, busy)| *busy || !waits_for_work(*at))
    {
        return None;
    }
    let name = owed.pool.and_then(|pool| view.object_name(pool));
    let counts: Vec<_> = owed
        .entries
        .iter()
        .map(|(_, result)| missing(heap, *result))
        .collect();
    let left: usize = counts.iter().map(|(left, ..)| left).sum();
    let all: usize = counts.iter().map(|(_, all, _)| all).sum();
    let task = counts
        .first()
        .and_then(|(_, all, first)| (*all > 1).then_some(*first)?);
    let which = task.map_or_else(Words::default, |task| {
        Words::tell("why.task-lost.which", &[("task", &task)])
    });
    let text = Words::tell(
        "why.task-lost.text",
        &[
            ("who", &view.who()),
            ("thing", &thing(name, "Pool")),
            ("n", &left),
            ("all", &all),
            ("which", &which),
            ("replaced", &replaced(view, &workers, owed.pool)),
            ("at", &view.at_place()),
        ],
    );
    let advice = Words::tell("why.task-lost.advice", &[]);
    Some(Cause::new("task-lost", text, advice).object(name))
}

/// Workers that are younger than the thread that replaces them have taken the place of others: a pool
/// starts it after its first workers.
fn replaced(view: View<'_>, workers: &[(usize, bool)], pool: Option<Address>) -> Words {
    let replacer = || {
        let heap = view.graph.heap(view.at)?;
        let ident = heap.int(heap.path(pool?, &["_worker_handler", "_ident"])?)?;
        let node = view.graph.by_ident(view.pid(), ident.cast_unsigned())?;
        Some(view.graph.thread(node).start)
    };
    let Some(replacer) = replacer() else {
        return Words::default();
    };
    let is_new = |at: usize| view.graph.process(at).start > replacer;
    let new = workers.iter().filter(|(at, _)| is_new(*at)).count();
    if new == 0 {
        return Words::default();
    }
    // Ctrl-C reaches every process of a terminal's foreground at once.
    let key = if new == workers.len() && new > 1 {
        "why.task-lost.all-replaced"
    } else {
        "why.task-lost.replaced"
    };
    Words::tell(key, &[("n", &new)])
}

pub(super) fn executor_without_workers(view: View<'_>) -> Option<Cause> {
    if !is_waiting(view) || !view.graph.nodes[view.at].stuck {
        return None;
    }
    let heap = view.graph.heap(view.at)?;
    let nodes = view.graph.nodes_of(view.pid()).iter();
    let mut managers = nodes.filter_map(|at| view.with(*at).caller(EXECUTOR, "run"));
    let manager = managers.next()?;
    let count = |name: &str| Some(heap.entries(heap.attr(manager, name)?).len());
    let pending = count("pending_work_items")?;
    if pending == 0 || !workers(view).is_empty() {
        return None;
    }
    let names = &view.graph.program.names[view.graph.nodes[view.at].process];
    let name = names
        .objects
        .values()
        .find(|name| name.class == "ProcessPoolExecutor" && name.part.is_empty());
    let limit = name
        .and_then(|name| heap.attr(name.object, "_max_tasks_per_child"))
        .and_then(|limit| heap.int(limit));
    let limit = limit.map_or_else(Words::default, |limit| {
        Words::tell("why.executor.limit", &[("limit", &limit)])
    });
    let text = Words::tell(
        "why.executor.text",
        &[
            ("who", &view.who()),
            ("thing", &thing(name, "ProcessPoolExecutor")),
            ("n", &pending),
            ("limit", &limit),
            ("at", &view.at_place()),
        ],
    );
    let advice = Words::tell("why.executor.advice", &[]);
    Some(Cause::new("executor-without-workers", text, advice).object(name))
}
