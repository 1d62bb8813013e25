//! `RobustLock`: the lock around `mp`'s own bookkeeping in shared memory.
//!
//! No program sees it. When its owner dies it is taken over, so that a killed process never blocks
//! the others in something they can't see. What it guards is kept readable at every single step. It
//! is held briefly, or by the writer of a long message.

use std::time::Duration;

use super::word::{LOCK_BYTES, LockWord};
use crate::mp::context;
use crate::mp::wait::{self, Poll};
use crate::sys::mmap::Block;
use crate::sys::{clock, futex};

/// Bytes a robust lock takes.
pub(crate) const ROBUST_BYTES: usize = LOCK_BYTES;
/// How long the owner may hold it before it is checked to be alive.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long it is mostly held, in ns: an event is sent meanwhile.
const BRIEF: i64 = 2_000;

#[derive(Debug, Clone)]
pub(crate) struct RobustLock(LockWord);

impl RobustLock {
    pub(crate) fn new(block: Block) -> RobustLock {
        RobustLock(LockWord::new(block))
    }

    /// Takes the lock, waiting as long as it takes. No pump runs meanwhile, so this is for locks
    /// that are held briefly; the caller may hold other locks.
    #[inline]
    pub(crate) fn enter(&self) {
        if !self.0.try_take(context::pid()) {
            self.enter_slowly();
        }
    }

    #[cold]
    fn enter_slowly(&self) {
        let me = context::pid();
        if wait::soon(BRIEF, || self.0.try_take(me).then_some(())).is_some() {
            return;
        }
        while let Poll::Wait(held) = self.0.poll(me) {
            let begun = clock::monotonic_ns();
            futex::wait(self.0.state(), held, Some(PATIENCE));
            let waited = clock::monotonic_ns() - begun;
            if u128::from(waited.unsigned_abs()) >= PATIENCE.as_nanos()
                && self.take_over_from_dead()
            {
                return;
            }
        }
    }

    /// Takes the lock, running pumps while another process has it; false at the deadline.
    pub(crate) fn enter_until(&self, deadline: Option<i64>) -> bool {
        let me = context::pid();
        loop {
            let look_at_owner = clock::deadline(PATIENCE).unwrap_or(i64::MAX);
            let until = deadline.map_or(look_at_owner, |at| at.min(look_at_owner));
            if wait::until(self.0.state(), Some(until), || self.0.poll(me)).is_some()
                || self.take_over_from_dead()
            {
                return true;
            }
            if deadline.is_some_and(|at| clock::monotonic_ns() >= at) {
                return false;
            }
        }
    }

    /// Takes the lock if it is free.
    #[inline]
    pub(crate) fn try_enter(&self) -> bool {
        self.0.try_take(context::pid())
    }

    /// Takes the lock if its owner is no more.
    pub(crate) fn take_over_from_dead(&self) -> bool {
        let owner = self.0.owner();
        owner != 0 && is_gone(owner) && self.0.take_over(owner, context::pid())
    }

    /// Takes the lock if it is free, else marks it so that its release wakes sleepers on `word`.
    pub(crate) fn enter_or_mark(&self) -> Poll<()> {
        self.0.poll(context::pid())
    }

    /// The word to sleep on after `enter_or_mark`.
    pub(crate) fn word(&self) -> &std::sync::atomic::AtomicU32 {
        self.0.state()
    }

    /// Whether a living process has it.
    pub(crate) fn is_held_by_living(&self) -> bool {
        let owner = self.0.owner();
        owner != 0 && !is_gone(owner)
    }

    #[inline]
    pub(crate) fn leave(&self) {
        self.0.give();
    }

    /// A number that counts up; called while the lock is held.
    pub(crate) fn next_ver(&self) -> u64 {
        self.0.next_ver()
    }
}

/// Whether a process has ended, collected or not (state Z or X of proc(5)).
fn is_gone(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Err(_) => true,
        Ok(stat) => stat
            .rsplit_once(") ")
            .is_none_or(|(_, rest)| rest.starts_with(['Z', 'X'])),
    }
}
