//! `Barrier`: a fixed number of processes wait for each other.
//!
//! Built as CPython's threading.Barrier is, on a condition whose state is in shared memory: filling,
//! draining, resetting, broken.

use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use super::word::{LOCK_BYTES, LockWord};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::tracer::{self, Call, Ended, Fill, Grant, NO_ARGS};
use crate::mp::wait::{self, Poll, Timeout};
use crate::mp::{context, heap};
use crate::sys::futex;
use crate::sys::mmap::Block;
use crate::trace::OpName;

/// Processes waiting now.
const COUNT: usize = LOCK_BYTES;
/// Counted up at each opening, breaking and reset: the word waiters sleep on.
const TURN: usize = LOCK_BYTES + 4;
/// 1 when broken.
const BROKEN: usize = LOCK_BYTES + 8;
/// How the last turn ended: 0 opened, 1 broken.
const ENDED: usize = LOCK_BYTES + 12;

#[derive(Debug)]
struct Inner {
    id: String,
    lock: LockWord,
    state: Block,
    parties: u32,
}

/// A barrier for `parties` processes.
#[derive(Debug, Clone)]
pub struct Barrier(Rc<Inner>);

impl Barrier {
    /// # Errors
    /// `ValueError` for no parties; `OSError` when the system has no memory to share.
    #[track_caller]
    pub fn new(parties: u32) -> Result<Barrier> {
        if parties == 0 {
            return Err(Exception::value("parties must be >= 1"));
        }
        let state = heap::allocate(LOCK_BYTES + 16)?;
        let id = context::object_id("Barrier");
        tracer::created(&id, "Barrier", Location::caller(), &|packet| {
            packet.int("n", i64::from(parties));
        });
        Ok(Barrier(Rc::new(Inner {
            id,
            lock: LockWord::new(state.part(0, LOCK_BYTES)),
            state,
            parties,
        })))
    }

    /// Gives the object its name in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> Barrier {
        tracer::named(&self.0.id, name, Location::caller());
        self
    }

    /// Waits for the others. Each of them gets one of the values from 0 to parties − 1.
    ///
    /// # Errors
    /// `threading.BrokenBarrierError` when it is or gets broken.
    #[track_caller]
    pub fn wait(&self) -> Result<u32> {
        self.meet(Timeout::Never, Location::caller())
    }

    /// `wait(timeout=seconds)`: a barrier that is waited for too long breaks for all.
    #[track_caller]
    pub fn wait_timeout(&self, seconds: f64) -> Result<u32> {
        self.meet(Timeout::After(seconds), Location::caller())
    }

    fn meet(&self, timeout: Timeout, at: &'static Location<'static>) -> Result<u32> {
        let inner = &*self.0;
        let args: Fill<'_> = &|packet| timeout.fill(packet);
        let wake: Fill<'_> = &|packet| super::wake_args(packet, timeout);
        let mut call = Call::begin(OpName::Wait, &inner.id, at, args);
        let broken = || Exception::at("threading.BrokenBarrierError", "", at);
        inner.enter();
        if self.broken() {
            inner.lock.give();
            return Err(call.raised(broken()));
        }
        let place = inner.state.u32(COUNT).fetch_add(1, Ordering::SeqCst);
        let turn = inner.state.u32(TURN).load(Ordering::SeqCst);
        if place + 1 == inner.parties {
            // The event of the last one is sent before the others are woken.
            call.done(inner.lock.next_ver(), Ended::Value(&place));
            inner.open(0);
            inner.lock.give();
            return Ok(place);
        }
        if call.grant() == Grant::Open {
            // Sent while the barrier's lock is held, so the log has all waiters before it opens.
            call.waiting();
            inner.lock.give();
        } else {
            call.done_with(None, super::BEGIN, Ended::Plain);
            inner.lock.give();
            call = Call::begin(OpName::Wait, &inner.id, at, wake);
        }
        let ended = call.through(timeout, |deadline| inner.sleep(turn, deadline));
        if ended.is_none() {
            inner.time_out(turn);
        }
        let opened = ended.is_some() && inner.state.u32(ENDED).load(Ordering::SeqCst) == 0;
        let result = if opened { Ok(place) } else { Err(broken()) };
        call.done(None, &result);
        result
    }

    /// Breaks the barrier: present and future waiters get `BrokenBarrierError`.
    #[track_caller]
    pub fn abort(&self) {
        self.change(OpName::Abort, 1, Location::caller());
    }

    /// Resets the barrier; present waiters get `BrokenBarrierError`.
    #[track_caller]
    pub fn reset(&self) {
        self.change(OpName::Reset, 0, Location::caller());
    }

    fn change(&self, op: OpName, broken: u32, at: &'static Location<'static>) {
        let inner = &*self.0;
        let call = Call::begin(op, &inner.id, at, NO_ARGS);
        inner.enter();
        call.done(inner.lock.next_ver(), Ended::Plain);
        inner.state.u32(BROKEN).store(broken, Ordering::SeqCst);
        inner.open(1);
        inner.lock.give();
    }

    pub fn broken(&self) -> bool {
        self.0.state.u32(BROKEN).load(Ordering::SeqCst) != 0
    }

    pub fn parties(&self) -> u32 {
        self.0.parties
    }
}

impl Inner {
    fn enter(&self) {
        let me = context::pid();
        if !self.lock.try_take(me) {
            wait::until(self.lock.state(), None, || self.lock.poll(me));
        }
    }

    /// Ends the turn and wakes all waiters; called with the lock held.
    fn open(&self, ended: u32) {
        self.state.u32(ENDED).store(ended, Ordering::SeqCst);
        self.state.u32(COUNT).store(0, Ordering::SeqCst);
        self.state.u32(TURN).fetch_add(1, Ordering::SeqCst);
        futex::wake(self.state.u32(TURN), i32::MAX.cast_unsigned());
    }

    /// Sleeps until the turn ends; `None` at the deadline.
    fn sleep(&self, turn: u32, deadline: Option<i64>) -> Option<()> {
        let word = self.state.u32(TURN);
        wait::until(word, deadline, || match word.load(Ordering::SeqCst) {
            now if now == turn => Poll::Wait(turn),
            _ => Poll::Ready(()),
        })
    }

    /// A wait that timed out breaks the barrier, unless the turn has ended by now.
    fn time_out(&self, turn: u32) {
        self.enter();
        if self.state.u32(TURN).load(Ordering::SeqCst) == turn {
            self.state.u32(BROKEN).store(1, Ordering::SeqCst);
            self.open(1);
        }
        self.lock.give();
    }
}
