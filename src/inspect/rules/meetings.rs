//! Where processes wait for one another's word: barriers, events, conditions, and the tasks of a
//! `JoinableQueue`.

use super::Cause;
use crate::inspect::doing::waits_in;
use crate::inspect::heap::{Address, Heap};
use crate::inspect::place;
use crate::inspect::semaphore::record_at;
use crate::inspect::view::{View, thing};
use crate::lesson::Words;

const SYNCHRONIZE: &str = "multiprocessing/synchronize.py";

/// The value of the semaphore of an object that has a `_semlock`.
fn value(heap: &Heap, semaphore: Option<Address>) -> Option<i32> {
    let record = heap.attr(semaphore?, "_semlock")?;
    heap.memory.int(heap.memory.pointer(record + 16)?)
}

pub(super) fn barrier(view: View<'_>) -> Option<Cause> {
    let (object, heap) = (
        waits_in(view, "threading.py", "wait", "Barrier")?,
        view.graph.heap(view.at)?,
    );
    let parties = heap.int(heap.attr(object, "_parties")?)?;
    let place = view.place();
    let waiting = (0..view.graph.nodes.len())
        .map(|at| view.with(at))
        .filter(|other| {
            waits_in(*other, "threading.py", "wait", "Barrier").is_some() && other.place() == place
        })
        .count();
    let waiting = i64::try_from(waiting).unwrap_or(0).min(parties);
    let name = view.object_name(object);
    let text = Words::tell(
        "why.barrier.text",
        &[
            ("waiting", &waiting),
            ("parties", &parties),
            ("thing", &thing(name, "Barrier")),
            ("at", &view.at_place()),
            ("deaths", &view.deaths_told()),
        ],
    );
    let advice = Words::tell("why.barrier.advice", &[]);
    let cause = Cause::new("barrier-member-missing", text, advice).object(name);
    Some(cause.also(view.failed()))
}

pub(super) fn event(view: View<'_>) -> Option<Cause> {
    let of_multiprocessing = waits_in(view, SYNCHRONIZE, "wait", "Event");
    let object = of_multiprocessing.or_else(|| waits_in(view, "threading.py", "wait", "Event"))?;
    let heap = view.graph.heap(view.at)?;
    let name = view.object_name(object);
    // The library has events of its own: of a thread's start, of a result.
    let is_part = name.is_some_and(|name| !name.part.is_empty());
    let of_library =
        is_part || view.calls("threading.py", "start") || name.is_none() && in_library(view);
    if of_multiprocessing.is_none() && of_library {
        return None;
    }
    let thing = thing(name, "Event");
    // Whoever clears what another has set took one more than it gave back.
    let cleared = heap
        .path(object, &["_flag", "_semlock"])
        .and_then(|record| record_at(view.process(), record))
        .is_some_and(|record| record.count > 0);
    let key = if cleared {
        "why.event.cleared"
    } else {
        "why.event.text"
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
    let rule = if cleared {
        "event-cleared"
    } else {
        "event-never-set"
    };
    let advice = Words::tell(
        if cleared {
            "why.event.advice-cleared"
        } else {
            "why.event.advice"
        },
        &[],
    );
    Some(Cause::new(rule, text, advice).object(name))
}

/// Whether the function that waits for an event is one of the library's: `ApplyResult.wait`.
fn in_library(view: View<'_>) -> bool {
    let stack = view.graph.stack(view.at);
    let library = stack.map(place::library_frames).unwrap_or_default();
    let mut files = library.iter().map(|frame| frame.code.file.as_str());
    files.any(|file| !file.ends_with("threading.py"))
}

pub(super) fn unfinished_tasks(view: View<'_>) -> Option<Cause> {
    let object = waits_in(view, "multiprocessing/queues.py", "join", "JoinableQueue")?;
    let heap = view.graph.heap(view.at)?;
    let left = value(heap, heap.attr(object, "_unfinished_tasks"))?;
    let name = view.object_name(object);
    let text = Words::tell(
        "why.task-done.text",
        &[
            ("who", &view.who()),
            ("n", &left),
            ("thing", &thing(name, "JoinableQueue")),
            ("at", &view.at_place()),
            ("deaths", &view.deaths_told()),
        ],
    );
    let advice = Words::tell("why.task-done.advice", &[]);
    let mut cause = Cause::new("task-done-missing", text, advice).object(name);
    cause
        .pids
        .extend(view.deaths().into_iter().map(|child| child.pid));
    Some(cause)
}

pub(super) fn condition(view: View<'_>) -> Option<Cause> {
    let object = waits_in(view, SYNCHRONIZE, "wait", "Condition")?;
    if view.graph.nodes[view.at].serves {
        return None;
    }
    let name = view.object_name(object);
    let text = Words::tell(
        "why.condition.text",
        &[
            ("who", &view.who()),
            ("thing", &thing(name, "Condition")),
            ("at", &view.at_place()),
            ("deaths", &view.deaths_told()),
        ],
    );
    let advice = Words::tell("why.condition.advice", &[]);
    Some(Cause::new("condition-never-notified", text, advice).object(name))
}
