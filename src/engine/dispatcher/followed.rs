//! What is known of a traced program of the user's own beside the log.
//!
//! The guard is its tracer and stops its processes at their births, so ps shows them stopped; what a
//! signal stopped is told apart here. Its processes may all wait, and still it is not ours to end.

use std::collections::HashSet;

use crate::trace::PsUpdate;

#[derive(Debug, Default)]
pub(super) struct Followed {
    /// Processes that a signal has stopped.
    stopped: HashSet<i32>,
    /// That all wait and none can go on was said already.
    stuck: bool,
}

impl Followed {
    /// A signal stopped a process, or it goes on or has ended.
    pub(super) fn set_stopped(&mut self, pid: i32, stopped: bool) {
        if stopped {
            self.stopped.insert(pid);
        } else {
            self.stopped.remove(&pid);
        }
    }

    /// ps calls a process that its tracer has stopped `t`: without us it would run, or be stopped
    /// by the signal (`T`).
    pub(super) fn correct(&self, update: &mut PsUpdate) {
        for row in &mut update.rows {
            if row.stat.starts_with('t') {
                let stopped = self.stopped.contains(&row.pid);
                row.stat.replace_range(..1, if stopped { "T" } else { "R" });
            }
        }
    }

    /// Notes whether all wait; true when that is news.
    pub(super) fn note_stuck(&mut self, stuck: bool) -> bool {
        let was = std::mem::replace(&mut self.stuck, stuck);
        stuck && !was
    }
}
