//! Since when nothing has happened in a run, and whether that was judged.

use crate::sys::clock::monotonic_ns;

/// Stillness after which a run in which all wait is called a deadlock (ns).
const STILL: i64 = 1_000_000_000;

#[derive(Debug)]
pub(super) struct Stillness {
    active_at: i64,
    judged: bool,
}

impl Stillness {
    pub(super) fn new() -> Stillness {
        Stillness {
            active_at: monotonic_ns(),
            judged: false,
        }
    }

    /// Something happened.
    pub(super) fn broken(&mut self) {
        *self = Stillness::new();
    }

    /// When to judge it (ns).
    pub(super) fn due_at(&self) -> i64 {
        if self.judged {
            i64::MAX
        } else {
            self.active_at + STILL
        }
    }

    pub(super) fn judged(&mut self) {
        self.judged = true;
    }
}
