//! The frames a ring holds: a header with the message's identity, a piece of the message, padding to
//! whole double words.
//!
//! Headers and pieces may wrap around the ring's end; a double word never does.

use std::sync::atomic::Ordering;

use super::{CAPACITY, MessageId, Ring};

/// Bytes before the piece: flags and the piece's length, the message's length, its producer and
/// number.
pub(super) const HEADER: u32 = 24;

const LENGTH: u32 = 0x00ff_ffff;
const FIRST: u32 = 1 << 31;
const LAST: u32 = 1 << 30;
const END: u32 = 1 << 28;

/// A header, read or to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Bytes of the message in this frame.
    pub(super) len: u32,
    /// Length of the whole message, for the reader's buffer; the greatest number for longer ones.
    pub(super) total: u32,
    pub(super) first: bool,
    pub(super) last: bool,
    pub(super) item: MessageId,
    /// No message: nothing will ever follow.
    pub(super) end: bool,
}

impl Frame {
    pub(super) const END: Frame = Frame {
        len: 0,
        total: 0,
        first: false,
        last: false,
        item: MessageId { pid: 0, n: 0 },
        end: true,
    };

    /// Bytes in the ring.
    #[inline]
    pub(super) fn size(&self) -> u32 {
        HEADER + self.len.next_multiple_of(8)
    }
}

fn index(at: u32) -> usize {
    (at & (CAPACITY - 1)) as usize
}

impl Ring {
    /// Writes a frame at `at`; the caller has the write lock and has seen the room.
    #[inline]
    pub(super) fn write_frame(&self, at: u32, frame: &Frame, piece: &[u8]) {
        let flag = |set: bool, flag: u32| if set { flag } else { 0 };
        let word =
            frame.len | flag(frame.first, FIRST) | flag(frame.last, LAST) | flag(frame.end, END);
        let words = [
            u64::from(frame.total) << 32 | u64::from(word),
            u64::from(frame.item.pid),
            frame.item.n,
        ];
        for (place, word) in (0..).step_by(8).zip(words) {
            let at = index(at.wrapping_add(place));
            self.data.u64(at).store(word, Ordering::Relaxed);
        }
        let start = index(at.wrapping_add(HEADER));
        let (before, after) = piece.split_at(piece.len().min(CAPACITY as usize - start));
        self.data.write(start, before);
        if !after.is_empty() {
            self.data.write(0, after);
        }
    }

    /// Reads the header at `at`; the caller has the read lock and has seen a frame there.
    #[inline]
    pub(super) fn read_frame(&self, at: u32) -> Frame {
        let [head, pid, n] = [0, 8, 16].map(|place| {
            let at = index(at.wrapping_add(place));
            self.data.u64(at).load(Ordering::Relaxed)
        });
        let low = |word: u64| u32::try_from(word & u64::from(u32::MAX)).unwrap_or(0);
        let word = low(head);
        Frame {
            len: word & LENGTH,
            total: low(head >> 32),
            first: word & FIRST != 0,
            last: word & LAST != 0,
            item: MessageId { pid: low(pid), n },
            end: word & END != 0,
        }
    }

    /// Appends the piece of the frame at `at` to `into`.
    #[inline]
    pub(super) fn read_piece(&self, at: u32, frame: &Frame, into: &mut Vec<u8>) {
        let start = index(at.wrapping_add(HEADER));
        let len = frame.len as usize;
        let before = len.min(CAPACITY as usize - start);
        self.data.append_to(start, before, into);
        if before < len {
            self.data.append_to(0, len - before, into);
        }
    }
}
