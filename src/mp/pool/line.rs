//! `Line`: the idle workers of a pool, in the order in which they became idle.
//!
//! A task goes to the worker that has been idle longest, as it does in CPython, where idle workers
//! queue for a lock. Each task submitted gives one turn: to the first in line, or kept until somebody
//! comes. A worker with a turn takes the next task from the ring. Only turns are counted here, so a
//! worker killed at any point costs at most a turn too many, which is a worker that waits at the
//! ring and not in line; the pool gives back the turn of one that died before it used it.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::mp::exceptions::Result;
use crate::mp::heap;
use crate::mp::synchronize::{ROBUST_BYTES, RobustLock};
use crate::mp::wait::{self, Look};
use crate::sys::futex;
use crate::sys::mmap::Block;

const TURNS: usize = ROBUST_BYTES;
const FIRST: usize = ROBUST_BYTES + 4;
const LENGTH: usize = ROBUST_BYTES + 8;
const CLOSED: usize = ROBUST_BYTES + 12;
const QUEUE: usize = ROBUST_BYTES + 16;

// What a worker is doing, as its place says.
const WAITING: u32 = 1;
const HAS_TURN: u32 = 2;
const BUSY: u32 = 3;
const SENT_HOME: u32 = 4;

/// Looks before sleeping.
const SPINS: u32 = 300;

#[derive(Debug)]
pub(super) struct Line {
    block: Block,
    lock: RobustLock,
    places: u32,
}

/// What became of standing in line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// A task is there, or on its way.
    Task,
    /// There will be no more tasks.
    Home,
    /// Not yet.
    Later,
}

impl Line {
    /// An empty line with room for `places` workers.
    #[track_caller]
    pub(super) fn new(places: u32) -> Result<Line> {
        let block = heap::allocate(QUEUE + places as usize * 8)?;
        Ok(Line {
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

    /// Where the worker in this place waits.
    fn place(&self, worker: u32) -> &AtomicU32 {
        self.word(QUEUE + (self.places + worker) as usize * 4)
    }

    fn queued(&self, nth: u32) -> usize {
        QUEUE + ((self.get(FIRST) + nth) % self.places) as usize * 4
    }

    /// Gets in line; the worker has been in no line before.
    pub(super) fn join(&self, worker: u32) {
        self.lock.enter();
        let turns = self.get(TURNS);
        if self.get(CLOSED) != 0 {
            self.place(worker).store(SENT_HOME, Ordering::SeqCst);
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

    /// Waits in line until the deadline.
    pub(super) fn wait(&self, worker: u32, deadline: Option<i64>) -> Turn {
        let place = self.place(worker);
        wait::briefly(SPINS, || place.load(Ordering::SeqCst) != WAITING);
        let look = || match place.load(Ordering::SeqCst) {
            WAITING => Look::Wait(WAITING),
            HAS_TURN => Look::Done(Turn::Task),
            _ => Look::Done(Turn::Home),
        };
        wait::until(place, deadline, look).unwrap_or(Turn::Later)
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

    /// The worker in this place is no more: it leaves the line, and an unused turn is given on.
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

    /// Sends home who waits and who comes.
    pub(super) fn close(&self) {
        self.lock.enter();
        self.set(CLOSED, 1);
        let length = self.get(LENGTH);
        let waiting: Vec<u32> = (0..length).map(|nth| self.get(self.queued(nth))).collect();
        for worker in &waiting {
            self.place(*worker).store(SENT_HOME, Ordering::SeqCst);
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
    use super::{Line, Turn};
    use crate::mp::wait::NOW;

    #[test]
    fn turns_go_to_who_has_been_idle_longest() {
        let line = Line::new(3).expect("memory");
        line.give();
        for worker in 0..3 {
            line.join(worker);
        }
        let turns = |line: &Line| [0, 1, 2].map(|worker| line.wait(worker, NOW));
        assert_eq!(turns(&line), [Turn::Task, Turn::Later, Turn::Later]);
        line.busy(0);
        line.join(0);
        line.give();
        assert_eq!(turns(&line), [Turn::Later, Turn::Task, Turn::Later]);
        line.give();
        line.give();
        assert_eq!(turns(&line), [Turn::Task; 3]);
    }

    #[test]
    fn the_turn_of_the_dead_goes_on() {
        let line = Line::new(3).expect("memory");
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
        assert_eq!(line.wait(1, NOW), Turn::Later);
    }

    #[test]
    fn a_closed_line_sends_everybody_home() {
        let line = Line::new(2).expect("memory");
        line.join(0);
        line.close();
        line.join(1);
        assert_eq!([0, 1].map(|worker| line.wait(worker, NOW)), [Turn::Home; 2]);
    }
}
