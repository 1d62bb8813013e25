//! The reading side of a ring.
//!
//! A reader has the read lock while it copies a message, and while it waits for the later pieces of
//! one; while it waits for a message to begin it has none.

use std::sync::atomic::Ordering;

use super::frame::Frame;
use super::{MessageId, Ring};
use crate::mp::wait;

/// What a `pop` found.
#[derive(Debug)]
pub(crate) enum Popped<'a> {
    /// Nothing until the deadline.
    Nothing,
    /// Nothing will ever come.
    End,
    Message(Taken<'a>),
}

impl<'a> Popped<'a> {
    pub(crate) fn message(self) -> Option<Taken<'a>> {
        match self {
            Popped::Message(taken) => Some(taken),
            Popped::Nothing | Popped::End => None,
        }
    }
}

/// A message that was taken. While this lives no other reader takes one, so that events sent
/// meanwhile have the order of the ring.
#[derive(Debug)]
pub(crate) struct Taken<'a> {
    ring: &'a Ring,
    pub(crate) item: MessageId,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.ring.readers.leave();
    }
}

impl Ring {
    /// Takes one message into `into`, whatever was there.
    pub(crate) fn pop(&self, into: &mut Vec<u8>, deadline: Option<i64>) -> Popped<'_> {
        loop {
            if !self.wait_ready(deadline)
                || !(self.readers.try_enter() || self.readers.enter_until(deadline))
            {
                return Popped::Nothing;
            }
            match self.take(into) {
                Found::Message(item) => return Popped::Message(Taken { ring: self, item }),
                Found::End => {
                    self.readers.leave();
                    return Popped::End;
                }
                Found::Nothing => self.readers.leave(),
            }
        }
    }

    fn take(&self, into: &mut Vec<u8>) -> Found {
        into.clear();
        let mut item = None;
        loop {
            let tail = self.tail().load(Ordering::Relaxed);
            if self.head().load(Ordering::Acquire) == tail {
                if item.is_none() || !self.wait_piece() {
                    return Found::Nothing;
                }
                continue;
            }
            let frame = self.read_frame(tail);
            if frame.end {
                return Found::End;
            }
            if frame.first {
                // The message before it has lost its writer.
                into.clear();
                into.reserve(frame.total as usize);
                item = Some(frame.item);
            }
            if item.is_some() {
                self.read_piece(tail, &frame, into);
            }
            self.advance(tail, &frame);
            if let Some(item) = item
                && frame.last
            {
                return Found::Message(item);
            }
        }
    }

    #[inline]
    fn advance(&self, tail: u32, frame: &Frame) {
        self.tail()
            .store(tail.wrapping_add(frame.size()), Ordering::SeqCst);
        self.wake_writers();
    }

    /// Waits for a message's next piece; false when its writer is no more.
    fn wait_piece(&self) -> bool {
        wait::without_callbacks(|| {
            self.sleep_until_ready(None, || self.writers.is_held_by_living())
        })
    }
}

/// What the ring's first frame was.
enum Found {
    Nothing,
    End,
    Message(MessageId),
}
