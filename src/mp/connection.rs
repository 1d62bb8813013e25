//! `pipe` and `Connection` (CPython: connection.py): two ends, a frame a message.
//!
//! A pair of stream sockets, as CPython's duplex pipe is: the end of one is seen when the last
//! process that has it open has closed it or ended, and forks inherit both. A frame is its length,
//! the message's identity, and the message. Two processes that use one end at a time
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
use super::ring::MessageId;
use super::synchronize::{WITNESS_BYTES, Witness};
use super::tracer::{self, Call, Ended, Fill, NO_ARGS};
use super::wait::{self, Timeout};
use super::{codec, context, heap};
use crate::trace::OpName;

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
        if self.fd.get_mut().is_some() {
            let (id, at) = (Some(&*self.id), Some(self.at));
            let call = Call::ungated(OpName::Close, id, at, NO_ARGS);
            self.witness.step(|ver| call.done(ver, Ended::Plain));
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
    let raised = |error: nix::errno::Errno| Exception::os(&error.into()).raised_at(at);
    let (family, kind) = (AddressFamily::Unix, SockType::Stream);
    let (first, second) = socketpair(family, kind, None, SockFlag::SOCK_CLOEXEC).map_err(raised)?;
    let block = heap::allocate(2 * WITNESS_BYTES).map_err(|error| error.raised_at(at))?;
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
    /// Gives the object its name in the program, for the screen.
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
        let text = tracer::shown(&value);
        let args: Fill<'_> = &|packet| {
            packet.text("value", &text);
        };
        let mut call = Call::begin(OpName::Send, &self.inner.id, at, args);
        let sent = self.send_in(value, &mut call, at);
        if let Err(error) = &sent {
            call.done(None, Ended::Raised(error));
        }
        sent
    }

    fn send_in(&self, value: S, call: &mut Call<'_>, at: &'static Location<'static>) -> Result<()> {
        let fd = self.sending(at)?;
        let bytes = codec::encode(value).map_err(|error| error.raised_at(at))?;
        let item = MessageId::next();
        let mut frame = Outgoing::new(bytes, item);
        // The end of the frame makes it visible; it is sent when there is room for it, after its
        // event.
        let begin = |deadline| frame.send(fd.as_fd(), true, deadline);
        call.through(Timeout::Never, begin)
            .unwrap_or(Ok(()))
            .map_err(|error| error.raised_at(at))?;
        self.inner.witness.step(|ver| {
            call.done_with(ver, &|packet| item.fill(packet), Ended::Plain);
            // If the other end has just been closed, the message is lost as it would be in a pipe.
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
        let mut call = Call::begin(OpName::Recv, &self.inner.id, at, NO_ARGS);
        let received = self.receiving(at).and_then(|fd| {
            let receive = |deadline| frame.receive(fd.as_fd(), deadline);
            call.through(Timeout::Never, receive)
                .unwrap_or(Ok(()))
                .map_err(|error| error.raised_at(at))
        });
        received.map_err(|error| call.raised(error))?;
        let item = frame.item();
        let value = codec::decode(frame.bytes).map_err(|error| error.raised_at(at));
        self.inner
            .witness
            .step(|ver| call.done_with(ver, &|packet| item.fill(packet), &value));
        value
    }

    /// `poll()`: whether `recv` would return at once, be it with `EOFError`.
    ///
    /// # Errors
    /// `OSError` for a closed or write-only end.
    #[track_caller]
    pub fn poll(&self) -> Result<bool> {
        self.poll_until(Timeout::After(0.0), Location::caller())
    }

    /// `poll(timeout)`: the same, after waiting for it; `None` waits for ever.
    #[track_caller]
    pub fn poll_timeout(&self, seconds: Option<f64>) -> Result<bool> {
        let timeout = seconds.map_or(Timeout::Never, Timeout::After);
        self.poll_until(timeout, Location::caller())
    }

    fn poll_until(&self, timeout: Timeout, at: &'static Location<'static>) -> Result<bool> {
        let args: Fill<'_> = &|packet| timeout.fill(packet);
        let mut call = Call::begin(OpName::Poll, &self.inner.id, at, args);
        let timeout = match timeout {
            Timeout::After(0.0) => Timeout::Now,
            other => other,
        };
        let answer = self.receiving(at).map(|fd| {
            let there = |deadline| wait::until_fd(fd.as_fd(), PollFlags::POLLIN, deadline);
            call.through(timeout, there).is_some()
        });
        call.done(None, &answer);
        answer
    }

    /// Closes this process's copy of the end.
    #[track_caller]
    pub fn close(&self) {
        let inner = &self.inner;
        if inner.fd.borrow().is_some() {
            let call = Call::begin(OpName::Close, &inner.id, Location::caller(), NO_ARGS);
            inner.witness.step(|ver| call.done(ver, Ended::Plain));
        }
        inner.fd.replace(None);
    }

    /// Whether this process has closed its copy.
    pub fn closed(&self) -> bool {
        self.inner.fd.borrow().is_none()
    }
}
