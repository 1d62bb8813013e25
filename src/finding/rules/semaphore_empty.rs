//! A semaphore at 0 that no living process will release: it was never released, or is held by those
//! that wait.

use crate::finding::found::Found;
use crate::finding::names::{at_place, gone, list, party, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct SemaphoreEmpty;

impl Rule for SemaphoreEmpty {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        if !still.stuck {
            return;
        }
        for (wait, object) in still.on(&[OpName::Acquire]) {
            let Some(semaphore) = object.semaphore() else {
                continue;
            };
            if found.explains(wait.who.proc) {
                continue;
            }
            let holders: Vec<Words> = semaphore
                .holders
                .iter()
                .take(4)
                .map(|holder| {
                    let process = still.world.process(holder.proc);
                    let place = at_place(holder.at.as_deref());
                    Words::tell(
                        "finding.semaphore-empty.holder",
                        &[("who", &who(process)), ("at", &place)],
                    )
                })
                .collect();
            let gone = gone(still.world, |_| true);
            let taken = if holders.is_empty() {
                gone.words.clone()
            } else {
                list(&holders)
            };
            let text = Words::tell(
                "finding.semaphore-empty.text",
                &[
                    ("who", &party(&wait.who)),
                    ("at", &at_place(wait.at.as_deref())),
                    ("semaphore", &what(Some(object))),
                    ("initial", &semaphore.initial),
                    ("taken", &taken),
                ],
            );
            let mut finding = still
                .finding("semaphore-empty", text, wait)
                .advice(Words::tell("finding.semaphore-empty.advice", &[]));
            for holder in semaphore.holders.iter().take(4) {
                finding = finding
                    .process(still.world.process(holder.proc))
                    .place(holder.at.as_deref());
            }
            found.hang(finding, wait);
        }
    }
}
