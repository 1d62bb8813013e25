//! `submits-wait-for-result`: each task has ended before the next is submitted.

use super::OfRun;
use crate::check::tasks::{all, none};
use crate::check::{Judged, Result};
use crate::lesson::kinds::SubmitsWaitForResult;
use crate::lesson::{Scope, Words};
use crate::model::World;

impl OfRun for SubmitsWaitForResult {
    fn judge(&self, _: &dyn Scope, world: &World) -> Result<Judged> {
        let tasks = all(world);
        if tasks.is_empty() {
            return Ok(none());
        }
        for pair in tasks.windows(2) {
            let (done, next) = (pair[0], pair[1]);
            if done.ended.is_none_or(|(seq, _)| seq > next.submitted.0) {
                return Ok(Judged::failed(Words::tell(
                    "verdict.submitted-early",
                    &[("after", &next.number), ("before", &done.number)],
                )));
            }
        }
        let n = tasks.len();
        Ok(Judged::passed(Words::tell(
            "verdict.submitted-in-turn",
            &[("n", &n)],
        )))
    }
}
