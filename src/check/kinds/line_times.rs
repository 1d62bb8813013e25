//! `line-times`: how often the line stands in the output.

use super::{OfText, Printed};
use crate::check::lines::{either, places};
use crate::check::processes::number;
use crate::check::{Judged, Result};
use crate::lesson::kinds::LineTimes;
use crate::lesson::{Scope, Words};

impl OfText for LineTimes {
    fn judge(&self, scope: &dyn Scope, printed: &Printed<'_>) -> Result<Judged> {
        let slots = self.line.expand(scope)?;
        let n = places(&slots, &printed.stdout, scope)?.len();
        let (passed, wanted) = self.times.test(&number(n), scope)?;
        Ok(Judged::new(
            passed,
            Words::tell(
                "verdict.line-times",
                &[("line", &either(&slots)), ("n", &n), ("wanted", &wanted)],
            ),
        ))
    }
}
