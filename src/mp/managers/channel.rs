//! `Channel`: whole messages over one connection between a client and the server.
//!
//! A message is its length in four bytes and its content by postcard; a small one is one write and
//! one read, and both buffers are used again. Owns the framing; what the messages mean is
//! `request`'s. Neither side sends before it has the answer: a read takes one message and nothing of
//! the next. A closed other end is an error here, never a signal and never a wait.

use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::panic::Location;

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv, send};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::request::{Answer, Request};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::{codec, wait};

const HEAD: usize = size_of::<u32>();
/// What a buffer has at first, in bytes.
const SMALL: usize = 4 << 10;
/// A buffer that a message has made larger than this is given back.
const LARGE: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Channel {
    socket: OwnedFd,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
}

impl Channel {
    pub(super) fn new(socket: UnixStream) -> Channel {
        Channel {
            socket: socket.into(),
            outgoing: Vec::new(),
            incoming: vec![0; SMALL],
        }
    }

    /// Connects to the server listening at `address`.
    ///
    /// # Errors
    /// `ECONNREFUSED` when it is gone, `ENOENT` when it has gone in order.
    pub(super) fn connect(address: &str) -> io::Result<Channel> {
        loop {
            match UnixStream::connect(address) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return Ok(Channel::new(result?)),
            }
        }
    }

    /// Sends a request and waits for its answer; raises what the server raised.
    pub(super) fn ask(
        &mut self,
        request: &Request,
        at: &'static Location<'static>,
    ) -> Result<Answer> {
        let here = |error: Exception| error.raised_at(at);
        self.send(request).map_err(here)?;
        match self.receive().map_err(here)? {
            None => Err(Exception::at("EOFError", "", at)),
            Some(Answer::Raised(error)) => Err(here(error)),
            Some(Answer::Failed(error)) => {
                let line = "-".repeat(75);
                let text = format!("\n{line}\n{}{line}", error.traceback());
                Err(Exception::at(
                    "multiprocessing.managers.RemoteError",
                    text,
                    at,
                ))
            }
            Some(answer) => Ok(answer),
        }
    }

    /// Sends a message whole.
    ///
    /// # Errors
    /// `BrokenPipeError` when the other end is closed; `PicklingError`.
    pub(super) fn send<T: Serialize>(&mut self, message: &T) -> Result<()> {
        self.outgoing.clear();
        self.outgoing.extend_from_slice(&[0; HEAD]);
        codec::append(message, &mut self.outgoing)?;
        let Ok(length) = u32::try_from(self.outgoing.len() - HEAD) else {
            return Err(Exception::value("a message of 4 GiB or more can't be sent"));
        };
        self.outgoing[..HEAD].copy_from_slice(&length.to_le_bytes());
        let mut rest = &self.outgoing[..];
        while !rest.is_empty() {
            match send(self.socket.as_raw_fd(), rest, MsgFlags::MSG_NOSIGNAL) {
                Ok(sent) => rest = &rest[sent..],
                Err(Errno::EINTR) => {}
                Err(error) => return Err(Exception::os(&error.into())),
            }
        }
        if self.outgoing.capacity() > LARGE {
            self.outgoing = Vec::new();
        }
        Ok(())
    }

    /// Waits for a message; `None` when the other end is closed.
    ///
    /// # Errors
    /// `ConnectionResetError` when the other end went away with a message unread.
    pub(super) fn receive<T: DeserializeOwned>(&mut self) -> Result<Option<T>> {
        let mut filled = 0;
        let mut wanted = HEAD;
        while filled < wanted {
            let (socket, room) = (self.socket.as_raw_fd(), &mut self.incoming[filled..]);
            let there = wait::soon(wait::ANSWER, || {
                match recv(socket, room, MsgFlags::MSG_DONTWAIT) {
                    Err(Errno::EAGAIN) => None,
                    read => Some(read),
                }
            });
            match there.unwrap_or_else(|| recv(socket, room, MsgFlags::empty())) {
                Ok(0) => return Ok(None),
                Ok(count) => filled += count,
                Err(Errno::EINTR) => {}
                Err(error) => return Err(Exception::os(&error.into())),
            }
            if let Some(head) = self.incoming[..filled].first_chunk() {
                wanted = HEAD + u32::from_le_bytes(*head) as usize;
                if self.incoming.len() < wanted {
                    self.incoming.resize(wanted, 0);
                }
            }
        }
        let message = codec::read(&self.incoming[HEAD..wanted])?;
        if self.incoming.len() > LARGE {
            self.incoming = vec![0; SMALL];
        }
        Ok(Some(message))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::Channel;

    fn pair() -> (Channel, Channel) {
        let (a, b) = UnixStream::pair().expect("a pair of sockets");
        (Channel::new(a), Channel::new(b))
    }

    #[test]
    fn messages_come_whole_whatever_their_length() {
        let (mut near, mut far) = pair();
        let writer = std::thread::spawn(move || {
            for size in [0, 1, 5000, 3 << 20, 2] {
                near.send(&"x".repeat(size)).expect("it is read");
                assert_eq!(near.receive(), Ok(Some(size)), "the answer");
            }
        });
        for size in [0, 1, 5000, 3 << 20, 2] {
            let text: String = far.receive().expect("a message").expect("not the end");
            assert_eq!(text.len(), size);
            far.send(&size).expect("it is read");
        }
        writer.join().expect("all was sent");
        assert_eq!(far.receive::<String>(), Ok(None));
        assert_eq!(
            far.send(&1).expect_err("nobody reads").to_string(),
            "BrokenPipeError: [Errno 32] Broken pipe"
        );
    }

    #[test]
    fn a_closed_end_with_something_unread_is_a_reset() {
        let (mut near, far) = pair();
        near.send(&1).expect("there is room");
        drop(far);
        assert_eq!(
            near.receive::<i32>()
                .expect_err("the message was lost")
                .to_string(),
            "ConnectionResetError: [Errno 104] Connection reset by peer"
        );
    }
}
