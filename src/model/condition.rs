//! `Condition`: who sleeps on it is with the object's waiters; here, how many may wake.
//!
//! A wait on it is four events: `release` of its lock, `op.wait` on the condition, `acquire` of the
//! lock after waking, `wait` with its result. `notify` wakes any of the sleepers, so wakes are
//! counted, not assigned: the one that takes its lock back has used one.

use std::sync::Arc;

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::step::Step;

/// CPython's `Condition`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition {
    /// Sleepers that may wake and have not yet.
    pub wakes: u64,
    /// Notifications, whether anybody slept or not.
    pub notified: u64,
    /// The last notification that nobody slept to hear: who gave it, and where.
    pub unheard: Option<(u32, Option<Arc<str>>)>,
    /// Woken, on the way back through the lock; whether a wake was used for it.
    waking: Vec<(u32, Option<i32>, bool)>,
}

impl Condition {
    /// The sleeper begins to take its lock back; `asleep` others are left.
    pub(super) fn woke(&mut self, proc: u32, tid: Option<i32>, asleep: usize) {
        let used = self.wakes > 0;
        self.wakes = self.wakes.saturating_sub(1).min(asleep as u64);
        self.waking.push((proc, tid, used));
    }

    fn waited(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        let me = (step.proc, step.tid);
        let found = self
            .waking
            .iter()
            .position(|(proc, tid, _)| (*proc, *tid) == me);
        let used = found.map(|place| self.waking.swap_remove(place).2);
        let woken = step.done() && !step.gave_up();
        match used {
            // It timed out after all: its wake is another's.
            Some(true) if !woken => {
                self.wakes = self.wakes.saturating_add(1).min(step.waiting as u64);
            }
            Some(true) => {}
            Some(false) | None if woken => {
                if self.wakes == 0 {
                    return Some(AnomalyKind::NotAllowed);
                }
                self.wakes -= 1;
            }
            Some(false) | None => self.wakes = self.wakes.min(step.waiting as u64),
        }
        None
    }
}

impl Family for Condition {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        match step.op.op {
            OpName::Wait => return self.waited(step),
            OpName::Notify | OpName::NotifyAll if step.done() && step.waiting == 0 => {
                self.unheard = Some((step.proc, step.at.cloned()));
                if step.op.op == OpName::Notify {
                    let n = step.op.args.n.unwrap_or(1).max(0).unsigned_abs();
                    self.notified = self.notified.saturating_add(n);
                }
                self.wakes = 0;
            }
            OpName::Notify if step.done() => {
                let n = step.op.args.n.unwrap_or(1).max(0).unsigned_abs();
                self.notified = self.notified.saturating_add(n);
                self.wakes = self.wakes.saturating_add(n).min(step.waiting as u64);
            }
            OpName::NotifyAll if step.done() => {
                self.notified = self.notified.saturating_add(step.waiting as u64);
                self.wakes = step.waiting as u64;
            }
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        0
    }

    /// A process ended; `asleep` sleepers are left.
    fn forget(&mut self, proc: u32, asleep: usize) {
        self.waking.retain(|(who, ..)| *who != proc);
        self.wakes = self.wakes.min(asleep as u64);
    }
}
