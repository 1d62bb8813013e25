//! `Ring`: messages of bytes through shared memory, any number of writers and readers.
//!
//! What CPython's queues have as a pipe with a lock at each end: 64 KiB, each message after its
//! length, longer ones streamed in pieces while the writer keeps the others out. An idle reader
//! holds no lock, and a process killed at any point leaves a ring the others can use (CPython's
//! queue is stuck then): half a message is dropped when its writer is gone. Used by queues and
//! pools.

use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::exceptions::{Exception, Result};
use super::synchronize::{ROBUST_BYTES, RobustLock};
use super::wait::{self, Poll, Watched, Word};
use crate::sys::clock;
use crate::sys::futex;
use crate::sys::mmap::Block;
use crate::trace::Packet;

mod frame;
mod reader;
mod writer;

pub(crate) use reader::Popped;
pub(crate) use writer::{Progress, Pushed};

/// Bytes a ring holds, headers included: a pipe's.
const CAPACITY: u32 = 64 << 10;

// Offsets. Each group has a cache line of its own.
const WRITE_LOCK: usize = 0;
/// Bytes ever written; readers sleep on it.
const HEAD: usize = 64;
/// Readers asleep on the head. A killed one stays counted; that costs needless wakes.
const ASLEEP: usize = 68;
/// Set by a process that watches the head beside other words and must be woken in any case.
const HEAD_WATCHED: usize = 72;
/// Wakes sent to sleeping readers that have not run since: more would be wasted on them.
const WOKEN: usize = 76;
const READ_LOCK: usize = 128;
/// Bytes ever read; writers sleep on it.
const TAIL: usize = 192;
/// Set by a writer that waits for room.
const TAIL_WATCHED: usize = 196;
const DATA: usize = 256;

/// How long a process sleeps before it checks for killed processes.
const PATIENCE: Duration = Duration::from_millis(100);

/// Identity of a message: its producer and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MessageId {
    pub(crate) pid: u32,
    pub(crate) n: u64,
}

impl MessageId {
    /// The next message of this process.
    pub(crate) fn next() -> MessageId {
        static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        MessageId {
            pid: super::context::pid(),
            n: COUNT.fetch_add(1, Ordering::Relaxed) + 1,
        }
    }

    /// Names the message in an event.
    pub(crate) fn fill(self, packet: &mut Packet<'_>) {
        packet.text("item", &self.to_string());
    }
}

impl std::fmt::Display for MessageId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.pid, self.n)
    }
}

#[derive(Debug)]
pub(crate) struct Ring {
    block: Block,
    data: Block,
    writers: RobustLock,
    readers: RobustLock,
}

impl Ring {
    /// An empty ring, shared with every process forked from now on.
    #[track_caller]
    pub(crate) fn new() -> Result<Rc<Ring>> {
        let block = Block::map(DATA + CAPACITY as usize).map_err(|error| Exception::os(&error))?;
        Ok(Rc::new(Ring {
            data: block.part(DATA, CAPACITY as usize),
            writers: RobustLock::new(block.part(WRITE_LOCK, ROBUST_BYTES)),
            readers: RobustLock::new(block.part(READ_LOCK, ROBUST_BYTES)),
            block,
        }))
    }

    #[inline]
    fn head(&self) -> &AtomicU32 {
        self.block.u32(HEAD)
    }

    #[inline]
    fn tail(&self) -> &AtomicU32 {
        self.block.u32(TAIL)
    }

    /// Whether there is anything to read.
    #[inline]
    pub(crate) fn ready(&self) -> bool {
        self.head().load(Ordering::SeqCst) != self.tail().load(Ordering::SeqCst)
    }

    /// Bytes that could be written, headers included.
    #[inline]
    fn free(&self) -> u32 {
        let used = self
            .head()
            .load(Ordering::SeqCst)
            .wrapping_sub(self.tail().load(Ordering::SeqCst));
        CAPACITY - used
    }

