//! `pipe` and `Connection` (CPython: connection.py): two ends, a frame a message.
//!
//! A pair of stream sockets, as CPython's duplex pipe is: the end of one is seen when the last
//! process that has it open has closed it or ended, and forks inherit both. A frame is its length,
//! where traced the message's identity, and the message. Two processes that use one end at a time
//! mix their frames, here as there.

mod frame;

use std::cell::RefCell;
use std::marker::PhantomData;
use std::os::fd::{AsFd as _, OwnedFd};
use std::panic::Location;
use std::rc::Rc;

use nix::poll::PollFlags;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::frame::{Incoming, Outgoing};
use super::exceptions::{Exception, Result};
use super::ring::Item;
use super::synchronize::{WITNESS_BYTES, Witness, wait_args};
use super::tracer::{self, Call, Ended, NO_ARGS};
use super::{codec, context, heap, repr, wait};
use crate::trace::{OpName, Packet};

#[derive(Debug)]
struct Inner {
    id: String,
    at: &'static Location<'static>,
    /// None once this process has closed its copy.
    fd: RefCell<Option<Rc<OwnedFd>>>,
    readable: bool,
    writable: bool,
    witness: Witness,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.fd.get_mut().is_some() && tracer::on() {
            let call = tracer::unasked(OpName::Close, &self.id, Some(self.at), NO_ARGS);
            self.witness
                .step(|ver| call.done(Some(ver), NO_ARGS, Ended::Plain));
        }
    }
}

/// One end of a pipe: sends values of type `S`, receives values of type `R`.
#[derive(Debug)]
pub struct Connection<S, R> {
    inner: Rc<Inner>,
    values: PhantomData<fn(S) -> R>,
}

impl<S, R> Clone for Connection<S, R> {
    fn clone(&self) -> Connection<S, R> {
        Connection {
            inner: Rc::clone(&self.inner),
            values: PhantomData,
        }
    }
}

/// CPython's `Pipe(duplex)`: two ends. Without `duplex` the first only receives and the second only
/// sends.
///
/// # Errors
/// `OSError` at a limit of descriptors or memory.
#[track_caller]
pub fn pipe<A, B>(duplex: bool) -> Result<(Connection<A, B>, Connection<B, A>)> {
    let at = Location::caller();
    let raised = |error: nix::errno::Errno| raised_at(Exception::os(&error.into()), at);
    let (family, kind) = (AddressFamily::Unix, SockType::Stream);
    let (first, second) = socketpair(family, kind, None, SockFlag::SOCK_CLOEXEC).map_err(raised)?;
    let block = heap::allocate(2 * WITNESS_BYTES).map_err(|error| raised_at(error, at))?;
    let ids = [(); 2].map(|()| context::object_id("Connection"));
    for (id, other) in [(0, 1), (1, 0)] {
        tracer::created(&ids[id], "Connection", at, &|packet| {
            packet.text("of", &ids[other]);
        });
    }
    let [first_id, second_id] = ids;
    let end = |id: String, fd: OwnedFd, place: usize, readable: bool, writable: bool| {
        Rc::new(Inner {
            id,
            at,
            fd: RefCell::new(Some(Rc::new(fd))),
            readable,
            writable,
            witness: Witness::new(block.part(place * WITNESS_BYTES, WITNESS_BYTES)),
        })
    };
    Ok((
        Connection {
            inner: end(first_id, first, 0, true, duplex),
            values: PhantomData,
        },
        Connection {
            inner: end(second_id, second, 1, duplex, true),
            values: PhantomData,
        },
    ))
}

