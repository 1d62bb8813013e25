//! `Core`: what `Queue` and `JoinableQueue` are made of.
//!
//! A ring for the messages, a counter of free places (CPython's bounded semaphore), and this
//! process's feeder. `put` waits for a place and for nothing else.

use std::cell::Cell;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::feeder::Feeder;
use crate::mp::exceptions::{Exception, Result};
use crate::mp::ring::{MessageId, Ring};
use crate::mp::synchronize::{COUNT_BYTES, CountWord, SEM_VALUE_MAX, WITNESS_BYTES, Witness};
use crate::mp::tracer::{self, Call, Ended, Fill, NO_ARGS};
use crate::mp::wait::{self, Poll, Timeout};
use crate::mp::{codec, context, heap};
use crate::sys::futex;
use crate::sys::mmap::Block;
use crate::trace::OpName;

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
    values: PhantomData<fn(T) -> T>,
}

impl<T: Serialize + DeserializeOwned + 'static> Core<T> {
    pub(super) fn new(
        class: &'static str,
        maxsize: i64,
        at: &'static Location<'static>,
    ) -> Result<Core<T>> {
        let raised = |error: Exception| error.raised_at(at);
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

    pub(super) fn put(
        &self,
        value: T,
        timeout: Timeout,
        at: &'static Location<'static>,
    ) -> Result<()> {
        let text = tracer::shown(&value);
        let args: Fill<'_> = &|packet| {
            packet.text("value", &text);
            timeout.fill(packet);
        };
        let mut call = Call::begin(OpName::Put, &self.id, at, args);
        let ready = self.check_open(at).and_then(|()| {
            let bytes = codec::encode(value).map_err(|error| error.raised_at(at))?;
            call.through(timeout, |deadline| self.slots.take(deadline).then_some(()))
                .ok_or_else(|| Exception::at("queue.Full", "", at))?;
            Ok(bytes)
        });
        let bytes = ready.map_err(|error| call.raised(error))?;
        let item = MessageId::next();
        // Sent before any process can get the message. The witness gives the log the ring's order,
        // except for messages that wait for room.
        self.witness.step(|ver| {
            call.done_with(ver, &|packet| item.fill(packet), Ended::Plain);
            self.count_unfinished();
            self.feeder.put(bytes, item);
        });
        Ok(())
    }

    pub(super) fn get(&self, timeout: Timeout, at: &'static Location<'static>) -> Result<T> {
        let args: Fill<'_> = &|packet| timeout.fill(packet);
        let mut call = Call::begin(OpName::QueueGet, &self.id, at, args);
        let mut bytes = Vec::new();
        let taken = self.check_open(at).and_then(|()| {
            call.through(timeout, |deadline| {
                self.ring.pop(&mut bytes, deadline).message()
            })
            .ok_or_else(|| Exception::at("_queue.Empty", "", at))
        });
        let taken = taken.map_err(|error| call.raised(error))?;
        let value = codec::decode(bytes).map_err(|error| error.raised_at(at));
        // Sent while no other reader can take a message and before the place is free again, so the
        // log has gets in the ring's order and never more messages than places.
        self.witness
            .step(|ver| call.done_with(ver, &|packet| taken.item.fill(packet), &value));
        drop(taken);
        self.slots.give(SEM_VALUE_MAX);
        value
    }

    /// An operation that only asks.
    pub(super) fn ask<R: Serialize>(
        &self,
        op: OpName,
        at: &'static Location<'static>,
        question: impl FnOnce() -> R,
    ) -> R {
        let call = Call::begin(op, &self.id, at, NO_ARGS);
        wait::pump_all();
        let value = question();
        call.done(None, Ended::Value(&value));
        value
    }

    pub(super) fn qsize(&self) -> u32 {
        self.maxsize - self.slots.value().min(self.maxsize)
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.ring.ready()
    }

    pub(super) fn is_full(&self) -> bool {
        self.slots.value() == 0
    }

    pub(super) fn close(&self, at: &'static Location<'static>) {
        Call::begin(OpName::Close, &self.id, at, NO_ARGS).done(None, Ended::Plain);
        self.closed.set(context::pid());
    }

    pub(super) fn cancel_join_thread(&self, at: &'static Location<'static>) {
        Call::begin(OpName::CancelJoinThread, &self.id, at, NO_ARGS).done(None, Ended::Plain);
        self.feeder.cancel();
    }

    pub(super) fn join_thread(&self, at: &'static Location<'static>) -> Result<()> {
        let mut call = Call::begin(OpName::JoinThread, &self.id, at, NO_ARGS);
        if self.closed.get() != context::pid() {
            let text = format!("Queue {} not closed", self.describe());
            return Err(call.raised(Exception::at("AssertionError", text, at)));
        }
        call.through(Timeout::Never, |deadline| {
            self.feeder.drain(deadline).then_some(())
        });
        call.done(None, Ended::Plain);
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
        let call = Call::begin(OpName::TaskDone, &self.id, at, NO_ARGS);
        // Only this operation counts down, and it holds the witness while it does: what it reads
        // before the event is still true after it.
        self.witness.enter();
        let left = unfinished.load(Ordering::SeqCst);
        if left > 0 {
            call.done(self.witness.next_ver(), Ended::Plain);
            if unfinished.fetch_sub(1, Ordering::SeqCst) == 1 {
                futex::wake(unfinished, i32::MAX.cast_unsigned());
            }
        }
        self.witness.leave();
        if left > 0 {
            return Ok(());
        }
        Err(call.raised(Exception::at(
            "ValueError",
            "task_done() called too many times",
            at,
        )))
    }

    /// Waits until every message has been declared done.
    pub(super) fn join(&self, at: &'static Location<'static>) {
        let Some(unfinished) = self.unfinished() else {
            return;
        };
        let mut call = Call::begin(OpName::QueueJoin, &self.id, at, NO_ARGS);
        call.through(Timeout::Never, |deadline| {
            wait::until(unfinished, deadline, || {
                match unfinished.load(Ordering::SeqCst) {
                    0 => Poll::Ready(()),
                    count => Poll::Wait(count),
                }
            })
        });
        self.witness.step(|ver| call.done(ver, Ended::Plain));
    }
}