    /// Waits until there is something to read; false at the deadline.
    pub(crate) fn wait_ready(&self, deadline: Option<i64>) -> bool {
        if self.ready() {
            return true;
        }
        if deadline == wait::NOW {
            wait::pump_all();
            return self.ready();
        }
        self.sleep_until_ready(deadline, || true)
    }

    /// Sleeps until there is something to read. Calls `patient` now and then and gives up when it
    /// says no.
    #[cold]
    fn sleep_until_ready(&self, deadline: Option<i64>, patient: impl Fn() -> bool) -> bool {
        let (asleep, woken) = (self.block.u32(ASLEEP), self.block.u32(WOKEN));
        let mut slept = false;
        let mut poll = || {
            if std::mem::replace(&mut slept, true) {
                // It may have been another reader's wake; then one is sent twice.
                let less = |count: u32| count.checked_sub(1);
                let _ = woken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
            }
            let head = self.head().load(Ordering::SeqCst);
            if head == self.tail().load(Ordering::SeqCst) {
                Poll::Wait(head)
            } else {
                Poll::Ready(())
            }
        };
        asleep.fetch_add(1, Ordering::SeqCst);
        let found = loop {
            let again = clock::deadline(PATIENCE).unwrap_or(i64::MAX);
            let until = deadline.map_or(again, |at| at.min(again));
            if wait::until(self.head(), Some(until), &mut poll).is_some() {
                break true;
            }
            if !patient() || deadline.is_some_and(|at| clock::monotonic_ns() >= at) {
                break self.ready();
            }
        };
        asleep.fetch_sub(1, Ordering::SeqCst);
        found
    }

    /// The head as a word for a pump to watch; a writer wakes its watchers.
    pub(crate) fn watch_head(self: &Rc<Ring>) -> Watched {
        self.block.u32(HEAD_WATCHED).store(1, Ordering::SeqCst);
        let head = self.head().load(Ordering::SeqCst);
        let stale = u32::from(head != self.tail().load(Ordering::SeqCst));
        Watched {
            word: Rc::new(RingWord(Rc::clone(self), HEAD)),
            value: head.wrapping_sub(stale),
        }
    }

    /// Wakes readers: one that is idle, or all of them for the later pieces of a message, because
    /// any of them may be reading it.
    #[inline]
    fn wake_readers(&self, everybody: bool) {
        let watched = self.block.u32(HEAD_WATCHED);
        let all = i32::MAX.cast_unsigned();
        if watched.load(Ordering::SeqCst) != 0 && watched.swap(0, Ordering::SeqCst) != 0 {
            futex::wake(self.head(), all);
        } else if self.block.u32(ASLEEP).load(Ordering::SeqCst) > 0 {
            if everybody {
                futex::wake(self.head(), all);
            } else {
                self.wake_reader();
            }
        }
    }

    /// Wakes one more reader, unless all sleepers have been woken and only wait for a processor.
    #[cold]
    fn wake_reader(&self) {
        let (asleep, woken) = (self.block.u32(ASLEEP), self.block.u32(WOKEN));
        if woken.load(Ordering::SeqCst) >= asleep.load(Ordering::SeqCst) {
            return;
        }
        // Counted before it is sent; the woken reader counts it down.
        woken.fetch_add(1, Ordering::SeqCst);
        if futex::wake(self.head(), 1) == 0 {
            let less = |count: u32| count.checked_sub(1);
            let _ = woken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        }
    }

    /// Wakes writers once there is much room: waking them for every few bytes would cost too much.
    #[inline]
    fn wake_writers(&self) {
        let watched = self.block.u32(TAIL_WATCHED);
        if watched.load(Ordering::SeqCst) != 0
            && self.free() >= CAPACITY / 4 * 3
            && watched.swap(0, Ordering::SeqCst) != 0
        {
            futex::wake(self.tail(), i32::MAX.cast_unsigned());
        }
    }
}

/// One of a ring's words, with the ring kept alive.
struct RingWord(Rc<Ring>, usize);

