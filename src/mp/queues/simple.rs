//! `SimpleQueue`: only a pipe with locks. `put` waits until its message is in the pipe.

use std::cell::Cell;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::mp::exceptions::{Exception, Result};
use crate::mp::ring::{MessageId, Progress, Ring};
use crate::mp::synchronize::{WITNESS_BYTES, Witness};
use crate::mp::tracer::{self, Call, Ended, Fill, NO_ARGS};
use crate::mp::wait::{self, Timeout};
use crate::mp::{codec, context, heap};
use crate::trace::{OpName, Packet};

#[derive(Debug)]
struct Inner<T> {
    id: String,
    ring: Rc<Ring>,
    witness: Witness,
    closed: Cell<u32>,
    values: PhantomData<fn(T) -> T>,
}

/// A queue without a bound on its number of values, only on their bytes (64 KiB, a pipe's).
#[derive(Debug)]
pub struct SimpleQueue<T>(Rc<Inner<T>>);

impl<T> Clone for SimpleQueue<T> {
    fn clone(&self) -> SimpleQueue<T> {
        SimpleQueue(Rc::clone(&self.0))
    }
}

impl<T: Serialize + DeserializeOwned + 'static> SimpleQueue<T> {
    #[track_caller]
    pub fn new() -> Result<SimpleQueue<T>> {
        let inner = Inner {
            id: context::object_id("SimpleQueue"),
            ring: Ring::new()?,
            witness: Witness::new(heap::allocate(WITNESS_BYTES)?),
            closed: Cell::new(0),
            values: PhantomData,
        };
        tracer::created(&inner.id, "SimpleQueue", Location::caller(), NO_ARGS);
        Ok(SimpleQueue(Rc::new(inner)))
    }

    /// Gives the object its name in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> SimpleQueue<T> {
        tracer::named(&self.0.id, name, Location::caller());
        self
    }

    fn check_open(&self, at: &'static Location<'static>) -> Result<()> {
        if self.0.closed.get() == context::pid() {
            return Err(Exception::at("OSError", "handle is closed", at));
        }
        Ok(())
    }

    /// Puts a value in, waiting until it has its room.
    ///
    /// # Errors
    /// `OSError` after `close`; `PicklingError` for a value its type won't write.
    #[track_caller]
    pub fn put(&self, value: T) -> Result<()> {
        let at = Location::caller();
        let inner = &*self.0;
        let text = tracer::shown(&value);
        let args: Fill<'_> = &|packet| {
            packet.text("value", &text);
        };
        let mut call = Call::begin(OpName::Put, &inner.id, at, args);
        let ready = self
            .check_open(at)
            .and_then(|()| codec::encode(value).map_err(|error| error.raised_at(at)));
        let bytes = ready.map_err(|error| call.raised(error))?;
        let item = MessageId::next();
        let mut progress = Progress::default();
        let mut push = |hold, deadline| {
            let ring = &inner.ring;
            ring.push_waiting(&bytes, item, &mut progress, hold, deadline)
        };
        // All but the last piece is written first. The last piece makes the message visible, so its
        // event is sent before it.
        call.through(Timeout::Never, |deadline| {
            push(true, deadline).then_some(())
        });
        inner.witness.step(|ver| {
            call.done_with(ver, &|packet| item.fill(packet), Ended::Plain);
            push(false, None);
        });
        Ok(())
    }

    /// Takes the oldest value out, waiting while there is none.
    ///
    /// # Errors
    /// `OSError` after `close`; `UnpicklingError` for a value its type can't read back.
    #[track_caller]
    pub fn get(&self) -> Result<T> {
        let at = Location::caller();
        let inner = &*self.0;
        let mut bytes = Vec::new();
        let mut call = Call::begin(OpName::QueueGet, &inner.id, at, NO_ARGS);
        let taken = self.check_open(at).and_then(|()| {
            let pop = |deadline| inner.ring.pop(&mut bytes, deadline).message();
            call.through(Timeout::Never, pop)
                .ok_or_else(|| Exception::at("EOFError", "", at))
        });
        let taken = taken.map_err(|error| call.raised(error))?;
        let value = codec::decode(bytes).map_err(|error| error.raised_at(at));
        let item = |packet: &mut Packet<'_>| taken.item.fill(packet);
        inner.witness.step(|ver| call.done_with(ver, &item, &value));
        drop(taken);
        value
    }

    /// Whether nothing is there to get.
    #[track_caller]
    pub fn empty(&self) -> bool {
        wait::pump_all();
        let call = Call::begin(OpName::Empty, &self.0.id, Location::caller(), NO_ARGS);
        let empty = !self.0.ring.ready();
        call.done(None, Ended::Value(&empty));
        empty
    }

    /// This process will put and get no more.
    #[track_caller]
    pub fn close(&self) {
        let at = Location::caller();
        Call::begin(OpName::Close, &self.0.id, at, NO_ARGS).done(None, Ended::Plain);
        self.0.closed.set(context::pid());
    }
}
