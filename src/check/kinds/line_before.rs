//! `line-before`: the line stands before the others.

use super::{OfText, Printed};
use crate::check::lines::beside;
use crate::check::shown::quoted;
use crate::check::{Judged, Result};
use crate::lesson::kinds::LineBefore;
use crate::lesson::{Scope, Words};

impl OfText for LineBefore {
    fn judge(&self, scope: &dyn Scope, printed: &Printed<'_>) -> Result<Judged> {
        let others = self.others.as_ref();
        beside(
            &self.line,
            others,
            scope,
            &printed.stdout,
            |line, own, rest| {
                let last = own.last()?;
                let other = rest.iter().find(|place| *place < last)?;
                Some(Words::tell(
                    "verdict.comes-before",
                    &[
                        ("other", &quoted(printed.stdout[*other])),
                        ("place", &(other + 1)),
                        ("line", &line),
                        ("number", &(last + 1)),
                    ],
                ))
            },
        )
    }
}
