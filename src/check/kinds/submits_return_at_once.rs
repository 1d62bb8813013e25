//! `submits-return-at-once`: main waited for nothing between its first and last submit.

use super::OfRun;
use crate::check::tasks::{all, none};
use crate::check::{Judged, Result};
use crate::lesson::kinds::SubmitsReturnAtOnce;
use crate::lesson::{Scope, Words};
use crate::model::Activity;
use crate::model::World;

impl OfRun for SubmitsReturnAtOnce {
    fn judge(&self, _: &dyn Scope, world: &World) -> Result<Judged> {
        let tasks = all(world);
        let (Some(first), Some(last)) = (tasks.first(), tasks.last()) else {
            return Ok(none());
        };
        let (from, to) = (first.submitted.0, last.submitted.0);
        // A result that was asked for in between was waited for, even where it was there already.
        let mut fetched = tasks.iter();
        if let Some(task) = fetched.find(|task| task.fetched.is_some_and(|seq| seq < to)) {
            return Ok(Judged::failed(Words::tell(
                "verdict.fetched-early",
                &[("task", &task.number)],
            )));
        }
        let waited = world.process(first.by).is_some_and(|process| {
            process.track.spans.iter().any(|span| {
                let waits = matches!(
                    span.activity,
                    Activity::Waiting { .. } | Activity::WaitingForChild { .. }
                );
                waits && span.start_seq > from && span.start_seq < to
            })
        });
        if waited {
            return Ok(Judged::failed(Words::tell("verdict.submit-waited", &[])));
        }
        let n = tasks.len();
        Ok(Judged::passed(Words::tell(
            "verdict.submitted",
            &[("n", &n)],
        )))
    }
}
