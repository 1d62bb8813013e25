//! `CountWord`: a counter in shared memory that can be waited for: the heart of a semaphore.
//!
//! Owns the two words and their transitions; what may be released how often is `semaphore`'s rule.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::mp::wait::{self, Poll};
use crate::sys::futex;
use crate::sys::mmap::Block;

/// Bytes a counter takes.
pub(crate) const COUNT_BYTES: usize = 8;
const VALUE: usize = 0;
const WAITERS: usize = 4;

#[derive(Debug, Clone)]
pub(crate) struct CountWord {
    block: Block,
}

impl CountWord {
    pub(crate) fn new(block: Block, value: u32) -> CountWord {
        block.u32(VALUE).store(value, Ordering::SeqCst);
        CountWord { block }
    }

    fn word(&self) -> &AtomicU32 {
        self.block.u32(VALUE)
    }

    pub(crate) fn value(&self) -> u32 {
        self.word().load(Ordering::SeqCst)
    }

    /// Takes one, if there is one.
    pub(crate) fn try_take(&self) -> bool {
        self.word()
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |value| {
                value.checked_sub(1)
            })
            .is_ok()
    }

    /// Waits for one and takes it; false at the deadline.
    pub(crate) fn take(&self, deadline: Option<i64>) -> bool {
        if self.try_take() {
            return true;
        }
        // A waiter that is killed stays counted; that costs wakes and loses none.
        self.block.u32(WAITERS).fetch_add(1, Ordering::SeqCst);
        let poll = || {
            if self.try_take() {
                Poll::Ready(())
            } else {
                Poll::Wait(0)
            }
        };
        let taken = wait::until(self.word(), deadline, poll).is_some();
        self.block.u32(WAITERS).fetch_sub(1, Ordering::SeqCst);
        taken
    }

    /// Adds one, unless that would make more than `most`, and wakes a waiter.
    pub(crate) fn give(&self, most: u32) {
        if self.add(most) {
            self.wake();
        }
    }

    /// Adds one, unless that would make more than `most`; `wake` has to follow.
    pub(crate) fn add(&self, most: u32) -> bool {
        let more = |value: u32| (value < most).then(|| value + 1);
        let added = self
            .word()
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, more);
        added.is_ok()
    }

    /// Wakes a waiter, if there is one.
    pub(crate) fn wake(&self) {
        if self.block.u32(WAITERS).load(Ordering::SeqCst) > 0 {
            futex::wake(self.word(), 1);
        }
    }
}
