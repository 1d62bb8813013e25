//! `Condition`: waiting under a lock for a notification.
//!
//! CPython's scheme: sleepers are counted, `notify` releases a semaphore, a woken process counts
//! itself, and the next `notify` accounts for waits that timed out in between.

use std::panic::Location;
use std::rc::Rc;

use super::counter::{COUNT_BYTES, CountWord};
use super::semaphore::SEM_VALUE_MAX;
use super::{RLock, Sem as _, SemLock};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::tracer::{self, Call, Ended, Fill, Grant};
use crate::mp::wait::Timeout;
use crate::mp::{context, heap};
use crate::trace::OpName;

#[derive(Debug)]
struct Inner {
    id: String,
    lock: Rc<SemLock>,
    sleeping: CountWord,
    woken: CountWord,
    wake: CountWord,
}

/// A condition with its lock, an `RLock` unless one is given.
#[derive(Debug, Clone)]
pub struct Condition(Rc<Inner>);

impl Condition {
    #[track_caller]
    pub fn new() -> Result<Condition> {
        Condition::with_sem(Rc::clone(RLock::new()?.sem()), Location::caller())
    }

    /// `Condition(lock)`.
    #[track_caller]
    pub fn with_lock(lock: &super::Lock) -> Result<Condition> {
        Condition::with_sem(Rc::clone(lock.sem()), Location::caller())
    }

    fn with_sem(lock: Rc<SemLock>, at: &'static Location<'static>) -> Result<Condition> {
        let block = heap::allocate(3 * COUNT_BYTES)?;
        let count = |i: usize| CountWord::new(block.part(i * COUNT_BYTES, COUNT_BYTES), 0);
        let id = context::object_id("Condition");
        tracer::created(&id, "Condition", at, &|packet| {
            packet.text("of", lock.id());
        });
        Ok(Condition(Rc::new(Inner {
            id,
            lock,
            sleeping: count(0),
            woken: count(1),
            wake: count(2),
        })))
    }

    /// Gives the object its name in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> Condition {
        tracer::named(&self.0.id, name, Location::caller());
        self
    }

    #[track_caller]
    pub fn acquire(&self) -> bool {
        self.0.lock.acquire(Timeout::Never, Location::caller())
    }

    #[track_caller]
    pub fn release(&self) -> Result<()> {
        self.0.lock.release(Location::caller())
    }

    /// Gives the lock up, sleeps until notified, takes the lock back.
    ///
    /// # Errors
    /// `AssertionError` when this process does not hold the lock.
    #[track_caller]
    pub fn wait(&self) -> Result<bool> {
        self.wait_until(Timeout::Never, Location::caller())
    }

    /// `wait(timeout=seconds)`: false when nobody notified in time.
    #[track_caller]
    pub fn wait_timeout(&self, seconds: f64) -> Result<bool> {
        self.wait_until(Timeout::After(seconds), Location::caller())
    }

    /// Waits until `predicate` holds; its last value.
    ///
    /// # Errors
    /// As `wait`, and what the predicate raises.
    #[track_caller]
    pub fn wait_for(&self, mut predicate: impl FnMut() -> Result<bool>) -> Result<bool> {
        let at = Location::caller();
        while !predicate()? {
            self.wait_until(Timeout::Never, at)?;
        }
        Ok(true)
    }

    fn wait_until(&self, timeout: Timeout, at: &'static Location<'static>) -> Result<bool> {
        let inner = &*self.0;
        let args: Fill<'_> = &|packet| timeout.fill(packet);
        let wake: Fill<'_> = &|packet| super::wake_args(packet, timeout);
        let mut call = Call::begin(OpName::Wait, &inner.id, at, args);
        inner.sleeping.give(SEM_VALUE_MAX);
        let Some(depth) = inner.lock.release_save(at) else {
            inner.sleeping.try_take();
            let text = "must acquire() condition before using wait()";
            return Err(call.raised(Exception::at("AssertionError", text, at)));
        };
        // Under the gate the wake is a step of its own, granted after a notification.
        if call.grant() != Grant::Open {
            call.done_with(None, super::BEGIN, Ended::Plain);
            call = Call::begin(OpName::Wait, &inner.id, at, wake);
        }
        let woken = call
            .through(timeout, |deadline| inner.wake.take(deadline).then_some(()))
            .is_some();
        // Under the gate the notifier does not wait for the woken, so only a timeout is settled later.
        if !woken || call.grant() == Grant::Open {
            inner.woken.give(SEM_VALUE_MAX);
        }
        inner.lock.acquire_restore(depth, at);
        call.done(None, Ended::Value(&woken));
        Ok(woken)
    }

    /// Wakes up to `count` sleepers.
    ///
    /// # Errors
    /// `AssertionError` when this process does not hold the lock.
    #[track_caller]
    pub fn notify(&self, count: u32) -> Result<()> {
        self.wake(OpName::Notify, count, Location::caller())
    }

    /// Wakes all sleepers.
    #[track_caller]
    pub fn notify_all(&self) -> Result<()> {
        self.wake(OpName::NotifyAll, SEM_VALUE_MAX, Location::caller())
    }

    fn wake(&self, op: OpName, count: u32, at: &'static Location<'static>) -> Result<()> {
        let inner = &*self.0;
        let args: Fill<'_> = &|packet| {
            if op == OpName::Notify {
                packet.int("n", i64::from(count));
            }
        };
        let call = Call::begin(op, &inner.id, at, args);
        let mine = inner.lock.is_mine();
        let error = (!mine).then(|| Exception::at("AssertionError", "lock is not owned", at));
        let open = call.grant() == Grant::Open;
        // The lock is held, so no process can wake before this is sent.
        call.done(None, error.as_ref());
        if let Some(error) = error {
            return Err(error);
        }
        // A wait that timed out counted itself as woken without a notification; it sleeps no more.
        while open && inner.wake.try_take() {}
        while inner.woken.try_take() {
            inner.sleeping.try_take();
        }
        let mut given = 0;
        while given < count && inner.sleeping.try_take() {
            inner.wake.give(SEM_VALUE_MAX);
            given += 1;
        }
        if open {
            for _ in 0..given {
                inner.woken.take(None);
            }
            while given > 0 && inner.wake.try_take() {}
        }
        Ok(())
    }
}
