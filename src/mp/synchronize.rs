//! Locks and what is built on them (CPython: synchronize.py).
//!
//! `Lock` and `RLock` are futex words that hold their owner's PID: an uncontended acquire is one
//! atomic instruction, and the word still names an owner that died. As in CPython they are neither
//! robust nor fair: waiters for a dead owner's lock wait for ever, and the `World` can say why.

mod barrier;
mod condition;
mod counter;
mod event;
mod robust;
mod sem;
mod semaphore;
mod witness;
mod word;

use std::panic::Location;
use std::rc::Rc;

pub use barrier::Barrier;
pub use condition::Condition;
pub(crate) use counter::{COUNT_BYTES, CountWord};
pub use event::Event;
pub(crate) use robust::{ROBUST_BYTES, RobustLock};
pub(crate) use sem::Sem;
use sem::sem_handle;
pub(crate) use semaphore::SEM_VALUE_MAX;
pub use semaphore::{BoundedSemaphore, Semaphore};
pub(crate) use witness::{WITNESS_BYTES, Witness};
pub(crate) use word::{LOCK_BYTES, LockWord};

use super::context;
use super::exceptions::{Exception, Result};
use super::heap;
use super::tracer::{self, Call, Ended, Fill, NO_ARGS};
use super::wait::{self, Timeout};
use crate::trace::{OpName, Packet};

/// Which of the two a lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Recursive,
}

/// What `Lock` and `RLock` share: identity and memory.
#[derive(Debug)]
pub(crate) struct SemLock {
    id: String,
    word: LockWord,
    kind: Kind,
}

impl SemLock {
    #[track_caller]
    fn new(kind: Kind) -> Result<SemLock> {
        let class = if kind == Kind::Plain { "Lock" } else { "RLock" };
        let lock = SemLock {
            id: context::object_id(class),
            word: LockWord::new(heap::allocate(LOCK_BYTES)?),
            kind,
        };
        tracer::created(&lock.id, class, Location::caller(), NO_ARGS);
        Ok(lock)
    }

    /// Takes the lock without a trace: for the element access of an Array and other short turns.
    #[inline]
    pub(crate) fn enter(&self) {
        if !self.try_take() {
            self.take(None);
        }
    }

    /// Leaves what `enter` took.
    #[inline]
    pub(crate) fn leave(&self) {
        if self.kind == Kind::Plain || !self.word.shallow() {
            self.word.give();
        }
    }

    #[inline]
    fn may_release(&self) -> bool {
        let owner = self.word.owner();
        match self.kind {
            Kind::Recursive => owner == context::pid(),
            Kind::Plain => owner != 0,
        }
    }

    #[cold]
    fn refusal(&self, at: &'static Location<'static>) -> Exception {
        let (class, text) = match self.kind {
            Kind::Recursive => (
                "AssertionError",
                "attempt to release recursive lock not owned by thread",
            ),
            Kind::Plain => ("ValueError", "semaphore or lock released too many times"),
        };
        Exception::at(class, text, at)
    }

    /// CPython's `repr`: who owns it, as far as this process can tell.
    fn describe(&self) -> String {
        let owner = self.word.owner();
        let mine = owner == context::pid();
        match self.kind {
            Kind::Plain => {
                let who = match owner {
                    0 => "None".to_owned(),
                    _ if mine => context::current_name(),
                    _ => "SomeOtherProcess".to_owned(),
                };
                format!("<Lock(owner={who})>")
            }
            Kind::Recursive => {
                let (who, depth) = match owner {
                    0 => ("None".to_owned(), "0".to_owned()),
                    _ if mine => (context::current_name(), (self.word.depth() + 1).to_string()),
                    _ => ("SomeOtherProcess".to_owned(), "nonzero".to_owned()),
                };
                format!("<RLock({who}, {depth})>")
            }
        }
    }

    /// Whether this process holds the lock.
    pub(crate) fn is_mine(&self) -> bool {
        self.word.owner() == context::pid()
    }

    /// Releases the lock whatever its depth and sends the event; for `Condition.wait`. `None` when
    /// this process does not own it.
    fn release_save(&self, at: &'static Location<'static>) -> Option<u32> {
        if self.word.owner() != context::pid() {
            return None;
        }
        let depth = self.word.depth() + 1;
        self.note_depth(OpName::Release, depth, at);
        self.word.set_depth(0);
        self.word.give();
        Some(depth)
    }

