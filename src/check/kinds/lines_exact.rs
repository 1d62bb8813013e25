//! `lines-exact`: exactly these lines in this order.

use super::{OfText, Printed};
use crate::check::shown::quoted;
use crate::check::{Judged, Result};
use crate::lesson::kinds::LinesExact;
use crate::lesson::{Scope, Slot, Words};

impl OfText for LinesExact {
    fn judge(&self, scope: &dyn Scope, printed: &Printed<'_>) -> Result<Judged> {
        let slots = self.lines.expand(scope)?;
        Ok(exact(&slots, &printed.stdout))
    }
}

pub(super) fn exact(slots: &[Slot], lines: &[&str]) -> Judged {
    let same = |at: &usize| matches!((slots.get(*at), lines.get(*at)), (Some(slot), Some(line)) if slot.matches(line));
    let mut places = 0..slots.len().max(lines.len());
    let Some(at) = places.find(|at| !same(at)) else {
        let n = lines.len();
        return Judged::passed(Words::tell("verdict.lines-in-order", &[("n", &n)]));
    };
    let wanted = slots.get(at).map(|slot| quoted(&slot.to_string()));
    let line = lines.get(at).map(|line| quoted(line));
    let number = at + 1;
    Judged::failed(match (&wanted, &line) {
        (Some(wanted), Some(line)) => Words::tell(
            "verdict.line-differs",
            &[("number", &number), ("line", line), ("wanted", wanted)],
        ),
        (Some(wanted), None) => Words::tell(
            "verdict.line-absent",
            &[("number", &number), ("wanted", wanted)],
        ),
        (None, line) => {
            let line = line.as_deref().unwrap_or_default();
            Words::tell(
                "verdict.line-too-many",
                &[("number", &number), ("line", &line)],
            )
        }
    })
}
