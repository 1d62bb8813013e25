//! `Core`: what `Queue` and `JoinableQueue` are made of.
//!
//! A ring for the messages, a counter of free places (CPython's bounded semaphore), and this
//! process's feeder. `put` waits for a place and for nothing else.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::feeder::Feeder;
use crate::mp::exceptions::{Exception, Result};
use crate::mp::ring::{Item, Popped, Ring, Taken};
use crate::mp::synchronize::{
    COUNT_BYTES, CountWord, SEM_VALUE_MAX, WITNESS_BYTES, Witness, wait_args,
};
use crate::mp::tracer::{self, Call, Ended, NO_ARGS};
use crate::mp::{codec, context, heap, repr, wait};
use crate::sys::mmap::Block;
use crate::trace::{OpName, Packet};

/// A buffer larger than this is not kept for the next message.
const LARGEST_SCRATCH: usize = 256 << 10;

/// How long an operation may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) blocking: bool,
    pub(super) timeout: Option<f64>,
}

impl Patience {
    pub(super) const FOREVER: Patience = Patience {
        blocking: true,
        timeout: None,
    };
    pub(super) const NONE: Patience = Patience {
        blocking: false,
        timeout: None,
    };

    pub(super) fn seconds(timeout: f64) -> Patience {
        Patience {
            blocking: true,
            timeout: Some(timeout),
        }
    }

    fn deadline(self) -> Option<i64> {
        if self.blocking {
            wait::deadline(self.timeout)
        } else {
            wait::NOW
        }
    }
}

#[derive(Debug)]
pub(super) struct Core<T> {
    id: String,
    class: &'static str,
    ring: Rc<Ring>,
    feeder: Rc<Feeder>,
    slots: CountWord,
    maxsize: u32,
    witness: Witness,
    /// Messages put and not declared done; of a `JoinableQueue` only.
    unfinished: Option<Block>,
    /// The process that closed its side; a forked child's side is open again.
    closed: Cell<u32>,
    scratch: RefCell<Vec<u8>>,
    values: PhantomData<fn(T) -> T>,
}

