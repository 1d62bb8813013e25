//! `lines-in-order`: in each round these lines in this order, others between them or not.

use super::{OfText, Printed};
use crate::check::lines::{not_printed, rounds};
use crate::check::shown::quoted;
use crate::check::{Judged, Result};
use crate::lesson::kinds::LinesInOrder;
use crate::lesson::printed::in_order;
use crate::lesson::{Scope, Words};

impl OfText for LinesInOrder {
    fn judge(&self, scope: &dyn Scope, printed: &Printed<'_>) -> Result<Judged> {
        let lines = &printed.stdout;
        let rounds = rounds(&self.loops, &self.lines, scope)?;
        for slots in &rounds {
            let found = in_order(slots, lines, scope.fuel())?;
            let Some(slot) = slots.get(found.len()) else {
                continue;
            };
            let wanted = quoted(&slot.to_string());
            return Ok(match found.last() {
                Some(place) => Judged::failed(Words::tell(
                    "verdict.does-not-follow",
                    &[
                        ("wanted", &wanted),
                        ("before", &quoted(lines[*place])),
                        ("number", &(place + 1)),
                    ],
                )),
                None => not_printed(&wanted),
            });
        }
        let n = rounds.len();
        Ok(Judged::passed(Words::tell(
            "verdict.sequences",
            &[("n", &n)],
        )))
    }
}
