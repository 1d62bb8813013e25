//! What is known of a followed program beside the log: the user's own, or a lesson's.
//!
//! The guard is its tracer and stops its processes at their births, so ps shows them stopped; what a
//! signal stopped is told apart here. The user's own program may wait for ever, and still it is not ours to end.

use std::collections::HashSet;

use crate::engine::holders::Channels;
use crate::sys::clock::monotonic_ns;
use crate::trace::PsUpdate;

/// Whose program it is that is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Following {
    /// The user's own: what it leaves running is waited for, and nothing it does is a reason to end it.
    UsersOwn,
    /// A lesson's: a deadlock ends the run, and so does what outlives the main process.
    Lesson,
}

#[derive(Debug)]
pub(super) struct Followed {
    pub(super) whose: Following,
    /// The run's channels; orphans that hold none are not waited for. `None` where all are.
    channels: Option<Channels>,
    /// When the orphans are looked at next (ns).
    look_at: i64,
    /// Processes that a signal has stopped.
    stopped: HashSet<i32>,
    /// That all wait and none can go on was said already.
    stuck: bool,
}

/// Pause between two looks at the orphans (ns).
const LOOK: i64 = 100_000_000;

impl Followed {
    pub(super) fn new(channels: Option<Channels>, whose: Following) -> Followed {
        Followed {
            whose,
            channels,
            look_at: 0,
            stopped: HashSet::new(),
            stuck: false,
        }
    }

    /// When the orphans of a main process that has ended are to be looked at (ns).
    pub(super) fn look_at(&self) -> i64 {
        if self.channels.is_some() {
            self.look_at
        } else {
            i64::MAX
        }
    }

    /// Whether none of these orphans holds a channel of the run.
    pub(super) fn can_leave(&mut self, orphans: &[i32]) -> bool {
        self.look_at = monotonic_ns() + LOOK;
        let Some(channels) = &self.channels else {
            return false;
        };
        !orphans.is_empty() && !orphans.iter().any(|pid| channels.are_held_by(*pid))
    }

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
