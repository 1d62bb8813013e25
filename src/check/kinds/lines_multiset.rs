//! `lines-multiset`: exactly these lines, in whatever order.

use super::{OfText, Printed};
use crate::check::shown::{few, joined, quoted};
use crate::check::{Judged, Result};
use crate::lesson::kinds::LinesMultiset;
use crate::lesson::printed::multiset;
use crate::lesson::{Scope, Slot, Words};

impl OfText for LinesMultiset {
    fn judge(&self, scope: &dyn Scope, printed: &Printed<'_>) -> Result<Judged> {
        let slots = self.lines.expand(scope)?;
        let lines = if self.stderr {
            printed.stderr.as_ref()
        } else {
            Some(&printed.stdout)
        };
        Ok(match lines {
            Some(lines) => compare(&slots, lines, scope)?,
            None => Judged::failed(Words::tell("verdict.stderr-not-kept", &[])),
        })
    }
}

fn compare(slots: &[Slot], lines: &[&str], scope: &dyn Scope) -> Result<Judged> {
    let found = multiset(slots, lines, scope.fuel())?;
    if found.is_empty() {
        return Ok(Judged::passed(Words::tell(
            "verdict.lines",
            &[("n", &lines.len())],
        )));
    }
    let missing = found
        .missing
        .iter()
        .map(|at| quoted(&slots[*at].to_string()));
    let extra = found.extra.iter().map(|at| quoted(lines[*at]));
    let (missing, extra): (Vec<_>, Vec<_>) = (missing.collect(), extra.collect());
    let mut clauses = Vec::new();
    if !missing.is_empty() {
        clauses.push(Words::tell("verdict.missing", &[("lines", &few(&missing))]));
    }
    if !extra.is_empty() {
        clauses.push(Words::tell("verdict.extra", &[("lines", &few(&extra))]));
    }
    Ok(Judged::failed(joined(&clauses)))
}
