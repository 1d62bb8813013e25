//! `SimpleQueue`: a pipe with locks and nothing more; `put` waits until its message is in.

use std::cell::Cell;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::core::raised_at;
use crate::mp::exceptions::{Exception, Result};
use crate::mp::ring::{Item, Popped, Progress, Ring, Taken};
use crate::mp::synchronize::{WITNESS_BYTES, Witness};
use crate::mp::tracer::{self, Call, Ended, NO_ARGS};
use crate::mp::{codec, context, heap, repr, wait};
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
    /// # Errors
    /// `OSError` when the system has no memory to share.
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

    /// Gives the object the name it has in the program, for the screen.
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
        let (inner, mut bytes, mut progress) = (&*self.0, Vec::new(), Progress::default());
        if !tracer::on() {
            self.check_open(at)?;
            codec::encode(value, &mut bytes).map_err(|error| raised_at(error, at))?;
            inner
                .ring
                .push_waiting(&bytes, None, &mut progress, false, None);
            return Ok(());
        }
        let text = repr::repr(&value);
        let args = |packet: &mut Packet<'_>| {
            packet.text("value", &text);
        };
        let mut call = Call::begin(OpName::Put, Some(&inner.id), at, &args);
        let ready = self
            .check_open(at)
            .and_then(|()| codec::encode(value, &mut bytes).map_err(|error| raised_at(error, at)));
        if let Err(error) = ready {
            call.done(None, NO_ARGS, Ended::Raised(&error));
            return Err(error);
        }
        let item = Item::next();
        let name = item.to_string();
        let more = |packet: &mut Packet<'_>| {
            packet.text("item", &name);
        };
        // All but the last piece is written first: that one makes it visible, and its event comes
        // before it.
        call.through(true, None, |deadline| {
            inner
                .ring
                .push_waiting(&bytes, Some(item), &mut progress, true, deadline)
                .then_some(())
        });
        inner.witness.step(|ver| {
            call.done(Some(ver), &more, Ended::Plain);
            inner
                .ring
                .push_waiting(&bytes, Some(item), &mut progress, false, None);
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
        let mut bytes = Vec::new();
        if !tracer::on() {
            self.check_open(at)?;
            self.pop(&mut bytes, None);
            return codec::decode(&mut bytes).map_err(|error| raised_at(error, at));
        }
        let mut call = Call::begin(OpName::QueueGet, Some(&self.0.id), at, NO_ARGS);
        if let Err(error) = self.check_open(at) {
            call.done(None, NO_ARGS, Ended::Raised(&error));
            return Err(error);
        }
        let taken = call.through(true, None, |deadline| self.pop(&mut bytes, deadline));
        let value: Result<T> = codec::decode(&mut bytes).map_err(|error| raised_at(error, at));
        let item = taken
            .as_ref()
            .and_then(|taken| taken.item)
            .map(|item| item.to_string());
        let more = |packet: &mut Packet<'_>| {
            if let Some(item) = &item {
                packet.text("item", item);
            }
        };
        let text = value.as_ref().map(repr::repr);
        let ended = match &text {
            Ok(text) => Ended::Value(text),
            Err(error) => Ended::Raised(error),
        };
        self.0
            .witness
            .step(|ver| call.done(Some(ver), &more, ended));
        drop(taken);
        value
    }

    fn pop(&self, bytes: &mut Vec<u8>, deadline: Option<i64>) -> Option<Taken<'_>> {
        match self.0.ring.pop(bytes, deadline) {
            Popped::Message(taken) => Some(taken),
            Popped::Nothing | Popped::End => None,
        }
    }

    /// Whether nothing is there to get.
    #[track_caller]
    pub fn empty(&self) -> bool {
        wait::pump_all();
        let empty = !self.0.ring.ready();
        if tracer::on() {
            Call::begin(OpName::Empty, Some(&self.0.id), Location::caller(), NO_ARGS).done(
                None,
                NO_ARGS,
                Ended::truth(empty),
            );
        }
        empty
    }

    /// This process will put and get no more.
    #[track_caller]
    pub fn close(&self) {
        if tracer::on() {
            Call::begin(OpName::Close, Some(&self.0.id), Location::caller(), NO_ARGS).done(
                None,
                NO_ARGS,
                Ended::Plain,
            );
        }
        self.0.closed.set(context::pid());
    }
}