impl Word for RingWord {
    fn word(&self) -> &AtomicU32 {
        self.0.block.u32(self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, MessageId, Popped, Progress, Pushed, Ring};
    use crate::mp::wait::NOW;

    const ITEM: MessageId = MessageId { pid: 1, n: 1 };

    fn push(ring: &Ring, bytes: &[u8]) -> bool {
        matches!(
            ring.push(bytes, ITEM, &mut Progress::default(), false),
            Pushed::Whole
        )
    }

    fn pop(ring: &Ring) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        match ring.pop(&mut bytes, NOW) {
            Popped::Message(_) => Some(bytes),
            Popped::Nothing | Popped::End => None,
        }
    }

    #[test]
    fn messages_come_whole_and_in_order_also_across_the_end() {
        let ring = Ring::new().expect("memory");
        assert_eq!(pop(&ring), None);
        for round in 0..5_000_u32 {
            let first = vec![round.to_le_bytes()[0]; (round % 97) as usize];
            let second = round.to_le_bytes();
            assert!(push(&ring, &first) && push(&ring, &second));
            assert_eq!(pop(&ring).as_deref(), Some(&first[..]));
            assert_eq!(pop(&ring).as_deref(), Some(&second[..]));
        }
        assert_eq!(pop(&ring), None);
    }

    #[test]
    fn a_full_ring_takes_nothing_and_what_it_has_stays() {
        let ring = Ring::new().expect("memory");
        let mut count = 0_u32;
        while push(&ring, &count.to_le_bytes()) {
            count += 1;
        }
        // Four bytes take 32: the header, and whole double words.
        assert_eq!(count, CAPACITY / 32);
        for n in 0..count {
            assert_eq!(pop(&ring), Some(n.to_le_bytes().to_vec()));
        }
        assert!(push(&ring, b"again"));
    }

    #[test]
    fn a_message_of_almost_a_pipe_fits_and_a_longer_one_does_not() {
        let ring = Ring::new().expect("memory");
        assert!(push(&ring, &vec![7; 65_003]));
        assert_eq!(pop(&ring).map(|bytes| bytes.len()), Some(65_003));
        assert!(!push(&ring, &vec![7; 65_533]));
    }

    #[test]
    fn a_long_message_is_streamed_and_keeps_other_writers_out() {
        let ring = Ring::new().expect("memory");
        let bytes: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        let mut progress = Progress::default();
        let item = MessageId { pid: 7, n: 9 };
        assert!(matches!(
            ring.push(&bytes, item, &mut progress, false),
            Pushed::NoRoom
        ));
        assert!(matches!(
            ring.push(b"x", ITEM, &mut Progress::default(), false),
            Pushed::Locked
        ));
        let shared: &Ring = &ring;
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut all = Vec::new();
                let Popped::Message(taken) = shared.pop(&mut all, None) else {
                    panic!("the message comes");
                };
                (taken.item, all.clone())
            });
            while !matches!(
                shared.push(&bytes, item, &mut progress, false),
                Pushed::Whole
            ) {
                std::hint::spin_loop();
            }
            assert_eq!(reader.join().expect("it reads"), (item, bytes.clone()));
        });
        assert!(push(&ring, b"x"));
    }

    #[test]
    fn what_follows_half_a_message_is_read_and_the_half_is_not() {
        let ring = Ring::new().expect("memory");
        let bytes = vec![1; 100_000];
        let mut progress = Progress::default();
        assert!(matches!(
            ring.push(&bytes, ITEM, &mut progress, false),
            Pushed::NoRoom
        ));
        // Its writer is gone, as if it had been killed.
        ring.writers.leave();
        assert_eq!(pop(&ring), None);
        assert!(push(&ring, b"whole"));
        assert_eq!(pop(&ring).as_deref(), Some(&b"whole"[..]));
    }

    #[test]
    fn the_end_stays_for_every_reader() {
        let ring = Ring::new().expect("memory");
        assert!(push(&ring, b"last"));
        assert!(ring.finish());
        assert_eq!(pop(&ring).as_deref(), Some(&b"last"[..]));
        let mut bytes = Vec::new();
        for _ in 0..3 {
            assert!(matches!(ring.pop(&mut bytes, None), Popped::End));
        }
    }
}
