//! `LockWord`: a mutual exclusion lock in shared memory that knows its owner.
//!
//! The state word is 0 when free, else the owner's PID with the top bit set when somebody may be
//! asleep on it. Owns the transitions, not Python's rules (which process may release, depth checks).
//! Source of the scheme: Drepper, 'Futexes are tricky', with the PID for the value 1.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::mp::wait::Poll;
use crate::sys::futex;
use crate::sys::mmap::{Block, Word};

/// Bytes a lock takes.
pub(crate) const LOCK_BYTES: usize = 16;

const STATE: usize = 0;
const DEPTH: usize = 4;
const VER: usize = 8;
/// A process may be asleep on the word.
const CONTENDED: u32 = 1 << 31;

#[derive(Debug, Clone)]
pub(crate) struct LockWord {
    state: Word,
    block: Block,
}

impl LockWord {
    /// A free lock in `LOCK_BYTES` zeroed bytes.
    pub(crate) fn new(block: Block) -> LockWord {
        LockWord {
            state: block.word(STATE),
            block,
        }
    }

    #[inline]
    pub(crate) fn state(&self) -> &AtomicU32 {
        &self.state
    }

    /// The owner's PID; 0 when free. It may be the PID of a process that is no more.
    #[inline]
    pub(crate) fn owner(&self) -> u32 {
        self.state().load(Ordering::Relaxed) & !CONTENDED
    }

    /// Takes a free lock.
    #[inline]
    pub(crate) fn try_take(&self, me: u32) -> bool {
        self.state()
            .compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    /// One poll of a waiter: takes the lock if it is free, else marks it so that its release wakes.
    pub(crate) fn poll(&self, me: u32) -> Poll<()> {
        let state = self.state();
        loop {
            let now = state.load(Ordering::Relaxed);
            let free = now & !CONTENDED == 0;
            if !free && now & CONTENDED != 0 {
                return Poll::Wait(now);
            }
            // A waiter that has slept can't know whether others sleep too, so it takes the word with
            // the mark: the price is one needless wake.
            let next = if free {
                me | CONTENDED
            } else {
                now | CONTENDED
            };
            if state
                .compare_exchange(now, next, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
            {
                return if free {
                    Poll::Ready(())
                } else {
                    Poll::Wait(next)
                };
            }
        }
    }

    /// Takes the lock over from an owner that is no more.
    pub(crate) fn take_over(&self, dead: u32, me: u32) -> bool {
        [dead, dead | CONTENDED].iter().any(|held| {
            self.state()
                .compare_exchange(*held, me | CONTENDED, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
        })
    }

    /// Frees the lock and wakes one waiter.
    #[inline]
    pub(crate) fn give(&self) {
        if self.state().swap(0, Ordering::Release) & CONTENDED != 0 {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        futex::wake(self.state(), 1);
    }

    /// How often the owner has taken it again.
    #[inline]
    pub(crate) fn depth(&self) -> u32 {
        self.block.u32(DEPTH).load(Ordering::Relaxed)
    }

    pub(crate) fn set_depth(&self, depth: u32) {
        self.block.u32(DEPTH).store(depth, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn deepen(&self) {
        self.set_depth(self.depth() + 1);
    }

    /// Undoes one `deepen`; false when the lock was taken only once.
    #[inline]
    pub(crate) fn shallow(&self) -> bool {
        match self.depth() {
            0 => false,
            depth => {
                self.set_depth(depth - 1);
                true
            }
        }
    }

    /// The object's next operation number; called while the lock is held.
    pub(crate) fn next_ver(&self) -> u64 {
        self.block.u64(VER).fetch_add(1, Ordering::Relaxed) + 1
    }
}
