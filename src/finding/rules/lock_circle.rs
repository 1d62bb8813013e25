//! Processes that wait for one another in a circle, and a process that waits for its own lock.

use crate::explain;
use crate::finding::found::Found;
use crate::finding::names::{at, at_place, list, party, waiter, what_of};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::model::{Holder, Object, Wait};
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct LockCircle;

/// Longest circle that is looked for.
const LONGEST: usize = 32;

impl Rule for LockCircle {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for wait in &still.waits {
            if found.explains(wait.who.proc) {
                continue;
            }
            if let Some(holder) = own(still, wait) {
                let text = Words::tell(
                    "finding.lock-circle.itself",
                    &[
                        ("who", &party(&wait.who)),
                        ("at", &at_place(wait.at.as_deref())),
                        ("lock", &what_of(still.world, still.object(wait))),
                        ("taken", &at(holder.at.as_deref())),
                    ],
                );
                let finding = still
                    .finding("lock-circle", text, wait)
                    .advice(Words::tell("finding.lock-circle.advice-itself", &[]))
                    .lesson("lock")
                    .place(holder.at.as_deref());
                found.hang(finding, wait);
            } else if let Some(circle) = circle(still, wait) {
                tell(still, &circle, found);
            }
        }
    }
}

fn holder<'a>(still: &Still<'a>, wait: &Wait) -> Option<(&'a Object, &'a Holder)> {
    let object = still.object(wait)?;
    let of = object.of.as_deref().and_then(|id| still.world.object(id));
    let locks = [Some(object), of].into_iter().flatten();
    let mut held = locks.filter_map(|lock| Some((lock, lock.lock()?.owner.as_ref()?)));
    held.next()
}

/// It waits for a lock that its own thread holds.
fn own<'a>(still: &Still<'a>, wait: &Wait) -> Option<&'a Holder> {
    if wait.op == OpName::Wait {
        return None;
    }
    let (_, holder) = holder(still, wait)?;
    let same_thread = holder.tid.unwrap_or(wait.who.pid) == wait.tid.unwrap_or(wait.who.pid);
    (holder.proc == wait.who.proc && same_thread).then_some(holder)
}

/// The circle of waits that begins here, one of them on a lock: of processes, or of a process's threads.
fn circle<'s>(still: &'s Still<'_>, first: &'s Wait) -> Option<Vec<&'s Wait>> {
    let mut way = vec![first];
    loop {
        let next = next(still, way.last()?)?;
        if is_same(next, first) {
            break;
        }
        if way.len() >= LONGEST || way.iter().any(|wait| is_same(next, wait)) {
            return None;
        }
        way.push(next);
    }
    let locked = way.iter().any(|wait| holder(still, wait).is_some());
    (way.len() > 1 && locked).then_some(way)
}

fn is_same(wait: &Wait, other: &Wait) -> bool {
    (wait.who.proc, wait.tid) == (other.who.proc, other.tid)
}

/// What the one waits for that a wait is for: of a lock the thread that holds it.
fn next<'s>(still: &'s Still<'_>, wait: &Wait) -> Option<&'s Wait> {
    let mut waits = still.waits.iter();
    let holder = holder(still, wait).map(|(_, holder)| holder);
    if let Some(holder) = holder.filter(|holder| holder.proc == wait.who.proc) {
        return waits.find(|next| next.who.proc == holder.proc && next.tid == holder.tid);
    }
    let party = wait.held_by.first().filter(|party| party.alive)?;
    waits.find(|next| next.who.proc == party.proc)
}

/// A step between threads of one process.
fn thread_step(still: &Still<'_>, wait: &Wait) -> Words {
    Words::tell(
        "finding.lock-circle.thread-step",
        &[
            ("who", &waiter(still.world, wait)),
            ("at", &at_place(wait.at.as_deref())),
            ("lock", &what_of(still.world, still.object(wait))),
        ],
    )
}

fn tell(still: &Still<'_>, circle: &[&Wait], found: &mut Found) {
    let of_threads = circle.iter().all(|wait| wait.who == circle[0].who);
    let steps: Vec<Words> = circle
        .iter()
        .map(|wait| {
            if of_threads {
                return thread_step(still, wait);
            }
            let sentence = Words::of(|lang| explain::wait(lang, wait));
            let place = at_place(wait.at.as_deref());
            Words::tell(
                "finding.lock-circle.step",
                &[("wait", &sentence), ("at", &place)],
            )
        })
        .collect();
    let text = Words::tell(
        if of_threads {
            "finding.lock-circle.threads"
        } else {
            "finding.lock-circle.text"
        },
        &[("n", &circle.len()), ("steps", &list(&steps))],
    );
    let joins = circle.iter().any(|wait| wait.op == OpName::Join);
    let advice = if joins {
        Words::tell("finding.lock-circle.advice-join", &[])
    } else {
        Words::tell("finding.lock-circle.advice", &[])
    };
    let mut names: Vec<_> = circle
        .iter()
        .map(|wait| (wait.who.proc, wait.tid))
        .collect();
    names.sort_unstable();
    let same = format!("{names:?}");
    for wait in circle {
        let taken = holder(still, wait);
        let mut finding = still
            .finding("lock-circle", text.clone(), wait)
            .advice(advice.clone())
            .lesson("lock")
            .place(taken.and_then(|(_, holder)| holder.at.as_deref()))
            .same(same.clone());
        finding.count = u64::from(wait.since_seq == circle[0].since_seq);
        found.hang(finding, wait);
    }
}
