//! A barrier that too few can come to: a member has ended, or there never were enough.

use crate::finding::found::Found;
use crate::finding::names::{at_place, gone, party, what};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct BarrierShort;

impl Rule for BarrierShort {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        if !still.stuck {
            return;
        }
        for (wait, object) in still.on(&[OpName::Wait]) {
            let Some(barrier) = object.barrier() else {
                continue;
            };
            let here = barrier.arrived(object.waiters.len());
            let missing = barrier.parties.saturating_sub(here);
            let gone = gone(still.world, |_| true);
            let text = Words::tell(
                "finding.barrier-short.text",
                &[
                    ("who", &party(&wait.who)),
                    ("at", &at_place(wait.at.as_deref())),
                    ("barrier", &what(Some(object))),
                    ("here", &here),
                    ("parties", &barrier.parties),
                    ("missing", &missing),
                    ("gone", &gone.words),
                ],
            );
            let finding = still
                .finding("barrier-short", text, wait)
                .advice(Words::tell("finding.barrier-short.advice", &[]))
                .gone(&gone);
            found.hang(finding, wait);
        }
    }
}
