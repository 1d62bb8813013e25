//! Since when nothing has happened in a run, and whether that was judged.

use crate::sys::clock::monotonic_ns;

/// Stillness after which a run in which all wait is called a deadlock (ns).
const STILL: i64 = 1_000_000_000;
/// Pause before a stillness that something could end is judged again (ns): one that looked up for a moment
/// must not put off the word on a deadlock by a second.
const AGAIN: i64 = 250_000_000;
/// Stillness after which a run in which all wait, but something could wake one, is told of (ns).
const LONG: i64 = 3_000_000_000;

#[derive(Debug)]
pub(super) struct Stillness {
    active_at: i64,
    /// When to judge it next (ns).
    due_at: i64,
    /// What could wake one was told.
    told: bool,
    /// The kernel showed nobody who could go on at the last look.
    stuck: bool,
}

impl Stillness {
    pub(super) fn new() -> Stillness {
        let now = monotonic_ns();
        Stillness {
            active_at: now,
            due_at: now + STILL,
            told: false,
            stuck: false,
        }
    }

    /// Something happened.
    pub(super) fn broken(&mut self) {
        *self = Stillness::new();
    }

    /// Whether nothing has happened for a while.
    pub(super) fn has_lasted(&self) -> bool {
        monotonic_ns() >= self.active_at + AGAIN
    }

    /// The kernel shows nobody who can go on; whether it did at the look before, with nothing in between.
    /// One look may meet a process in the middle of a short wait, just when its sleep is over.
    pub(super) fn is_stuck_again(&mut self) -> bool {
        std::mem::replace(&mut self.stuck, true)
    }

    /// When to judge it (ns).
    pub(super) fn due_at(&self) -> i64 {
        self.due_at
    }

    /// It was judged for good.
    pub(super) fn judged(&mut self) {
        self.due_at = i64::MAX;
    }

    /// It is to be judged again, for something could change unseen.
    pub(super) fn judge_again(&mut self) {
        self.due_at = monotonic_ns() + AGAIN;
    }

    /// It is to be judged again, ever more seldom: by the log somebody could go on.
    pub(super) fn judge_later(&mut self) {
        let now = monotonic_ns();
        self.due_at = now + (now - self.active_at).max(STILL);
    }

    /// Whether it has lasted so long that what could end it should be told; true once.
    pub(super) fn is_worth_telling(&mut self) -> bool {
        let long = monotonic_ns() >= self.active_at + LONG;
        long && !std::mem::replace(&mut self.told, true)
    }
}
