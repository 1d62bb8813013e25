//! The writing side of a ring.
//!
//! A writer has the write lock from its message's first piece to the last, so pieces never mix. It
//! never waits here unless asked to: `push` gives back what stopped it.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use super::frame::{Frame, HEADER};
use super::{MessageId, PATIENCE, Ring, RingWord, TAIL, TAIL_WATCHED};
use crate::mp::wait::{self, Poll, Watched, Word};
use crate::sys::clock;

/// Longest piece of a message: the reader begins while the writer goes on.
const PIECE: u32 = 16 << 10;
/// Shortest piece worth writing when there is no room for more.
const LEAST_PIECE: u32 = 4 << 10;

/// How far a message has got into the ring.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    sent: usize,
    /// A piece is in the ring.
    begun: bool,
    /// This process has the write lock.
    locked: bool,
    /// It asked to be woken when the lock is free, so it takes the lock as a waiter that slept.
    queued: bool,
    /// When the lock's owner was last checked.
    looked: Cell<i64>,
}

/// How a `push` ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// The whole message is in the ring.
    Whole,
    /// The last piece has its room and was held back, as asked.
    Held,
    /// There is no room for the next piece.
    NoRoom,
    /// Another writer is in the middle of its message.
    Locked,
}

impl Ring {
    /// Writes as much of the message as goes without waiting. With `hold` the last piece, which
    /// makes the message visible, is not written before a further call without it.
    pub(crate) fn push(
        &self,
        bytes: &[u8],
        item: MessageId,
        progress: &mut Progress,
        hold: bool,
    ) -> Pushed {
        if !progress.locked && !self.lock_for(progress) {
            return Pushed::Locked;
        }
        loop {
            let head = self.head().load(Ordering::Relaxed);
            let Some(len) = self.next_piece(bytes, progress) else {
                if !progress.begun {
                    self.unlock(progress);
                }
                return Pushed::NoRoom;
            };
            let left = &bytes[progress.sent..];
            let last = len as usize == left.len();
            if last && hold {
                return Pushed::Held;
            }
            let frame = Frame {
                len,
                total: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
                first: !progress.begun,
                last,
                item,
                end: false,
            };
            self.write_frame(head, &frame, &left[..len as usize]);
            self.head()
                .store(head.wrapping_add(frame.size()), Ordering::SeqCst);
            // A reader in the middle of a message is not woken for every piece: on one processor
            // each wake would be a context switch.
            if !progress.begun || last || self.free() < PIECE + HEADER {
                self.wake_readers(progress.begun);
            }
            progress.begun = true;
            progress.sent += len as usize;
            if last {
                self.unlock(progress);
                return Pushed::Whole;
            }
        }
    }

    #[inline]
    fn lock_for(&self, progress: &mut Progress) -> bool {
        progress.locked = if progress.queued {
            matches!(self.writers.enter_or_mark(), Poll::Ready(()))
                || self.take_over_in_time(progress)
        } else {
            self.writers.try_enter()
        };
        progress.queued = !progress.locked;
        progress.locked
    }

    /// Takes the lock from a dead writer. The check is costly, so it is made only now and then.
    fn take_over_in_time(&self, progress: &Progress) -> bool {
        let now = clock::monotonic_ns();
        if now - progress.looked.get() < i64::try_from(PATIENCE.as_nanos()).unwrap_or(0) {
            return false;
        }
        progress.looked.set(now);
        self.writers.take_over_from_dead()
    }

    #[inline]
    fn unlock(&self, progress: &mut Progress) {
        progress.locked = false;
        self.writers.leave();
    }

    /// Length of the next piece there is room for. A message that fits into one piece is not split.
    #[inline]
    fn next_piece(&self, bytes: &[u8], progress: &Progress) -> Option<u32> {
        let left = bytes.len() - progress.sent;
        let room = self.free().checked_sub(HEADER)?;
        match u32::try_from(left) {
            Ok(left) if left <= PIECE => (left <= room).then_some(left),
            _ if room >= PIECE => Some(PIECE),
            _ => (room >= LEAST_PIECE).then_some(room & !7),
        }
    }

    /// Writes the whole message, waiting for room and turn; false at the deadline. With `hold` as in
    /// `push`.
    pub(crate) fn push_waiting(
        &self,
        bytes: &[u8],
        item: MessageId,
        progress: &mut Progress,
        hold: bool,
        deadline: Option<i64>,
    ) -> bool {
        loop {
            match self.push(bytes, item, progress, hold) {
                Pushed::Whole | Pushed::Held => return true,
                Pushed::NoRoom => {
                    let wait = || self.wait_room(bytes, progress, deadline);
                    if progress.locked {
                        wait::without_callbacks(wait);
                    } else {
                        wait();
                    }
                }
                Pushed::Locked => progress.locked = self.writers.enter_until(deadline),
            }
            if deadline.is_some_and(|at| clock::monotonic_ns() >= at) {
                return matches!(
                    self.push(bytes, item, progress, hold),
                    Pushed::Whole | Pushed::Held
                );
            }
        }
    }

    fn wait_room(&self, bytes: &[u8], progress: &Progress, deadline: Option<i64>) {
        let again = clock::deadline(PATIENCE).unwrap_or(i64::MAX);
        let until = deadline.map_or(again, |at| at.min(again));
        wait::until(self.tail(), Some(until), || {
            self.block.u32(TAIL_WATCHED).store(1, Ordering::SeqCst);
            let tail = self.tail().load(Ordering::SeqCst);
            if self.next_piece(bytes, progress).is_some() {
                Poll::Ready(())
            } else {
                Poll::Wait(tail)
            }
        });
    }

    /// The word that changes when a `push` that was stopped may go on.
    pub(crate) fn watch_push(self: &Rc<Ring>, bytes: &[u8], progress: &Progress) -> Watched {
        if progress.queued {
            let value = match self.writers.enter_or_mark() {
                Poll::Wait(value) => value,
                Poll::Ready(()) => {
                    // It is free: the next push takes it, and no sleep begins.
                    self.writers.leave();
                    u32::MAX
                }
            };
            return Watched {
                word: Rc::new(WriteLock(Rc::clone(self))),
                value,
            };
        }
        self.block.u32(TAIL_WATCHED).store(1, Ordering::SeqCst);
        let tail = self.tail().load(Ordering::SeqCst);
        let stale = u32::from(self.next_piece(bytes, progress).is_some());
        Watched {
            word: Rc::new(RingWord(Rc::clone(self), TAIL)),
            value: tail.wrapping_sub(stale),
        }
    }

    /// Writes the end mark: no reader, now or later, will find anything after it. False when there
    /// is no room for it yet.
    pub(crate) fn finish(&self) -> bool {
        self.writers.enter();
        let room = self.free() >= HEADER;
        if room {
            let head = self.head().load(Ordering::Relaxed);
            self.write_frame(head, &Frame::END, &[]);
            self.head()
                .store(head.wrapping_add(HEADER), Ordering::SeqCst);
            self.wake_readers(true);
        }
        self.writers.leave();
        room
    }
}

/// The write lock's word, with the ring kept alive.
struct WriteLock(Rc<Ring>);

impl Word for WriteLock {
    fn word(&self) -> &std::sync::atomic::AtomicU32 {
        self.0.writers.word()
    }
}
