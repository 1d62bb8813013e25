//! One message on a stream socket, sent or received as far as it goes.
//!
//! Both directions keep where they are, so that a wait can be announced in the middle of a message.

use std::io::IoSlice;
use std::os::fd::{AsRawFd as _, BorrowedFd};

use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::socket::{MsgFlags, recv, sendmsg};

use crate::mp::exceptions::{Exception, Result};
use crate::mp::ring::Item;
use crate::mp::wait;

/// The length's top bit: the message's identity follows.
const TRACED: u64 = 1 << 63;
const LENGTH: usize = 8;
const ITEM: usize = 16;
/// How much of a frame is kept back for its end: it fits where a socket says there is room.
const END: usize = 1024;
/// Most bytes reserved before any of them has come.
const RESERVED: u64 = 64 << 20;

/// A message to be sent.
#[derive(Debug)]
pub(super) struct Outgoing {
    head: Vec<u8>,
    bytes: Vec<u8>,
    sent: usize,
}

impl Outgoing {
    pub(super) fn new(bytes: Vec<u8>, item: Option<Item>) -> Outgoing {
        let mut head = Vec::with_capacity(LENGTH + ITEM);
        let traced = item.map_or(0, |_| TRACED);
        head.extend((bytes.len() as u64 | traced).to_le_bytes());
        if let Some(item) = item {
            head.extend(u64::from(item.pid).to_le_bytes());
            head.extend(item.n.to_le_bytes());
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
        let whole = self.head.len() + self.bytes.len();
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
        let head = self.head.len();
        let parts = [
            IoSlice::new(&self.head[self.sent.min(head)..limit.min(head)]),
            IoSlice::new(&self.bytes[self.sent.saturating_sub(head)..limit.saturating_sub(head)]),
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
    head: [u8; LENGTH + ITEM],
    /// Bytes of head and message that have come.
    come: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) item: Option<Item>,
}

impl Incoming {
    fn word(&self, at: usize) -> u64 {
        let bytes = self
            .head
            .get(at..at + 8)
            .and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u64::from_le_bytes)
    }

    /// Receives the message; `None` at the deadline.
    pub(super) fn receive(
        &mut self,
        fd: BorrowedFd<'_>,
        deadline: Option<i64>,
    ) -> Option<Result<()>> {
        loop {
            let head = self.head_length();
            let end = match head {
                Some(head) => head + self.begin_message(head),
                None => LENGTH,
            };
            if head.is_some() && self.come == end {
                return Some(Ok(()));
            }
            match self.receive_some(fd, head, end) {
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

    /// Length of the head; `None` before the length has come.
    fn head_length(&self) -> Option<usize> {
        (self.come >= LENGTH).then(|| {
            if self.word(0) & TRACED == 0 {
                LENGTH
            } else {
                LENGTH + ITEM
            }
        })
    }

    /// Makes room for the message once its head is there; its length.
    fn begin_message(&mut self, head: usize) -> usize {
        let length = self.word(0) & !TRACED;
        if self.come >= head && self.bytes.capacity() == 0 {
            self.bytes
                .reserve(usize::try_from(length.min(RESERVED)).unwrap_or(0));
            if head > LENGTH {
                self.item = Some(Item {
                    pid: u32::try_from(self.word(LENGTH)).unwrap_or(0),
                    n: self.word(LENGTH + 8),
                });
            }
        }
        usize::try_from(length).unwrap_or(usize::MAX)
    }

    fn receive_some(
        &mut self,
        fd: BorrowedFd<'_>,
        head: Option<usize>,
        end: usize,
    ) -> nix::Result<usize> {
        let flags = MsgFlags::MSG_DONTWAIT;
        let head = head.unwrap_or(LENGTH);
        if self.come < head {
            return recv(fd.as_raw_fd(), &mut self.head[self.come..head], flags);
        }
        let have = self.bytes.len();
        let step = (end - self.come).min(256 << 10);
        self.bytes.resize(have + step, 0);
        let received = recv(fd.as_raw_fd(), &mut self.bytes[have..], flags);
        self.bytes.truncate(have + received.unwrap_or(0));
        received
    }
}
