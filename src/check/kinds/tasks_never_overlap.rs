//! `tasks-never-overlap`: one task after the other.

use super::OfRun;
use crate::check::tasks::{none, runs};
use crate::check::{Judged, Result};
use crate::lesson::kinds::TasksNeverOverlap;
use crate::lesson::{Scope, Words};
use crate::model::World;

impl OfRun for TasksNeverOverlap {
    fn judge(&self, _: &dyn Scope, world: &World) -> Result<Judged> {
        let mut runs = runs(world);
        runs.sort_by_key(|(_, start, _)| *start);
        if runs.is_empty() {
            return Ok(none());
        }
        for pair in runs.windows(2) {
            let ((first, _, end), (second, start, _)) = (pair[0], pair[1]);
            if end.is_none_or(|end| end > start) {
                return Ok(Judged::failed(Words::tell(
                    "verdict.task-early",
                    &[("second", &second), ("first", &first)],
                )));
            }
        }
        let n = runs.len();
        Ok(Judged::passed(Words::tell(
            "verdict.tasks-in-turn",
            &[("n", &n)],
        )))
    }
}
