//! One message on a stream socket, sent or received as far as it goes.
//!
//! Both directions keep where they are, so that a wait can be announced in the middle of a message.

use std::io::IoSlice;
use std::os::fd::{AsRawFd as _, BorrowedFd};

use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::socket::{MsgFlags, recv, sendmsg};

use crate::mp::exceptions::{Exception, Result};
use crate::mp::ring::MessageId;
use crate::mp::wait;

/// Bytes before the message: its length, its producer and its number there.
const HEAD: usize = 24;
/// How much of a frame is held back: it fits as soon as a socket reports room.
const END: usize = 1024;

/// A message to be sent.
#[derive(Debug)]
pub(super) struct Outgoing {
    head: [u8; HEAD],
    bytes: Vec<u8>,
    sent: usize,
}

impl Outgoing {
    pub(super) fn new(bytes: Vec<u8>, item: MessageId) -> Outgoing {
        let mut head = [0; HEAD];
        let words = [bytes.len() as u64, u64::from(item.pid), item.n];
        for (place, word) in head.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        Outgoing {
            head,
            bytes,
            sent: 0,
        }
    }

    /// Sends the frame, with `hold` all but its end, for which there is room then. `None` at the
    /// deadline.
    pub(super) fn send(
        &mut self,
        fd: BorrowedFd<'_>,
        hold: bool,
        deadline: Option<i64>,
    ) -> Option<Result<()>> {
        let whole = HEAD + self.bytes.len();
        let limit = if hold {
            whole.saturating_sub(END)
        } else {
            whole
        };
        while self.sent < limit {
            if let Err(error) = self.send_some(fd, limit) {
                if error != Errno::EAGAIN {
                    return Some(Err(Exception::os(&error.into())));
                }
                wait::until_fd(fd, PollFlags::POLLOUT, deadline)?;
            }
        }
        if hold {
            let found = wait::until_fd(fd, PollFlags::POLLOUT, deadline)?;
            if found.intersects(PollFlags::POLLERR | PollFlags::POLLHUP) {
                return Some(Err(Exception::os(&Errno::EPIPE.into())));
            }
        }
        Some(Ok(()))
    }

    fn send_some(&mut self, fd: BorrowedFd<'_>, limit: usize) -> nix::Result<()> {
        let parts = [
            IoSlice::new(&self.head[self.sent.min(HEAD)..limit.min(HEAD)]),
            IoSlice::new(&self.bytes[self.sent.saturating_sub(HEAD)..limit.saturating_sub(HEAD)]),
        ];
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        match sendmsg::<()>(fd.as_raw_fd(), &parts, &[], flags, None) {
            Ok(count) => self.sent += count,
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// A message being received.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    head: [u8; HEAD],
    /// Bytes of head and message that have come.
    come: usize,
    pub(super) bytes: Vec<u8>,
}

impl Incoming {
    fn word(&self, at: usize) -> u64 {
        let bytes = self
            .head
            .get(at..at + 8)
            .and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u64::from_le_bytes)
    }

    /// The message's identity, once it has come.
    pub(super) fn item(&self) -> MessageId {
        MessageId {
            pid: u32::try_from(self.word(8)).unwrap_or(0),
            n: self.word(16),
        }
    }

    /// Receives the message; `None` at the deadline.
    pub(super) fn receive(
        &mut self,
        fd: BorrowedFd<'_>,
        deadline: Option<i64>,
    ) -> Option<Result<()>> {
        loop {
            let length = self.word(0);
            let end = HEAD.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
            if self.come >= HEAD && self.come == end {
                return Some(Ok(()));
            }
            match self.receive_some(fd, end) {
                Ok(0) if self.come == 0 => return Some(Err(Exception::new("EOFError", ""))),
                Ok(0) => {
                    let text = "got end of file during message";
                    return Some(Err(Exception::new("OSError", text)));
                }
                Ok(count) => self.come += count,
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => {
                    wait::until_fd(fd, PollFlags::POLLIN, deadline)?;
                }
                Err(error) => return Some(Err(Exception::os(&error.into()))),
            }
        }
    }

    fn receive_some(&mut self, fd: BorrowedFd<'_>, end: usize) -> nix::Result<usize> {
        let flags = MsgFlags::MSG_DONTWAIT;
        if self.come < HEAD {
            return recv(fd.as_raw_fd(), &mut self.head[self.come..], flags);
        }
        let have = self.bytes.len();
        let step = (end - self.come).min(256 << 10);
        self.bytes.resize(have + step, 0);
        let received = recv(fd.as_raw_fd(), &mut self.bytes[have..], flags);
        self.bytes.truncate(have + received.unwrap_or(0));
        received
    }
}
