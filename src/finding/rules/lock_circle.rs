//! Processes that wait for one another in a circle, and a process that waits for its own lock.

use crate::explain;
use crate::finding::found::Found;
use crate::finding::names::{at, at_place, list, party, what};
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
                        ("lock", &what(still.object(wait))),
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

/// The circle of waits that begins here, one of them on a lock.
fn circle<'s>(still: &'s Still<'_>, first: &'s Wait) -> Option<Vec<&'s Wait>> {
    let mut way = vec![first];
    loop {
        let last = way.last()?;
        let next = last.held_by.first().filter(|party| party.alive)?;
        if next.proc == first.who.proc {
            break;
        }
        if way.len() >= LONGEST || way.iter().any(|wait| wait.who.proc == next.proc) {
            return None;
        }
        let mut waits = still.waits.iter();
        way.push(waits.find(|wait| wait.who.proc == next.proc)?);
    }
    let locked = way.iter().any(|wait| holder(still, wait).is_some());
    (way.len() > 1 && locked).then_some(way)
}

fn tell(still: &Still<'_>, circle: &[&Wait], found: &mut Found) {
    let steps: Vec<Words> = circle
        .iter()
        .map(|wait| {
            let sentence = Words::of(|lang| explain::wait(lang, wait));
            let place = at_place(wait.at.as_deref());
            Words::tell(
                "finding.lock-circle.step",
                &[("wait", &sentence), ("at", &place)],
            )
        })
        .collect();
    let text = Words::tell(
        "finding.lock-circle.text",
        &[("n", &circle.len()), ("steps", &list(&steps))],
    );
    let joins = circle.iter().any(|wait| wait.op == OpName::Join);
    let advice = if joins {
        Words::tell("finding.lock-circle.advice-join", &[])
    } else {
        Words::tell("finding.lock-circle.advice", &[])
    };
    let mut names: Vec<u32> = circle.iter().map(|wait| wait.who.proc).collect();
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
