//! The frames a ring holds: a header of eight bytes, where traced the message's identity, a piece of
//! the message, padding to whole double words.
//!
//! A header never wraps around the ring's end; what follows it may.

use std::sync::atomic::Ordering;

use super::{CAPACITY, Item, Ring};

pub(super) const HEADER: u32 = 8;
pub(super) const ITEM: u32 = 16;

const LENGTH: u32 = 0x00ff_ffff;
const FIRST: u32 = 1 << 31;
const LAST: u32 = 1 << 30;
const TRACED: u32 = 1 << 29;
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
    pub(super) item: Option<Item>,
    /// No message: nothing will ever follow.
    pub(super) end: bool,
}

impl Frame {
    pub(super) const END: Frame = Frame {
        len: 0,
        total: 0,
        first: false,
        last: false,
        item: None,
        end: true,
    };

    /// Bytes before the piece.
    #[inline]
    fn overhead(&self) -> u32 {
        overhead(self.item.is_some())
    }

    /// Bytes in the ring.
    #[inline]
    pub(super) fn size(&self) -> u32 {
        self.overhead() + self.len.next_multiple_of(8)
    }
}

#[inline]
pub(super) fn overhead(traced: bool) -> u32 {
    if traced { HEADER + ITEM } else { HEADER }
}

fn index(at: u32) -> usize {
    (at & (CAPACITY - 1)) as usize
}

impl Ring {
    /// Writes a frame at `at`; the caller has the write lock and has seen the room.
    #[inline]
    pub(super) fn write_frame(&self, at: u32, frame: &Frame, piece: &[u8]) {
        let flag = |set: bool, flag: u32| if set { flag } else { 0 };
        let word = frame.len
            | flag(frame.first, FIRST)
            | flag(frame.last, LAST)
            | flag(frame.item.is_some(), TRACED)
            | flag(frame.end, END);
        self.data.u32(index(at)).store(word, Ordering::Relaxed);
        self.data
            .u32(index(at) + 4)
            .store(frame.total, Ordering::Relaxed);
        if let Some(item) = frame.item {
            let pid = self.data.u64(index(at.wrapping_add(HEADER)));
            pid.store(u64::from(item.pid), Ordering::Relaxed);
            let n = self.data.u64(index(at.wrapping_add(HEADER + 8)));
            n.store(item.n, Ordering::Relaxed);
        }
        let start = index(at.wrapping_add(frame.overhead()));
        let (before, after) = piece.split_at(piece.len().min(CAPACITY as usize - start));
        self.data.write(start, before);
        if !after.is_empty() {
            self.data.write(0, after);
        }
    }

    /// Reads the header at `at`; the caller has the read lock and has seen a frame there.
    #[inline]
    pub(super) fn read_frame(&self, at: u32) -> Frame {
        let word = self.data.u32(index(at)).load(Ordering::Relaxed);
        let item = (word & TRACED != 0).then(|| {
            let pid = self.data.u64(index(at.wrapping_add(HEADER)));
            let n = self.data.u64(index(at.wrapping_add(HEADER + 8)));
            Item {
                pid: u32::try_from(pid.load(Ordering::Relaxed)).unwrap_or(0),
                n: n.load(Ordering::Relaxed),
            }
        });
        Frame {
            len: word & LENGTH,
            total: self.data.u32(index(at) + 4).load(Ordering::Relaxed),
            first: word & FIRST != 0,
            last: word & LAST != 0,
            item,
            end: word & END != 0,
        }
    }

    /// Appends the piece of the frame at `at` to `into`.
    #[inline]
    pub(super) fn read_piece(&self, at: u32, frame: &Frame, into: &mut Vec<u8>) {
        let start = index(at.wrapping_add(frame.overhead()));
        let len = frame.len as usize;
        let before = len.min(CAPACITY as usize - start);
        self.data.append_to(start, before, into);
        if before < len {
            self.data.append_to(0, len - before, into);
        }
    }
}
