//! A lock or semaphore whose owner has ended: none of them is released by death.

use crate::finding::found::Found;
use crate::finding::names::{at_place, ended, party, what_of, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::model::{Holder, Object};
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct OwnerDied;

/// Holders of the lock, or of the lock of an array, a value or a condition.
fn holders<'a>(still: &Still<'a>, object: &'a Object) -> (&'a Object, Vec<&'a Holder>) {
    let of = object.of.as_deref().and_then(|id| still.world.object(id));
    let lock = of.filter(|of| of.lock().is_some()).unwrap_or(object);
    let owner = lock.lock().and_then(|lock| lock.owner.as_ref());
    let takers = lock.semaphore().map(|semaphore| &semaphore.holders);
    let holders = owner.into_iter().chain(takers.into_iter().flatten());
    (lock, holders.collect())
}

impl Rule for OwnerDied {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for (wait, object) in still.on(&[
            OpName::Acquire,
            OpName::Get,
            OpName::Set,
            OpName::GetSlice,
            OpName::SetSlice,
        ]) {
            let (lock, holders) = holders(still, object);
            let dead = holders.into_iter().find_map(|holder| {
                let owner = still.world.process(holder.proc)?;
                (!owner.is_alive()).then_some((holder, owner))
            });
            let Some((holder, owner)) = dead else {
                continue;
            };
            let text = Words::tell(
                "finding.owner-died.text",
                &[
                    ("who", &party(&wait.who)),
                    ("lock", &what_of(still.world, Some(lock))),
                    ("owner", &who(Some(owner))),
                    ("at", &at_place(holder.at.as_deref())),
                    ("ended", &ended(still.world, owner)),
                ],
            );
            let finding = still
                .finding("owner-died", text, wait)
                .advice(Words::tell("finding.owner-died.advice", &[]))
                .lesson("lock")
                .process(Some(owner))
                .event(holder.since_seq)
                .place(holder.at.as_deref());
            found.hang(finding, wait);
        }
    }
}
