//! `IdleWorkers`: the idle workers of a pool, in the order in which they became idle.
//!
//! A task goes to the worker that has been idle longest, as in CPython, where idle workers queue for
//! a lock. Each submitted task gives one turn, to the first in the queue or to the next that joins
//! it. A worker with a turn takes the next task from the ring. Only turns are counted, so a worker
//! that is killed costs at most one turn too many, and then a worker waits at the ring instead of
//! here. The pool passes on the turn of a worker that died before it used it.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::mp::exceptions::Result;
use crate::mp::heap;
use crate::mp::synchronize::{ROBUST_BYTES, RobustLock};
use crate::mp::wait::{self, Poll};
use crate::sys::futex;
use crate::sys::mmap::Block;

const TURNS: usize = ROBUST_BYTES;
const FIRST: usize = ROBUST_BYTES + 4;
const LENGTH: usize = ROBUST_BYTES + 8;
const CLOSED: usize = ROBUST_BYTES + 12;
const QUEUE: usize = ROBUST_BYTES + 16;

// What a worker is doing: the value of its word.
const WAITING: u32 = 1;
const HAS_TURN: u32 = 2;
const BUSY: u32 = 3;
const STOPPED: u32 = 4;

#[derive(Debug)]
pub(super) struct IdleWorkers {
    block: Block,
    lock: RobustLock,
    places: u32,
}

/// How a wait for a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// A task is there, or on its way.
    Task,
    /// There will be no more tasks.
    Stop,
    /// Not yet.
    TimedOut,
}

impl IdleWorkers {
    /// An empty queue with room for `places` workers.
    #[track_caller]
    pub(super) fn new(places: u32) -> Result<IdleWorkers> {
        let block = heap::allocate(QUEUE + places as usize * 8)?;
        Ok(IdleWorkers {
            lock: RobustLock::new(block.part(0, ROBUST_BYTES)),
            block,
            places,
        })
    }

    fn word(&self, offset: usize) -> &AtomicU32 {
        self.block.u32(offset)
    }

    fn get(&self, offset: usize) -> u32 {
        self.word(offset).load(Ordering::SeqCst)
    }

    fn set(&self, offset: usize, value: u32) {
        self.word(offset).store(value, Ordering::SeqCst);
    }

    /// The word this worker waits on.
    fn place(&self, worker: u32) -> &AtomicU32 {
        self.word(QUEUE + (self.places + worker) as usize * 4)
    }

    fn queued(&self, nth: u32) -> usize {
        QUEUE + ((self.get(FIRST) + nth) % self.places) as usize * 4
    }

    /// This worker is there.
    pub(super) fn come(&self, worker: u32) {
        self.place(worker).store(BUSY, Ordering::SeqCst);
        futex::wake(self.place(worker), 1);
    }

    /// Waits until a worker that was started is there, up to the deadline.
    pub(super) fn await_come(&self, worker: u32, deadline: Option<i64>) {
        let place = self.place(worker);
        wait::until(place, deadline, || match place.load(Ordering::SeqCst) {
            0 => Poll::Wait(0),
            _ => Poll::Ready(()),
        });
    }

    /// Joins the queue.
    pub(super) fn join(&self, worker: u32) {
        self.lock.enter();
        let turns = self.get(TURNS);
        if self.get(CLOSED) != 0 {
            self.place(worker).store(STOPPED, Ordering::SeqCst);
        } else if turns > 0 {
            self.place(worker).store(HAS_TURN, Ordering::SeqCst);
            self.set(TURNS, turns - 1);
        } else {
            self.place(worker).store(WAITING, Ordering::SeqCst);
            let length = self.get(LENGTH);
            self.set(self.queued(length), worker);
            self.set(LENGTH, length + 1);
        }
        self.lock.leave();
    }

