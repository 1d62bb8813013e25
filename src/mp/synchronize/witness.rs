//! The witness: a hidden lock for objects that have none of their own.
//!
//! It makes an effect and its event one step, so that the log has the object's order, and counts
//! the object's operations (`ver`). The lock is robust, so that tracing makes no program hang that
//! would not hang by itself.

use super::robust::{ROBUST_BYTES, RobustLock};
use crate::sys::mmap::Block;

/// Bytes a witness takes.
pub(crate) const WITNESS_BYTES: usize = ROBUST_BYTES;

#[derive(Debug, Clone)]
pub(crate) struct Witness(RobustLock);

impl Witness {
    pub(crate) fn new(block: Block) -> Witness {
        Witness(RobustLock::new(block))
    }

    /// Runs `step` as the only one of this object; it is given the operation's number.
    pub(crate) fn step<T>(&self, step: impl FnOnce(u64) -> T) -> T {
        self.enter();
        let value = step(self.0.next_ver());
        self.0.leave();
        value
    }

    /// Holds the object still; `next_ver` counts inside, `leave` ends it.
    pub(crate) fn enter(&self) {
        self.0.enter();
    }

    pub(crate) fn next_ver(&self) -> u64 {
        self.0.next_ver()
    }

    pub(crate) fn leave(&self) {
        self.0.leave();
    }
}
