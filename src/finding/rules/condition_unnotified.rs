//! A Condition that nobody is left to notify; a notification that came before the wait is not kept.

use crate::finding::found::Found;
use crate::finding::names::{at, at_place, gone, waiter, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct ConditionUnnotified;

impl Rule for ConditionUnnotified {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        if !still.stuck {
            return;
        }
        for (wait, object) in still.on(&[OpName::Wait]) {
            let Some(condition) = object.condition().filter(|condition| condition.wakes == 0)
            else {
                continue;
            };
            let gone = gone(still.world, |_| true);
            let (waiter, place) = (waiter(still.world, wait), at_place(wait.at.as_deref()));
            let name = what(Some(object));
            let text = match &condition.unheard {
                Some((notifier, notified_at)) => Words::tell(
                    "finding.condition-unnotified.unheard",
                    &[
                        ("who", &waiter),
                        ("at", &place),
                        ("condition", &name),
                        ("notifier", &who(still.world.process(*notifier))),
                        ("notified", &at(notified_at.as_deref())),
                    ],
                ),
                None => Words::tell(
                    "finding.condition-unnotified.never",
                    &[
                        ("who", &waiter),
                        ("at", &place),
                        ("condition", &name),
                        ("gone", &gone.words),
                    ],
                ),
            };
            let unheard = condition.unheard.as_ref();
            let finding = still
                .finding("condition-unnotified", text, wait)
                .advice(Words::tell("finding.condition-unnotified.advice", &[]))
                .place(unheard.and_then(|(_, at)| at.as_deref()))
                .gone(&gone)
                .idle();
            found.hang(finding, wait);
        }
    }
}
