//! `never-together`: in no round are all these lines printed.

use super::{OfText, Printed};
use crate::check::lines::rounds;
use crate::check::shown::{few, quoted};
use crate::check::{Judged, Result};
use crate::lesson::kinds::NeverTogether;
use crate::lesson::{Scope, Slot, Words};

impl OfText for NeverTogether {
    fn judge(&self, scope: &dyn Scope, printed: &Printed<'_>) -> Result<Judged> {
        let rounds = rounds(&self.loops, &self.lines, scope)?;
        let patterns = rounds.iter().flatten().map(|slot| slot.any.len());
        let cost = patterns.sum::<usize>().saturating_mul(printed.stdout.len());
        scope.fuel().burn(cost)?;
        let is_there = |slot: &Slot| printed.stdout.iter().any(|line| slot.matches(line));
        let together = rounds
            .iter()
            .find(|slots| !slots.is_empty() && slots.iter().all(is_there));
        if let Some(slots) = together {
            let lines = slots.iter().map(|slot| quoted(&slot.to_string()));
            let lines = few(&lines.collect::<Vec<_>>());
            return Ok(Judged::failed(Words::tell(
                "verdict.together",
                &[("lines", &lines)],
            )));
        }
        let n = rounds.len();
        Ok(Judged::passed(Words::tell(
            "verdict.never-together",
            &[("n", &n)],
        )))
    }
}
