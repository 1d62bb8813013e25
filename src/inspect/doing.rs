//! What each thread does, in words: the sentence under a process.

use super::channels::{Channel, End};
use super::graph::{Owner, What};
use super::names::Name;
use super::place;
use super::view::{View, list, thing};
use crate::lesson::Words;
use crate::proc::{Call, Until};
use crate::sys::{calendar, clock};
use crate::text::clean;

/// What a thread does or waits for.
pub(super) fn doing(view: View<'_>) -> Words {
    let node = &view.graph.nodes[view.at];
    if node.serves && !matches!(node.what, What::Runs | What::Stopped) {
        return Words::tell("why.doing.serves", &[]);
    }
    match &node.what {
        What::Runs => Words::tell("why.doing.runs", &[]),
        What::Stopped => Words::tell("why.doing.stopped", &[]),
        What::Timed(until) => timed(view, *until),
        What::Semaphore(inode) => on_semaphore(view, *inode),
        What::Child(Some(pid)) => {
            Words::tell("why.doing.child", &[("child", &view.pid_name(*pid))])
        }
        What::Child(None) => Words::tell("why.doing.any-child", &[]),
        What::Lock(address) => on_lock(view, *address),
        What::Read(fd, Some(channel)) => on_read(view, *fd, channel),
        What::Write(fd, Some(channel)) => on_write(view, *fd, channel),
        What::Read(fd, None) => outside(view, *fd, "why.doing.read-outside"),
        What::Write(fd, None) => outside(view, *fd, "why.doing.write-outside"),
        What::Poll(fds) => Words::tell("why.doing.poll", &[("n", &fds.len())]),
        What::File { path, owners } => {
            let owners = owners.iter().map(|pid| same(view.pid_name(*pid))).collect();
            let path = clean(path);
            Words::tell(
                "why.doing.file",
                &[("path", &path), ("owners", &list(owners))],
            )
        }
        What::Fifo(path) => Words::tell("why.doing.fifo", &[("path", &clean(path))]),
        What::Accept => Words::tell("why.doing.accept", &[]),
        What::Outside => Words::tell("why.doing.outside", &[]),
        What::Signal => Words::tell("why.doing.signal", &[]),
        What::Unknown => Words::tell("why.doing.unknown", &[]),
    }
}

/// The same, without who could end it.
pub(super) fn doing_short(view: View<'_>) -> Words {
    match view.what() {
        What::Read(fd, Some(channel)) if !channel.outside => {
            let thing = channel_thing(view, *fd, channel);
            Words::tell("why.doing.read-short", &[("thing", &thing)])
        }
        What::Write(fd, Some(channel)) if !channel.outside => {
            let thing = channel_thing(view, *fd, channel);
            Words::tell("why.doing.write-short", &[("thing", &thing)])
        }
        _ => doing(view),
    }
}

fn same(text: String) -> Words {
    Words::new(text.clone(), text)
}

/// Seconds with one decimal.
fn tenths(millis: u64) -> String {
    format!("{}.{}", millis / 1000, millis % 1000 / 100)
}

fn timed(view: View<'_>, until: Until) -> Words {
    let sleeps = matches!(view.graph.thread(view.at).call, Call::Sleep(_));
    let left = match until {
        Until::At { realtime, millis } => {
            let now = if realtime {
                calendar::realtime_ns()
            } else {
                clock::monotonic_ns()
            };
            let now = u64::try_from(now / 1_000_000).unwrap_or(0);
            Some((millis.saturating_sub(now), true))
        }
        Until::For(millis) => Some((millis, false)),
        Until::Sometime => None,
    };
    match (sleeps, left) {
        (true, Some((millis, true))) => {
            Words::tell("why.doing.sleeps-left", &[("s", &tenths(millis))])
        }
        (true, Some((millis, false))) => {
            Words::tell("why.doing.sleeps-for", &[("s", &tenths(millis))])
        }
        (true, None) => Words::tell("why.doing.sleeps", &[]),
        (false, Some((millis, _))) => Words::tell("why.doing.timed", &[("s", &tenths(millis))]),
        (false, None) => Words::tell("why.doing.timed-somehow", &[]),
    }
}

