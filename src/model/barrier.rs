//! `Barrier`: how many have come, how many may go.
//!
//! Who waits is with the object's waiters, in order of arrival; the first `leaving` of them may go.
//! The last to arrive logs its `wait` without an `op.wait` before it, and before anybody else goes.
//! A log in which one of the others tells first is accepted: who filled it is then owed.

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::step::Step;

/// CPython's `Barrier`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Barrier {
    pub parties: u64,
    /// Of those that wait, how many may go and have not said so yet.
    pub leaving: u64,
    pub broken: bool,
    /// Times it filled up.
    pub filled: u64,
    /// Times it was reset.
    pub resets: u64,
    /// Fillings whose last arrival has not told of itself yet.
    owed: u64,
}

impl Barrier {
    /// Who has come and still waits for others, of `waiting` waiters.
    pub fn arrived(&self, waiting: usize) -> u64 {
        (waiting as u64).saturating_sub(self.leaving)
    }

    /// One came through while so many others wait.
    fn passed(&mut self, others: u64, waited: bool) -> Option<AnomalyKind> {
        if waited && self.leaving > 0 {
            self.leaving -= 1;
            return None;
        }
        if !waited && self.owed > 0 {
            self.owed -= 1;
            return None;
        }
        // The others of this filling: without the one that came through, without the one owed.
        let came = others.saturating_sub(self.leaving);
        let need = self.parties.saturating_sub(1 + u64::from(waited));
        self.filled += 1;
        self.owed += u64::from(waited);
        self.leaving = others;
        (came < need).then_some(AnomalyKind::NotAllowed)
    }
}

impl Family for Barrier {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        // Those that wait beside this process.
        let others = step.waiting as u64;
        match step.op.op {
            OpName::Create => self.parties = step.op.args.n.unwrap_or(0).max(0).unsigned_abs(),
            OpName::Wait if step.done() => return self.passed(others, step.waited),
            OpName::Wait => {
                // BrokenBarrierError: a reset sent those that waited away, anything else broke it.
                if step.waited && self.leaving > 0 {
                    self.leaving -= 1;
                } else {
                    self.broken = true;
                }
            }
            OpName::Abort if step.done() => self.broken = true,
            OpName::Reset if step.done() => {
                self.broken = false;
                self.resets += 1;
                self.leaving = others;
            }
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        0
    }

    /// A process ended; `waiting` waiters are left.
    fn forget(&mut self, _: u32, waiting: usize) {
        self.leaving = self.leaving.min(waiting as u64);
    }
}
