//! `tasks-at-most`: how many tasks were at work at once.

use super::OfRun;
use crate::check::processes::most_at_once;
use crate::check::tasks::{none, runs};
use crate::check::{Judged, Result};
use crate::lesson::kinds::TasksAtMost;
use crate::lesson::{Scope, Words};
use crate::model::World;

impl OfRun for TasksAtMost {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let bound = self.n.int(scope)?;
        let runs = runs(world);
        if runs.is_empty() {
            return Ok(none());
        }
        let intervals: Vec<_> = runs.iter().map(|(_, start, end)| (*start, *end)).collect();
        let (n, _) = most_at_once(&intervals);
        Ok(Judged::new(
            usize::try_from(bound).is_ok_and(|bound| n <= bound),
            Words::tell("verdict.tasks-at-most", &[("n", &n), ("bound", &bound)]),
        ))
    }
}