fn on_semaphore(view: View<'_>, inode: u64) -> Words {
    let name = view.graph.semaphore_name(view.at, inode);
    let semaphore = view.graph.semaphores.get(&inode);
    let is_lock = semaphore.is_some_and(super::semaphore::Semaphore::is_lock);
    let thing = semaphore_thing(name, is_lock);
    let holders = semaphore
        .into_iter()
        .flat_map(super::semaphore::Semaphore::holders);
    let holders: Vec<Words> = holders.map(|record| view.holder(record)).collect();
    if holders.is_empty() || !is_lock {
        return Words::tell("why.doing.semaphore", &[("thing", &thing)]);
    }
    Words::tell(
        "why.doing.semaphore-held",
        &[("thing", &thing), ("holder", &list(holders))],
    )
}

/// `lock (Lock)`, `tasks (Queue), its read lock`.
pub(super) fn semaphore_thing(name: Option<&Name>, is_lock: bool) -> Words {
    let Some(name) = name else {
        let class = if is_lock { "Lock" } else { "Semaphore" };
        return Words::tell("why.a", &[("class", &class)]);
    };
    let whole = thing(Some(name), &name.class);
    let part = name.part.rsplit('.').find(|part| *part != "_semlock");
    let key = match part {
        Some("_rlock") => "why.part.read-lock",
        Some("_wlock") => "why.part.write-lock",
        Some("_sem") => "why.part.room",
        Some("_wait_semaphore") => "why.part.notified",
        Some("_woken_count" | "_sleeping_count") => "why.part.counts",
        Some("_lock") => "why.part.lock",
        _ => return same(whole),
    };
    Words::tell(key, &[("thing", &whole)])
}

fn on_lock(view: View<'_>, address: u64) -> Words {
    // At its end a process waits for its threads.
    if view.calls("threading.py", "_shutdown") {
        return Words::tell("why.doing.threads", &[]);
    }
    let joins = view.graph.joins(view.at).is_some();
    if !joins && let Some(words) = inside_library(view) {
        return words;
    }
    match view.graph.lock_owner(view.at) {
        Owner::Thread(owner) => {
            let owner = view.with(owner).who();
            let key = if joins {
                "why.doing.thread"
            } else {
                "why.doing.lock-held"
            };
            let thing = lock_thing(view, address);
            Words::tell(key, &[("thread", &owner), ("thing", &thing)])
        }
        Owner::Nobody | Owner::Unknown => {
            Words::tell("why.doing.lock", &[("thing", &lock_thing(view, address))])
        }
    }
}

/// Waits for what other threads of the process bring: results, items, events.
fn inside_library(view: View<'_>) -> Option<Words> {
    /// File, function, class of its `self`, and the words.
    const WAITS: [(&str, &str, &str, &str); 9] = [
        (
            "multiprocessing/pool.py",
            "get",
            "ApplyResult",
            "why.doing.result",
        ),
        (
            "multiprocessing/pool.py",
            "next",
            "IMapIterator",
            "why.doing.result",
        ),
        (
            "concurrent/futures/_base.py",
            "result",
            "Future",
            "why.doing.result",
        ),
        ("queue.py", "get", "Queue", "why.doing.item"),
        ("queue.py", "put", "Queue", "why.doing.room"),
        ("queue.py", "join", "Queue", "why.doing.tasks"),
        ("threading.py", "wait", "Barrier", "why.doing.lock"),
        ("threading.py", "wait", "Event", "why.doing.lock"),
        ("threading.py", "wait", "Condition", "why.doing.notified"),
    ];
    let heap = view.graph.heap(view.at)?;
    let mut found = WAITS.iter().filter_map(|(file, function, class, key)| {
        let object = waits_in(view, file, function, class)?;
        let owner = heap.attr(object, "_pool").unwrap_or(object);
        let name = view.object_name(owner);
        if name.is_none() && *class == "Condition" {
            return None;
        }
        let thing = thing(name, &heap.type_name(owner));
        Some(Words::tell(key, &[("thing", &thing)]))
    });
    found.next()
}