impl<T: Serialize + DeserializeOwned + 'static> Core<T> {
    pub(super) fn new(
        class: &'static str,
        maxsize: i64,
        at: &'static Location<'static>,
    ) -> Result<Core<T>> {
        let raised = |error| Exception {
            at: Exception::at("", "", at).at,
            ..error
        };
        let most = u32::try_from(maxsize).unwrap_or(SEM_VALUE_MAX);
        let most = if maxsize <= 0 {
            SEM_VALUE_MAX
        } else {
            most.min(SEM_VALUE_MAX)
        };
        let block = heap::allocate(WITNESS_BYTES + COUNT_BYTES + 4).map_err(raised)?;
        let id = context::object_id(class);
        let ring = Ring::new().map_err(raised)?;
        tracer::created(&id, class, at, &|packet| {
            if maxsize > 0 {
                packet.int("n", maxsize);
            }
        });
        Ok(Core {
            class,
            feeder: Feeder::new(&id, &ring, at),
            ring,
            witness: Witness::new(block.part(0, WITNESS_BYTES)),
            slots: CountWord::new(block.part(WITNESS_BYTES, COUNT_BYTES), most),
            unfinished: (class == "JoinableQueue")
                .then(|| block.part(WITNESS_BYTES + COUNT_BYTES, 4)),
            maxsize: most,
            id,
            closed: Cell::new(0),
            scratch: RefCell::new(Vec::new()),
            values: PhantomData,
        })
    }

    pub(super) fn named(&self, name: &str, at: &'static Location<'static>) {
        tracer::named(&self.id, name, at);
    }

    /// CPython's default `repr`: the class and an address.
    pub(super) fn describe(&self) -> String {
        let address = std::ptr::from_ref(self).cast::<()>();
        format!(
            "<multiprocessing.queues.{} object at {address:p}>",
            self.class
        )
    }

    fn check_open(&self, at: &'static Location<'static>) -> Result<()> {
        if self.closed.get() == context::pid() {
            let text = format!("Queue {} is closed", self.describe());
            return Err(Exception::at("ValueError", text, at));
        }
        Ok(())
    }

    #[inline]
    pub(super) fn put(
        &self,
        value: T,
        patience: Patience,
        at: &'static Location<'static>,
    ) -> Result<()> {
        if tracer::on() {
            return self.put_traced(value, patience, at);
        }
        self.check_open(at)?;
        wait::pump_all();
        if !self.slots.try_take() && !self.slots.take(patience.deadline()) {
            return Err(Exception::at("queue.Full", "", at));
        }
        let mut bytes = self.scratch.take();
        let encoded = codec::encode(value, &mut bytes);
        if encoded.is_ok() {
            self.count_unfinished();
            self.feeder.put(&mut bytes, None);
        } else {
            self.slots.give(SEM_VALUE_MAX);
        }
        self.keep(bytes);
        encoded.map_err(|error| raised_at(error, at))
    }

    fn put_traced(
        &self,
        value: T,
        patience: Patience,
        at: &'static Location<'static>,
    ) -> Result<()> {
        let text = repr::repr(&value);
        let args = |packet: &mut Packet<'_>| {
            packet.text("value", &text);
            wait_args(packet, patience.blocking, patience.timeout);
        };
        let mut call = Call::begin(OpName::Put, Some(&self.id), at, &args);
        let result = self.check_open(at).and_then(|()| {
            let mut bytes = Vec::new();
            codec::encode(value, &mut bytes).map_err(|error| raised_at(error, at))?;
            call.through(patience.blocking, patience.timeout, |deadline| {
                self.slots.take(deadline).then_some(())
            })
            .ok_or_else(|| Exception::at("queue.Full", "", at))?;
            Ok(bytes)
        });
        match result {
            Ok(mut bytes) => {
                let item = Item::next();
                let name = item.to_string();
                // Sent before anybody can get it; the witness makes the ring's order the log's,
                // as far as nobody's messages wait for room.
                self.witness.step(|ver| {
                    let more = |packet: &mut Packet<'_>| {
                        packet.text("item", &name);
                    };
                    call.done(Some(ver), &more, Ended::Plain);
                    self.count_unfinished();
                    self.feeder.put(&mut bytes, Some(item));
                });
                Ok(())
            }
            Err(error) => {
                call.done(None, NO_ARGS, Ended::Raised(&error));
                Err(error)
            }
        }
    }

    /// Keeps a buffer for the next message.
    #[inline]
    fn keep(&self, bytes: Vec<u8>) {
        if bytes.capacity() <= LARGEST_SCRATCH {
            self.scratch.replace(bytes);
        }
    }

    #[inline]
    pub(super) fn get(&self, patience: Patience, at: &'static Location<'static>) -> Result<T> {
        if tracer::on() {
            return self.get_traced(patience, at);
        }
        self.check_open(at)?;
        wait::pump_all();
        let mut bytes = self.scratch.take();
        if self.pop(&mut bytes, patience.deadline()).is_none() {
            self.keep(bytes);
            return Err(Exception::at("_queue.Empty", "", at));
        }
        self.slots.give(SEM_VALUE_MAX);
        let value = codec::decode(&mut bytes);
        self.keep(bytes);
        value.map_err(|error| raised_at(error, at))
    }

    #[inline]
    fn pop(&self, bytes: &mut Vec<u8>, deadline: Option<i64>) -> Option<Taken<'_>> {
        match self.ring.pop(bytes, deadline) {
            Popped::Message(taken) => Some(taken),
            Popped::Nothing | Popped::End => None,
        }
    }

    fn get_traced(&self, patience: Patience, at: &'static Location<'static>) -> Result<T> {
        let args = |packet: &mut Packet<'_>| {
            wait_args(packet, patience.blocking, patience.timeout);
        };
        let mut call = Call::begin(OpName::QueueGet, Some(&self.id), at, &args);
        let mut bytes = Vec::new();
        let taken = self.check_open(at).and_then(|()| {
            call.through(patience.blocking, patience.timeout, |deadline| {
                self.pop(&mut bytes, deadline)
            })
            .ok_or_else(|| Exception::at("_queue.Empty", "", at))
        });
        let taken = match taken {
            Ok(taken) => taken,
            Err(error) => {
                call.done(None, NO_ARGS, Ended::Raised(&error));
                return Err(error);
            }
        };
        let value: Result<T> = codec::decode(&mut bytes).map_err(|error| raised_at(error, at));
        let text = value.as_ref().map(repr::repr);
        let item = taken.item.map(|item| item.to_string());
        let more = |packet: &mut Packet<'_>| {
            if let Some(item) = &item {
                packet.text("item", item);
            }
        };
        let ended = match &text {
            Ok(text) => Ended::Value(text),
            Err(error) => Ended::Raised(error),
        };
        // Sent while no other reader takes anything and before the place is free again, so the log
        // has gets in the ring's order and never more messages than places.
        self.witness.step(|ver| call.done(Some(ver), &more, ended));
        drop(taken);
        self.slots.give(SEM_VALUE_MAX);
        value
    }

    /// An operation that only asks, or changes nothing between processes.
    pub(super) fn ask<R>(
        &self,
        op: OpName,
        at: &'static Location<'static>,
        question: impl FnOnce() -> R,
        answer: impl FnOnce(&R) -> Option<String>,
    ) -> R {
        if !tracer::on() {
            return question();
        }
        let call = Call::begin(op, Some(&self.id), at, NO_ARGS);
        let value = question();
        let text = answer(&value);
        call.done(
            None,
            NO_ARGS,
            text.as_deref().map_or(Ended::Plain, Ended::Value),
        );
        value
    }

    pub(super) fn qsize(&self) -> u32 {
        wait::pump_all();
        self.maxsize - self.slots.value().min(self.maxsize)
    }

    pub(super) fn is_empty(&self) -> bool {
        wait::pump_all();
        !self.ring.ready()
    }

    pub(super) fn is_full(&self) -> bool {
        wait::pump_all();
        self.slots.value() == 0
    }

    pub(super) fn close(&self) {
        self.closed.set(context::pid());
    }

    pub(super) fn cancel_join_thread(&self) {
        self.feeder.cancel();
    }

    pub(super) fn join_thread(&self, at: &'static Location<'static>) -> Result<()> {
        let refused = (self.closed.get() != context::pid()).then(|| {
            let text = format!("Queue {} not closed", self.describe());
            Exception::at("AssertionError", text, at)
        });
        if !tracer::on() {
            return refused.map_or_else(
                || {
                    self.feeder.drain(None);
                    Ok(())
                },
                Err,
            );
        }
        let mut call = Call::begin(OpName::JoinThread, Some(&self.id), at, NO_ARGS);
        if let Some(error) = refused {
            call.done(None, NO_ARGS, Ended::Raised(&error));
            return Err(error);
        }
        call.through(true, None, |deadline| {
            self.feeder.drain(deadline).then_some(())
        });
        call.done(None, NO_ARGS, Ended::Plain);
        Ok(())
    }

    /// Messages put and not yet declared done.
    fn unfinished(&self) -> Option<&AtomicU32> {
        self.unfinished.as_ref().map(|block| block.u32(0))
    }

    fn count_unfinished(&self) {
        if let Some(unfinished) = self.unfinished() {
            unfinished.fetch_add(1, Ordering::SeqCst);
        }
    }

    pub(super) fn task_done(&self, at: &'static Location<'static>) -> Result<()> {
        let Some(unfinished) = self.unfinished() else {
            return Ok(());
        };
        let too_often = || Exception::at("ValueError", "task_done() called too many times", at);
        let finish = || {
            let less = |count: u32| count.checked_sub(1);
            match unfinished.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less) {
                Ok(1) => {
                    crate::sys::futex::wake(unfinished, i32::MAX.cast_unsigned());
                    Ok(())
                }
                Ok(_) => Ok(()),
                Err(_) => Err(too_often()),
            }
        };
        if !tracer::on() {
            return finish();
        }
        let call = Call::begin(OpName::TaskDone, Some(&self.id), at, NO_ARGS);
        // Only this operation counts down, and it does so with the witness: what is looked at
        // before the event still holds after it.
        self.witness.enter();
        if unfinished.load(Ordering::SeqCst) > 0 {
            call.done(Some(self.witness.next_ver()), NO_ARGS, Ended::Plain);
        }
        let result = finish();
        self.witness.leave();
        if let Err(error) = &result {
            call.done(None, NO_ARGS, Ended::Raised(error));
        }
        result
    }

    /// Waits until every message has been declared done.
    pub(super) fn join(&self, at: &'static Location<'static>) {
        let Some(unfinished) = self.unfinished() else {
            return;
        };
        let done = |deadline| {
            wait::until(unfinished, deadline, || {
                match unfinished.load(Ordering::SeqCst) {
                    0 => wait::Look::Done(()),
                    count => wait::Look::Wait(count),
                }
            })
        };
        if !tracer::on() {
            done(None);
            return;
        }
        let mut call = Call::begin(OpName::QueueJoin, Some(&self.id), at, NO_ARGS);
        call.through(true, None, done);
        self.witness
            .step(|ver| call.done(Some(ver), NO_ARGS, Ended::Plain));
    }
}

/// The same exception, raised at the program's line.
pub(super) fn raised_at(error: Exception, at: &'static Location<'static>) -> Exception {
    Exception {
        at: Exception::at("", "", at).at,
        ..error
    }
}
