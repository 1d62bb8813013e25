//! `Semaphore` and `BoundedSemaphore`: counters that processes take from and give to.
//!
//! Any process may release, so there is no owner; a witness keeps each effect and its event
//! together.

use std::panic::Location;
use std::rc::Rc;

use super::counter::{COUNT_BYTES, CountWord};
use super::sem::{Sem, sem_handle};
use super::witness::{WITNESS_BYTES, Witness};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::tracer::{self, Call, Ended, NO_ARGS};
use crate::mp::{context, heap};
use crate::trace::OpName;

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
}

impl Sem for Inner {
    fn id(&self) -> &str {
        &self.id
    }

    fn try_take(&self) -> bool {
        self.count.try_take()
    }

    fn take(&self, deadline: Option<i64>) -> bool {
        self.count.take(deadline)
    }

    fn tell(&self, call: &Call<'_>, taken: bool) {
        if taken {
            self.witness.step(|ver| call.done(ver, Ended::Value(&true)));
        } else {
            call.done(None, Ended::Value(&false));
        }
    }

    fn release(&self, at: &'static Location<'static>) -> Result<()> {
        let call = Call::begin(OpName::Release, &self.id, at, NO_ARGS);
        // The witness is held from the event to the effect: releases are the only thing that makes
        // the count grow, so what is checked here still holds when it is done.
        self.witness.enter();
        let fits = self.count.value() < self.most;
        if fits {
            call.done(self.witness.next_ver(), Ended::Plain);
            self.count.add(self.most);
        }
        self.witness.leave();
        if fits {
            // Not before: the woken process takes the witness at once.
            self.count.wake();
            return Ok(());
        }
        let text = "semaphore or lock released too many times";
        Err(call.raised(Exception::at("ValueError", text, at)))
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

            /// How many can be taken now.
            pub fn get_value(&self) -> u32 {
                self.0.count.value()
            }
        }

        sem_handle!($name);
    };
}

semaphore_type!(
    /// A counter without a bound of its own; `release` beyond `SEM_VALUE_MAX`: `ValueError`.
    Semaphore,
    |value| SEM_VALUE_MAX
);
semaphore_type!(
    /// A counter that never exceeds its first value; `release` beyond that: `ValueError`.
    BoundedSemaphore,
    |value| value
);