    /// Takes the lock back with the depth it had.
    fn acquire_restore(&self, depth: u32, at: &'static Location<'static>) {
        if !self.try_take() {
            self.take(None);
        }
        self.word.set_depth(depth - 1);
        self.note_depth(OpName::Acquire, depth, at);
    }

    /// The event of either; sent while the lock is held.
    fn note_depth(&self, op: OpName, depth: u32, at: &'static Location<'static>) {
        let ver = self.word.next_ver();
        tracer::note(op, &self.id, Some(ver), at, &|packet| {
            packet.int("n", i64::from(depth));
        });
    }
}

impl Sem for SemLock {
    fn id(&self) -> &str {
        &self.id
    }

    /// A process that holds a recursive lock can take it again.
    #[inline]
    fn try_take(&self) -> bool {
        let me = context::pid();
        if self.kind == Kind::Recursive && self.word.owner() == me {
            self.word.deepen();
            return true;
        }
        self.word.try_take(me)
    }

    #[cold]
    fn take(&self, deadline: Option<i64>) -> bool {
        let me = context::pid();
        wait::until(self.word.state(), deadline, || self.word.poll(me)).is_some()
    }

    /// Sent while the lock is held: no other release or acquire can come between the effect and its
    /// event.
    fn tell(&self, call: &Call<'_>, taken: bool) {
        let ver = taken.then(|| self.word.next_ver());
        call.done(ver, Ended::Value(&taken));
    }

    #[inline]
    fn release(&self, at: &'static Location<'static>) -> Result<()> {
        let call = Call::begin(OpName::Release, &self.id, at, NO_ARGS);
        if !self.may_release() {
            return Err(call.raised(self.refusal(at)));
        }
        // Sent while the lock is still held: the next acquire is logged after this.
        call.done(self.word.next_ver(), Ended::Plain);
        self.leave();
        Ok(())
    }
}

/// Arguments of the first of a wait's two steps under the gate: it begins to wait …
const BEGIN: Fill<'static> = &|packet| {
    packet.text("key", "begin");
};

/// … and of the second: it wakes, by its time at the latest.
fn wake_args(packet: &mut Packet<'_>, timeout: Timeout) {
    packet.text("key", "wake");
    timeout.fill(packet);
}

macro_rules! lock_type {
    ($(#[$doc:meta])* $name:ident, $kind:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(Rc<SemLock>);

        impl $name {
            /// A free lock.
            #[track_caller]
            pub fn new() -> Result<$name> {
                Ok($name(Rc::new(SemLock::new($kind)?)))
            }

            #[inline]
            pub(crate) fn sem(&self) -> &Rc<SemLock> {
                &self.0
            }
        }

        sem_handle!($name);

        /// CPython's `repr`.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0.describe())
            }
        }
    };
}

lock_type!(
    /// A lock any process may release; released while free: `ValueError`.
    Lock,
    Kind::Plain
);
lock_type!(
    /// A lock its owner may take again; released by another: `AssertionError`.
    RLock,
    Kind::Recursive
);

/// A lock of either kind, for programs that choose at run time.
#[derive(Debug, Clone)]
pub enum AnyLock {
    Lock(Lock),
    RLock(RLock),
}

impl AnyLock {
    #[inline]
    pub(crate) fn sem(&self) -> &Rc<SemLock> {
        match self {
            AnyLock::Lock(lock) => lock.sem(),
            AnyLock::RLock(lock) => lock.sem(),
        }
    }

    /// Waits for the lock and takes it.
    #[track_caller]
    pub fn acquire(&self) -> bool {
        match self {
            AnyLock::Lock(lock) => lock.acquire(),
            AnyLock::RLock(lock) => lock.acquire(),
        }
    }

    /// Gives the lock up.
    #[track_caller]
    pub fn release(&self) -> Result<()> {
        match self {
            AnyLock::Lock(lock) => lock.release(),
            AnyLock::RLock(lock) => lock.release(),
        }
    }
}

impl std::fmt::Display for AnyLock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sem().describe())
    }
}
