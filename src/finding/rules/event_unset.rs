//! An Event that nobody is left to set: it never was set, or was cleared again before the wait.

use crate::finding::found::Found;
use crate::finding::names::{at, at_place, gone, waiter, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::trace::OpName;

#[derive(Debug, Default)]
pub(in crate::finding) struct EventUnset;

impl Rule for EventUnset {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        if !still.stuck {
            return;
        }
        for (wait, object) in still.on(&[OpName::Wait]) {
            let Some(flag) = object.flag().filter(|flag| !flag.set) else {
                continue;
            };
            if found.explains(wait.who.proc) {
                continue;
            }
            let gone = gone(still.world, |_| true);
            let event = what(Some(object));
            let place = at_place(wait.at.as_deref());
            let waiter = waiter(still.world, wait);
            let mut places = Vec::new();
            let text = match (&flag.set_by, &flag.cleared_by) {
                (Some((setter, set_at)), Some((clearer, cleared_at))) => {
                    places.extend([set_at, cleared_at]);
                    Words::tell(
                        "finding.event-unset.cleared",
                        &[
                            ("who", &waiter),
                            ("at", &place),
                            ("event", &event),
                            ("setter", &who(still.world.process(*setter))),
                            ("set", &at(set_at.as_deref())),
                            ("clearer", &who(still.world.process(*clearer))),
                            ("cleared", &at(cleared_at.as_deref())),
                        ],
                    )
                }
                _ => Words::tell(
                    "finding.event-unset.never",
                    &[
                        ("who", &waiter),
                        ("at", &place),
                        ("event", &event),
                        ("gone", &gone.words),
                    ],
                ),
            };
            let mut finding = still
                .finding("event-unset", text, wait)
                .advice(Words::tell("finding.event-unset.advice", &[]));
            for place in places {
                finding = finding.place(place.as_deref());
            }
            if flag.set_by.is_none() {
                finding = finding.gone(&gone).idle();
            }
            found.hang(finding, wait);
        }
    }
}
