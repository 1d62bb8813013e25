//! How a run ends, once that is being decided: the verdict, and deadlines on the way to it.

use crate::sys::clock::monotonic_ns;
use crate::trace::{Exit, RunEnd, RunStatus};

/// How long orphans, daemons and processes nobody introduced may outlive the main process before
/// they are ended: long enough to be seen.
const OUTLIVE: i64 = 1_000_000_000;
/// How long the guard may take to end the tree before it is done without it. Longer than the guard's
/// own deadlines together.
const GUARD_TIME: i64 = 8_000_000_000;

/// How a run that is being ended will be said to have ended.
#[derive(Debug)]
struct Verdict {
    status: RunStatus,
    detail: Option<String>,
    /// When the guard is given up (ns).
    late_at: i64,
}

#[derive(Debug, Default)]
pub(super) struct Ending {
    verdict: Option<Verdict>,
    /// When those that outlive the main process are ended (ns).
    outlived_at: Option<i64>,
    /// PIDs that had to be signalled.
    pub(super) signalled: Vec<i32>,
    /// `end` was logged.
    pub(super) over: bool,
}

impl Ending {
    /// Whether the run is being ended.
    pub(super) fn decided(&self) -> bool {
        self.verdict.is_some()
    }

    /// Decides it, once; false when it was decided before.
    pub(super) fn decide(&mut self, status: RunStatus, detail: Option<String>) -> bool {
        if self.decided() {
            return false;
        }
        self.verdict = Some(Verdict {
            status,
            detail,
            late_at: monotonic_ns() + GUARD_TIME,
        });
        true
    }

    /// The guard is gone or given up: nothing is waited for any more.
    pub(super) fn without_guard(&mut self) {
        self.decide(
            RunStatus::Failed,
            Some("the guard process was killed".to_owned()),
        );
        if let Some(verdict) = &mut self.verdict {
            verdict.late_at = i64::MAX;
        }
    }

    /// Whether the guard has had its time.
    pub(super) fn is_late(&self, now: i64) -> bool {
        self.verdict
            .as_ref()
            .is_some_and(|verdict| now >= verdict.late_at)
    }

    /// Those that outlive the main process get their time from now on, unless they have it already.
    pub(super) fn outlived(&mut self) {
        self.outlived_at
            .get_or_insert_with(|| monotonic_ns() + OUTLIVE);
    }

    /// Somebody lives that the run waits for.
    pub(super) fn awaited(&mut self) {
        self.outlived_at = None;
    }

    pub(super) fn outlived_too_long(&self, now: i64) -> bool {
        self.outlived_at.is_some_and(|at| now >= at)
    }

    /// When something here is due (ns).
    pub(super) fn due_at(&self) -> i64 {
        match &self.verdict {
            Some(verdict) => verdict.late_at,
            None => self.outlived_at.unwrap_or(i64::MAX),
        }
    }

    /// The run's last event, given how the main process ended.
    pub(super) fn conclude(&mut self, main: Option<Exit>) -> RunEnd {
        let (status, detail) = match (self.verdict.take(), main) {
            (Some(verdict), _) => (verdict.status, verdict.detail),
            (None, Some(exit)) => after_main(exit),
            (None, None) => (
                RunStatus::Failed,
                Some("the main process was not seen to end".to_owned()),
            ),
        };
        self.over = true;
        RunEnd {
            status,
            detail,
            ended: std::mem::take(&mut self.signalled),
        }
    }
}

/// How a run ends whose main process ended so.
pub(super) fn after_main(exit: Exit) -> (RunStatus, Option<String>) {
    match exit {
        Exit::Code(_) => (RunStatus::Finished, None),
        _ => (RunStatus::Failed, Some(main_lost(exit))),
    }
}

pub(super) fn main_lost(exit: Exit) -> String {
    match exit {
        Exit::Signal(number) => match nix::sys::signal::Signal::try_from(number) {
            Ok(signal) => format!("the main process was killed by {signal}"),
            Err(_) => format!("the main process was killed by signal {number}"),
        },
        Exit::Code(code) => format!("the main process ended with code {code}"),
        Exit::Unknown => "the main process is gone, nobody knows how".to_owned(),
    }
}
