//! The witness: a hidden lock that objects without one take while they are traced.
//!
//! It makes an effect and its event one step, so that the log's order is the object's order, and
//! counts the object's operations (`ver`). It is no part of the program: when its owner dies it is
//! taken over, so that tracing never makes a program hang that would not hang by itself.

use std::time::Duration;

use super::word::{LOCK_BYTES, LockWord};
use crate::mp::context;
use crate::mp::wait;
use crate::sys::clock;
use crate::sys::mmap::Block;

/// Bytes a witness takes.
pub(crate) const WITNESS_BYTES: usize = LOCK_BYTES;
/// How long the owner may be busy before it is looked at.
const PATIENCE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub(crate) struct Witness(LockWord);

impl Witness {
    pub(crate) fn new(block: Block) -> Witness {
        Witness(LockWord::new(block))
    }

    /// Runs `step` as the only one of this object; it is given the operation's number.
    pub(crate) fn step<T>(&self, step: impl FnOnce(u64) -> T) -> T {
        self.enter();
        let value = step(self.0.next_ver());
        self.0.give();
        value
    }

    /// Holds the object still; `next_ver` counts inside, `leave` ends it.
    pub(crate) fn enter(&self) {
        let me = context::pid();
        if self.0.try_take(me) {
            return;
        }
        loop {
            let deadline = clock::deadline(PATIENCE);
            if wait::until(self.0.state(), deadline, || self.0.look(me)).is_some() {
                return;
            }
            let owner = self.0.owner();
            if owner != 0 && is_gone(owner) && self.0.seize(owner, me) {
                return;
            }
        }
    }

    pub(crate) fn next_ver(&self) -> u64 {
        self.0.next_ver()
    }

    pub(crate) fn leave(&self) {
        self.0.give();
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
