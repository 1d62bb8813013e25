//! How each kind of check is answered: one file a kind, named as in `lesson::kinds`.
//!
//! The two matches name every kind, so a kind without an answer does not compile. Sentences stand in
//! the locale files under `[verdict]`; what several kinds look at is in `check::lines`, `processes`,
//! `tasks` and `objects`.

mod at_most_alive;
mod contiguous_blocks;
mod delivered_once;
mod exit_codes;
mod final_value;
mod line_after;
mod line_before;
mod line_times;
mod lines_exact;
mod lines_in_order;
mod lines_multiset;
mod lock_exclusive;
mod never_raised;
mod never_together;
mod nothing_left;
mod process_count;
mod process_lines;
mod raised;
mod status;
mod submits_return_at_once;
mod submits_wait_for_result;
mod task_pids;
mod task_results;
mod tasks_at_most;
mod tasks_never_overlap;

use super::{Judged, Result};
use crate::lesson::Scope;
use crate::lesson::kinds::{RunKind, TextKind};
use crate::model::World;

/// What a run printed.
pub(super) struct Printed<'a> {
    pub stdout: Vec<&'a str>,
    /// `None` where it was not kept.
    pub stderr: Option<Vec<&'a str>>,
}

trait OfText {
    fn judge(&self, scope: &dyn Scope, printed: &Printed<'_>) -> Result<Judged>;
}

trait OfRun {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged>;
}

pub(super) fn of_text(kind: &TextKind, scope: &dyn Scope, printed: &Printed<'_>) -> Result<Judged> {
    match kind {
        TextKind::ContiguousBlocks(kind) => kind.judge(scope, printed),
        TextKind::LineAfter(kind) => kind.judge(scope, printed),
        TextKind::LineBefore(kind) => kind.judge(scope, printed),
        TextKind::LineTimes(kind) => kind.judge(scope, printed),
        TextKind::LinesExact(kind) => kind.judge(scope, printed),
        TextKind::LinesInOrder(kind) => kind.judge(scope, printed),
        TextKind::LinesMultiset(kind) => kind.judge(scope, printed),
        TextKind::NeverTogether(kind) => kind.judge(scope, printed),
    }
}

pub(super) fn of_run(kind: &RunKind, scope: &dyn Scope, world: &World) -> Result<Judged> {
    match kind {
        RunKind::AtMostAlive(kind) => kind.judge(scope, world),
        RunKind::DeliveredOnce(kind) => kind.judge(scope, world),
        RunKind::ExitCodes(kind) => kind.judge(scope, world),
        RunKind::FinalValue(kind) => kind.judge(scope, world),
        RunKind::LockExclusive(kind) => kind.judge(scope, world),
        RunKind::NeverRaised(kind) => kind.judge(scope, world),
        RunKind::NothingLeft(kind) => kind.judge(scope, world),
        RunKind::ProcessCount(kind) => kind.judge(scope, world),
        RunKind::ProcessLines(kind) => kind.judge(scope, world),
        RunKind::Raised(kind) => kind.judge(scope, world),
        RunKind::Status(kind) => kind.judge(scope, world),
        RunKind::SubmitsReturnAtOnce(kind) => kind.judge(scope, world),
        RunKind::SubmitsWaitForResult(kind) => kind.judge(scope, world),
        RunKind::TaskPids(kind) => kind.judge(scope, world),
        RunKind::TaskResults(kind) => kind.judge(scope, world),
        RunKind::TasksAtMost(kind) => kind.judge(scope, world),
        RunKind::TasksNeverOverlap(kind) => kind.judge(scope, world),
    }
}
