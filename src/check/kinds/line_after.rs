//! `line-after`: the line stands after the others.

use super::{OfText, Printed};
use crate::check::lines::beside;
use crate::check::shown::quoted;
use crate::check::{Judged, Result};
use crate::lesson::kinds::LineAfter;
use crate::lesson::{Scope, Words};

impl OfText for LineAfter {
    fn judge(&self, scope: &dyn Scope, printed: &Printed<'_>) -> Result<Judged> {
        let others = self.others.as_ref();
        beside(
            &self.line,
            others,
            scope,
            &printed.stdout,
            |line, own, rest| {
                let first = own.first()?;
                let other = rest.iter().rev().find(|place| *place > first)?;
                Some(Words::tell(
                    "verdict.comes-after",
                    &[
                        ("other", &quoted(printed.stdout[*other])),
                        ("place", &(other + 1)),
                        ("line", &line),
                        ("number", &(first + 1)),
                    ],
                ))
            },
        )
    }
}