impl<S, R> Connection<S, R>
where
    S: Serialize + DeserializeOwned + 'static,
    R: Serialize + DeserializeOwned + 'static,
{
    /// Gives the object the name it has in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> Connection<S, R> {
        tracer::named(&self.inner.id, name, Location::caller());
        self
    }

    fn open(&self, at: &'static Location<'static>) -> Result<Rc<OwnedFd>> {
        let fd = self.inner.fd.borrow().clone();
        fd.ok_or_else(|| Exception::at("OSError", "handle is closed", at))
    }

    /// The descriptor, if this end sends.
    fn sending(&self, at: &'static Location<'static>) -> Result<Rc<OwnedFd>> {
        let fd = self.open(at)?;
        if self.inner.writable {
            return Ok(fd);
        }
        Err(Exception::at("OSError", "connection is read-only", at))
    }

    /// The descriptor, if this end receives.
    fn receiving(&self, at: &'static Location<'static>) -> Result<Rc<OwnedFd>> {
        let fd = self.open(at)?;
        if self.inner.readable {
            return Ok(fd);
        }
        Err(Exception::at("OSError", "connection is write-only", at))
    }

    /// Sends a value; waits while the other side has left no room.
    ///
    /// # Errors
    /// `BrokenPipeError` when nobody has the other end; `OSError` for a closed or read-only one;
    /// `PicklingError` for a value its type won't write.
    #[track_caller]
    pub fn send(&self, value: S) -> Result<()> {
        let at = Location::caller();
        let mut bytes = Vec::new();
        if !tracer::on() {
            let fd = self.sending(at)?;
            codec::encode(value, &mut bytes).map_err(|error| raised_at(error, at))?;
            let mut frame = Outgoing::new(bytes, None);
            frame
                .send(fd.as_fd(), false, None)
                .unwrap_or(Ok(()))
                .map_err(|error| raised_at(error, at))?;
            return Ok(());
        }
        let text = repr::repr(&value);
        let args = |packet: &mut Packet<'_>| {
            packet.text("value", &text);
        };
        let mut call = Call::begin(OpName::Send, Some(&self.inner.id), at, &args);
        let result = self.send_traced(value, &mut call, at);
        if let Err(error) = &result {
            call.done(None, NO_ARGS, Ended::Raised(error));
        }
        result
    }

    fn send_traced(
        &self,
        value: S,
        call: &mut Call<'_>,
        at: &'static Location<'static>,
    ) -> Result<()> {
        let fd = self.sending(at)?;
        let mut bytes = Vec::new();
        codec::encode(value, &mut bytes).map_err(|error| raised_at(error, at))?;
        let item = Item::next();
        let name = item.to_string();
        let more = |packet: &mut Packet<'_>| {
            packet.text("item", &name);
        };
        let mut frame = Outgoing::new(bytes, Some(item));
        // The end of the frame makes it visible; it is sent when there is room for it, after its
        // event.
        call.through(true, None, |deadline| {
            frame.send(fd.as_fd(), true, deadline)
        })
        .unwrap_or(Ok(()))
        .map_err(|error| raised_at(error, at))?;
        self.inner.witness.step(|ver| {
            call.done(Some(ver), &more, Ended::Plain);
            // Whoever has closed the other end in this moment closes it before he reads.
            let _ = frame.send(fd.as_fd(), false, None);
        });
        Ok(())
    }

    /// Receives a value; waits until there is one.
    ///
    /// # Errors
    /// `EOFError` when nothing is left and nobody has the other end; `OSError` for a closed or
    /// write-only one; `UnpicklingError` for a value its type can't read back.
    #[track_caller]
    pub fn recv(&self) -> Result<R> {
        let at = Location::caller();
        let mut frame = Incoming::default();
        if !tracer::on() {
            let fd = self.receiving(at)?;
            frame
                .receive(fd.as_fd(), None)
                .unwrap_or(Ok(()))
                .map_err(|error| raised_at(error, at))?;
            return codec::decode(&mut frame.bytes).map_err(|error| raised_at(error, at));
        }
        let mut call = Call::begin(OpName::Recv, Some(&self.inner.id), at, NO_ARGS);
        let received = self.receiving(at).and_then(|fd| {
            call.through(true, None, |deadline| frame.receive(fd.as_fd(), deadline))
                .unwrap_or(Ok(()))
                .map_err(|error| raised_at(error, at))
        });
        if let Err(error) = received {
            call.done(None, NO_ARGS, Ended::Raised(&error));
            return Err(error);
        }
        let value: Result<R> =
            codec::decode(&mut frame.bytes).map_err(|error| raised_at(error, at));
        let item = frame.item.map(|item| item.to_string());
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
        self.inner
            .witness
            .step(|ver| call.done(Some(ver), &more, ended));
        value
    }

    /// `poll()`: whether `recv` would return at once, be it with `EOFError`.
    ///
    /// # Errors
    /// `OSError` for a closed or write-only end.
    #[track_caller]
    pub fn poll(&self) -> Result<bool> {
        self.poll_until(Some(0.0), Location::caller())
    }

    /// `poll(timeout)`: the same, after waiting for it; `None` waits for ever.
    ///
    /// # Errors
    /// As `poll`.
    #[track_caller]
    pub fn poll_timeout(&self, seconds: Option<f64>) -> Result<bool> {
        self.poll_until(seconds, Location::caller())
    }

    fn poll_until(&self, timeout: Option<f64>, at: &'static Location<'static>) -> Result<bool> {
        let there = |fd: &OwnedFd, deadline| {
            wait::until_fd(fd.as_fd(), PollFlags::POLLIN, deadline).map(drop)
        };
        let blocking = timeout != Some(0.0);
        if !tracer::on() {
            let deadline = if blocking {
                wait::deadline(timeout)
            } else {
                wait::NOW
            };
            return Ok(there(&*self.receiving(at)?, deadline).is_some());
        }
        let args = |packet: &mut Packet<'_>| wait_args(packet, true, timeout);
        let mut call = Call::begin(OpName::Poll, Some(&self.inner.id), at, &args);
        let answer = self.receiving(at).map(|fd| {
            call.through(blocking, timeout, |deadline| there(&fd, deadline))
                .is_some()
        });
        call.done(
            None,
            NO_ARGS,
            match &answer {
                Ok(there) => Ended::truth(*there),
                Err(error) => Ended::Raised(error),
            },
        );
        answer
    }

    /// Closes this process's copy of the end.
    #[track_caller]
    pub fn close(&self) {
        let inner = &self.inner;
        if tracer::on() && inner.fd.borrow().is_some() {
            let call = Call::begin(OpName::Close, Some(&inner.id), Location::caller(), NO_ARGS);
            inner
                .witness
                .step(|ver| call.done(Some(ver), NO_ARGS, Ended::Plain));
        }
        inner.fd.replace(None);
    }

    /// Whether this process has closed its copy.
    pub fn closed(&self) -> bool {
        self.inner.fd.borrow().is_none()
    }
}

/// The same exception, raised at the program's line.
fn raised_at(error: Exception, at: &'static Location<'static>) -> Exception {
    Exception {
        at: Exception::at("", "", at).at,
        ..error
    }
}