    /// Waits for a turn until the deadline.
    pub(super) fn wait(&self, worker: u32, deadline: Option<i64>) -> Turn {
        let place = self.place(worker);
        let poll = || match place.load(Ordering::SeqCst) {
            WAITING => Poll::Wait(WAITING),
            HAS_TURN => Poll::Ready(Turn::Task),
            _ => Poll::Ready(Turn::Stop),
        };
        wait::soon(wait::ANSWER, || wait::until(place, wait::NOW, poll))
            .or_else(|| wait::until(place, deadline, poll))
            .unwrap_or(Turn::TimedOut)
    }

    /// The worker has used its turn.
    pub(super) fn busy(&self, worker: u32) {
        self.place(worker).store(BUSY, Ordering::SeqCst);
    }

    /// Gives a turn: one more task is there.
    pub(super) fn give(&self) {
        self.lock.enter();
        let next = self.take_first();
        if next.is_none() {
            self.set(TURNS, self.get(TURNS) + 1);
        }
        self.lock.leave();
        if let Some(worker) = next {
            futex::wake(self.place(worker), 1);
        }
    }

    fn take_first(&self) -> Option<u32> {
        let length = self.get(LENGTH).checked_sub(1)?;
        let worker = self.get(self.queued(0));
        self.place(worker).store(HAS_TURN, Ordering::SeqCst);
        self.set(LENGTH, length);
        self.set(FIRST, (self.get(FIRST) + 1) % self.places);
        Some(worker)
    }

    /// The worker has ended: it leaves the queue, and its unused turn goes to the next.
    pub(super) fn bury(&self, worker: u32) {
        self.lock.enter();
        let had_turn = self.place(worker).swap(0, Ordering::SeqCst) == HAS_TURN;
        let length = self.get(LENGTH);
        let mut kept = 0;
        for nth in 0..length {
            let other = self.get(self.queued(nth));
            if other != worker {
                self.set(self.queued(kept), other);
                kept += 1;
            }
        }
        self.set(LENGTH, kept);
        self.lock.leave();
        if had_turn {
            self.give();
        }
    }

    /// Tells all workers, waiting or still to come, to stop.
    pub(super) fn close(&self) {
        self.lock.enter();
        self.set(CLOSED, 1);
        let length = self.get(LENGTH);
        let waiting: Vec<u32> = (0..length).map(|nth| self.get(self.queued(nth))).collect();
        for worker in &waiting {
            self.place(*worker).store(STOPPED, Ordering::SeqCst);
        }
        self.set(LENGTH, 0);
        self.lock.leave();
        for worker in waiting {
            futex::wake(self.place(worker), 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IdleWorkers, Turn};
    use crate::mp::wait::NOW;

    #[test]
    fn turns_go_to_who_has_been_idle_longest() {
        let line = IdleWorkers::new(3).expect("memory");
        line.give();
        for worker in 0..3 {
            line.join(worker);
        }
        let turns = |line: &IdleWorkers| [0, 1, 2].map(|worker| line.wait(worker, NOW));
        assert_eq!(turns(&line), [Turn::Task, Turn::TimedOut, Turn::TimedOut]);
        line.busy(0);
        line.join(0);
        line.give();
        assert_eq!(turns(&line), [Turn::TimedOut, Turn::Task, Turn::TimedOut]);
        line.give();
        line.give();
        assert_eq!(turns(&line), [Turn::Task; 3]);
    }

    #[test]
    fn the_turn_of_the_dead_goes_on() {
        let line = IdleWorkers::new(3).expect("memory");
        for worker in 0..3 {
            line.join(worker);
        }
        line.bury(1);
        line.give();
        line.bury(0);
        assert_eq!(line.wait(2, NOW), Turn::Task);
        // It had used its turn.
        line.busy(2);
        line.bury(2);
        line.join(1);
        assert_eq!(line.wait(1, NOW), Turn::TimedOut);
    }

    #[test]
    fn a_closed_line_sends_everybody_home() {
        let line = IdleWorkers::new(2).expect("memory");
        line.join(0);
        line.close();
        line.join(1);
        assert_eq!([0, 1].map(|worker| line.wait(worker, NOW)), [Turn::Stop; 2]);
    }
}