/// `self` of a function of the library that the thread is in, of this class.
pub(super) fn waits_in(view: View<'_>, file: &str, function: &str, class: &str) -> Option<u64> {
    let (stack, heap) = (view.graph.stack(view.at)?, view.graph.heap(view.at)?);
    let frames = place::library_frames(stack).iter();
    frames
        .filter(|frame| frame.code.name == function && frame.code.file.ends_with(file))
        .filter_map(|frame| frame.local(heap, "self"))
        .find(|object| heap.is_a(*object, class))
}

/// A lock of `threading` by its name, or what it is.
pub(super) fn lock_thing(view: View<'_>, address: u64) -> Words {
    if let Some(module) = view.graph.imports(view.at) {
        return Words::tell("why.import-lock", &[("module", &clean(&module))]);
    }
    let known = view.graph.lock_object(view.at, address);
    let name = known.and_then(|(object, _)| view.object_name(object));
    match (known, name) {
        (Some((_, recursive)), Some(name)) => {
            let class = if recursive {
                "threading.RLock"
            } else {
                "threading.Lock"
            };
            same(thing(Some(name), class))
        }
        (Some(_), None) => Words::tell("why.a", &[("class", &"threading.Lock")]),
        (None, _) if view.graph.mutex_owner(view.at, address).is_some() => {
            Words::tell("why.a", &[("class", &"pthread_mutex_t")])
        }
        (None, _) => Words::tell("why.other-thread", &[]),
    }
}

/// The name of a pipe or what it belongs to.
pub(super) fn channel_thing(view: View<'_>, fd: i32, channel: &Channel) -> Words {
    match view.graph.channel_name(view.at, fd, channel) {
        Some(name) => same(thing(Some(name), &name.class)),
        None if fd == 0 => Words::tell("why.stdin", &[]),
        None if fd == 1 => Words::tell("why.stdout", &[]),
        None if fd == 2 => Words::tell("why.stderr", &[]),
        None => Words::tell("why.descriptor", &[("fd", &fd)]),
    }
}

/// The processes at one end, each once.
pub(super) fn end_names(view: View<'_>, ends: &[End]) -> Vec<Words> {
    let mut pids: Vec<i32> = ends.iter().map(|end| end.pid).collect();
    pids.sort_unstable();
    pids.dedup();
    pids.into_iter()
        .map(|pid| same(view.pid_name(pid)))
        .collect()
}

fn on_read(view: View<'_>, fd: i32, channel: &Channel) -> Words {
    let thing = channel_thing(view, fd, channel);
    if channel.outside {
        return Words::tell("why.doing.read-outside", &[("thing", &thing)]);
    }
    if channel.pending {
        let listeners = list(end_names(view, &channel.writers));
        return Words::tell("why.doing.pending", &[("listeners", &listeners)]);
    }
    let writers = list(end_names(view, &channel.writers));
    Words::tell(
        "why.doing.read",
        &[("thing", &thing), ("writers", &writers)],
    )
}

fn on_write(view: View<'_>, fd: i32, channel: &Channel) -> Words {
    let thing = channel_thing(view, fd, channel);
    if channel.outside {
        return Words::tell("why.doing.write-outside", &[("thing", &thing)]);
    }
    let readers = list(end_names(view, &channel.readers));
    let unread = channel.fill().0.unwrap_or(0);
    Words::tell(
        "why.doing.write",
        &[
            ("thing", &thing),
            ("readers", &readers),
            ("unread", &unread),
        ],
    )
}

fn outside(view: View<'_>, fd: i32, key: &'static str) -> Words {
    let target = view.process().fd(fd).map_or("?", |fd| fd.target.as_str());
    let thing = if fd == 0 {
        Words::tell("why.stdin-of", &[("target", &clean(target))])
    } else {
        same(clean(target).into_owned())
    };
    Words::tell(key, &[("thing", &thing)])
}
