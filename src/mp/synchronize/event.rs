//! `Event`: a flag that processes wait for.
//!
//! While traced, a witness keeps each change and its event together.

use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::witness::{WITNESS_BYTES, Witness};
use crate::mp::exceptions::Result;
use crate::mp::tracer::{self, Call, Ended, Fill, NO_ARGS};
use crate::mp::wait::{self, Poll, Timeout};
use crate::mp::{context, heap};
use crate::sys::futex;
use crate::sys::mmap::Block;
use crate::trace::OpName;

#[derive(Debug)]
struct Inner {
    id: String,
    witness: Witness,
    flag: Block,
}

/// A flag, false at first.
#[derive(Debug, Clone)]
pub struct Event(Rc<Inner>);

impl Event {
    #[track_caller]
    pub fn new() -> Result<Event> {
        let block = heap::allocate(WITNESS_BYTES + 4)?;
        let id = context::object_id("Event");
        tracer::created(&id, "Event", Location::caller(), NO_ARGS);
        let witness = Witness::new(block.part(0, WITNESS_BYTES));
        Ok(Event(Rc::new(Inner {
            id,
            witness,
            flag: block.part(WITNESS_BYTES, 4),
        })))
    }

    /// Gives the object its name in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> Event {
        tracer::named(&self.0.id, name, Location::caller());
        self
    }

    fn flag(&self) -> &AtomicU32 {
        self.0.flag.u32(0)
    }

    /// Makes the flag true and wakes all waiters.
    #[track_caller]
    pub fn set(&self) {
        self.change(OpName::SetFlag, 1, Location::caller());
        futex::wake(self.flag(), i32::MAX.cast_unsigned());
    }

    /// Makes the flag false.
    #[track_caller]
    pub fn clear(&self) {
        self.change(OpName::ClearFlag, 0, Location::caller());
    }

    fn change(&self, op: OpName, value: u32, at: &'static Location<'static>) {
        let call = Call::begin(op, &self.0.id, at, NO_ARGS);
        self.0.witness.step(|ver| {
            call.done(ver, Ended::Plain);
            self.flag().store(value, Ordering::SeqCst);
        });
    }

    #[track_caller]
    pub fn is_set(&self) -> bool {
        let call = Call::begin(OpName::IsSet, &self.0.id, Location::caller(), NO_ARGS);
        self.0.witness.step(|ver| {
            let set = self.flag().load(Ordering::SeqCst) != 0;
            call.done(ver, Ended::Value(&set));
            set
        })
    }

    /// Waits until the flag is true.
    #[track_caller]
    pub fn wait(&self) -> bool {
        self.wait_until(Timeout::Never, Location::caller())
    }

    /// `wait(timeout=seconds)`: whether the flag became true in time.
    #[track_caller]
    pub fn wait_timeout(&self, seconds: f64) -> bool {
        self.wait_until(Timeout::After(seconds), Location::caller())
    }

    fn poll(&self) -> Poll<()> {
        if self.flag().load(Ordering::SeqCst) != 0 {
            Poll::Ready(())
        } else {
            Poll::Wait(0)
        }
    }

    fn wait_until(&self, timeout: Timeout, at: &'static Location<'static>) -> bool {
        let args: Fill<'_> = &|packet| timeout.fill(packet);
        let mut call = Call::begin(OpName::Wait, &self.0.id, at, args);
        let set = call
            .through(timeout, |deadline| {
                wait::until(self.flag(), deadline, || self.poll())
            })
            .is_some();
        // No number: the flag may have changed again since it was seen, which is no contradiction.
        call.done(None, Ended::Value(&set));
        set
    }
}
