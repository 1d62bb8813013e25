//! `Semaphore` and `BoundedSemaphore`: counters that processes take from and give to.
//!
//! Any process may release, so there is no owner; while traced, a witness keeps each effect and its
//! event together.

use std::panic::Location;
use std::rc::Rc;

use super::counter::{COUNT_BYTES, CountWord};
use super::wait_args;
use super::witness::{WITNESS_BYTES, Witness};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::tracer::{self, Call, Ended, Grant, NO_ARGS};
use crate::mp::{context, heap, wait};
use crate::trace::{OpName, Packet};

/// `SEM_VALUE_MAX` of Linux: what an unbounded semaphore is bounded by.
pub(crate) const SEM_VALUE_MAX: u32 = 2_147_483_647;

#[derive(Debug)]
pub(crate) struct Inner {
    id: String,
    count: CountWord,
    witness: Witness,
    most: u32,
}

impl Inner {
    fn new(
        class: &'static str,
        value: u32,
        most: u32,
        at: &'static Location<'static>,
    ) -> Result<Inner> {
        let block = heap::allocate(WITNESS_BYTES + COUNT_BYTES)?;
        let inner = Inner {
            id: context::object_id(class),
            witness: Witness::new(block.part(0, WITNESS_BYTES)),
            count: CountWord::new(block.part(WITNESS_BYTES, COUNT_BYTES), value),
            most,
        };
        tracer::created(&inner.id, class, at, &|packet| {
            packet.int("n", i64::from(value));
        });
        Ok(inner)
    }

    fn acquire(
        &self,
        blocking: bool,
        timeout: Option<f64>,
        at: &'static Location<'static>,
    ) -> bool {
        if !tracer::on() {
            return if blocking {
                self.count.take(wait::deadline(timeout))
            } else {
                self.count.try_take()
            };
        }
        let args = |packet: &mut Packet<'_>| wait_args(packet, blocking, timeout);
        let mut call = Call::begin(OpName::Acquire, Some(&self.id), at, &args);
        let taken = self.count.try_take()
            || (blocking && call.grant() != Grant::Expire && {
                call.waiting();
                self.count.take(wait::deadline(timeout))
            });
        if taken {
            self.witness
                .step(|ver| call.done(Some(ver), NO_ARGS, Ended::truth(true)));
        } else {
            call.done(None, NO_ARGS, Ended::truth(false));
        }
        taken
    }

    fn release(&self, at: &'static Location<'static>) -> Result<()> {
        let too_often = || {
            Exception::at(
                "ValueError",
                "semaphore or lock released too many times",
                at,
            )
        };
        if !tracer::on() {
            return if self.count.give(self.most) {
                Ok(())
            } else {
                Err(too_often())
            };
        }
        let call = Call::begin(OpName::Release, Some(&self.id), at, NO_ARGS);
        // The witness is held from the event to the effect: releases are the only thing that makes
        // the count grow, so what is checked here still holds when it is done.
        self.witness.enter();
        let fits = self.count.value() < self.most;
        if fits {
            call.done(Some(self.witness.next_ver()), NO_ARGS, Ended::Plain);
            self.count.give(self.most);
        }
        self.witness.leave();
        if fits {
            return Ok(());
        }
        let error = too_often();
        call.done(None, NO_ARGS, Ended::Raised(&error));
        Err(error)
    }
}

macro_rules! semaphore_type {
    ($(#[$doc:meta])* $name:ident, |$value:ident| $most:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(Rc<Inner>);

        impl $name {
            /// A semaphore that can be taken `value` times.
            ///
            /// # Errors
            /// `OSError` when the system has no memory to share; `ValueError` for a value above
            /// `SEM_VALUE_MAX` (2147483647).
            #[track_caller]
            pub fn new($value: u32) -> Result<$name> {
                if $value > SEM_VALUE_MAX {
                    return Err(Exception::value("semaphore value too large"));
                }
                Ok($name(Rc::new(Inner::new(stringify!($name), $value, $most, Location::caller())?)))
            }

            /// Gives the object the name it has in the program, for the screen.
            #[track_caller]
            pub fn named(self, name: &str) -> $name {
                tracer::named(&self.0.id, name, Location::caller());
                self
            }

            /// Waits until the count is above zero and takes one.
            #[track_caller]
            pub fn acquire(&self) -> bool {
                self.0.acquire(true, None, Location::caller())
            }

            /// `acquire(block=False)`.
            #[track_caller]
            pub fn try_acquire(&self) -> bool {
                self.0.acquire(false, None, Location::caller())
            }

            /// `acquire(timeout=seconds)`: false when the time is over.
            #[track_caller]
            pub fn acquire_timeout(&self, seconds: f64) -> bool {
                self.0.acquire(true, Some(seconds), Location::caller())
            }

            /// Gives one back.
            ///
            /// # Errors
            /// `ValueError` when there would be more than the bound.
            #[track_caller]
            pub fn release(&self) -> Result<()> {
                self.0.release(Location::caller())
            }

            /// How many can be taken now.
            pub fn get_value(&self) -> u32 {
                self.0.count.value()
            }
        }
    };
}

semaphore_type!(
    /// A counter without a bound of its own.
    Semaphore,
    |value| SEM_VALUE_MAX
);
semaphore_type!(
    /// A counter that never exceeds its first value.
    BoundedSemaphore,
    |value| value
);
