//! `Lock` and `RLock`, `Semaphore` and `BoundedSemaphore`: who holds what.
//!
//! Folded from `acquire` and `release`; waiters are kept with the object. A lock whose owner died
//! stays held, as CPython's does.

use std::sync::Arc;

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::limits::clip;
use super::step::Step;

/// A process (or a thread of it) that holds something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub proc: u32,
    pub tid: Option<i32>,
    /// When it came to hold it: ns since the run began, and the event.
    pub since: i64,
    pub since_seq: u64,
    /// Where in the program.
    pub at: Option<Arc<str>>,
}

impl Holder {
    fn of(step: &Step<'_>) -> Holder {
        Holder {
            proc: step.proc,
            tid: step.tid,
            since: step.t,
            since_seq: step.seq,
            at: step.at.cloned(),
        }
    }
}

/// A `Lock` or an `RLock`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    pub recursive: bool,
    pub owner: Option<Holder>,
    /// How often the owner holds it: 0 when free, at most 1 for a `Lock`.
    pub depth: u64,
    /// Times it was acquired.
    pub acquired: u64,
    /// A thread's lock in a forked process: a thread of the parent held the original when it was copied.
    pub copied: Option<Copied>,
}

/// Who held the original of a lock that a fork copied. Nobody in the new process can release the copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The thread's name.
    pub holder: Option<Arc<str>>,
    /// Where it had acquired the lock: `program.py:12`.
    pub at: Option<Arc<str>>,
}

impl Lock {
    pub(super) fn new(recursive: bool) -> Lock {
        Lock {
            recursive,
            owner: None,
            depth: 0,
            acquired: 0,
            copied: None,
        }
    }

    /// Whether this process (its thread) could acquire it now.
    pub fn is_free_for(&self, proc: u32, tid: Option<i32>) -> bool {
        match &self.owner {
            None => self.copied.is_none(),
            Some(owner) => self.recursive && (owner.proc, owner.tid) == (proc, tid),
        }
    }

    /// `args.n` of an acquire is the depth it reached (a Condition takes back all at once).
    fn acquire(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        self.acquired += 1;
        let reached = step.op.args.n.and_then(|n| u64::try_from(n).ok());
        if let Some(owner) = self.owner.as_ref().map(|owner| owner.proc) {
            if self.is_free_for(step.proc, step.tid) {
                self.depth = reached.unwrap_or(self.depth.saturating_add(1)).max(1);
                return None;
            }
            self.own(step, 1);
            return Some(AnomalyKind::HeldByAnother { owner });
        }
        self.own(step, reached.unwrap_or(1).max(1));
        None
    }

    fn own(&mut self, step: &Step<'_>, depth: u64) {
        self.depth = if self.recursive { depth } else { 1 };
        self.owner = Some(Holder::of(step));
    }

    /// `args.n` of a release is the number of levels let go; without it, one.
    fn release(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        let Some(owner) = &self.owner else {
            if self.copied.take().is_some() {
                return None;
            }
            return Some(if self.recursive {
                AnomalyKind::NotOwner { owner: None }
            } else {
                AnomalyKind::NotHeld
            });
        };
        if self.recursive && (owner.proc, owner.tid) != (step.proc, step.tid) {
            return Some(AnomalyKind::NotOwner {
                owner: Some(owner.proc),
            });
        }
        let levels = step
            .op
            .args
            .n
            .and_then(|n| u64::try_from(n).ok())
            .unwrap_or(1);
        self.depth = self.depth.saturating_sub(levels.max(1));
        if self.depth == 0 {
            self.owner = None;
        }
        None
    }
}

impl Family for Lock {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        if !step.done() {
            return None;
        }
        match step.op.op {
            OpName::Create if step.op.args.n == Some(1) => {
                let text = |text: &Option<String>| text.as_deref().map(clip);
                self.copied = Some(Copied {
                    holder: text(&step.op.args.key),
                    at: text(&step.op.args.value),
                });
                None
            }
            OpName::Acquire if !step.gave_up() => self.acquire(step),
            OpName::Release => self.release(step),
            _ => None,
        }
    }

    fn size(&self) -> usize {
        0
    }
}

/// A `Semaphore` or a `BoundedSemaphore`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Semaphore {
    pub bounded: bool,
    /// Value it was created with.
    pub initial: i64,
    pub value: i64,
    /// Who took it and has not released it, as far as that can be told: whoever took it first is taken
    /// to be released by one that has not taken it.
    pub holders: Vec<Holder>,
}

/// Most holders that are kept.
const HOLDERS: usize = 64;

impl Semaphore {
    pub(super) fn new(bounded: bool) -> Semaphore {
        Semaphore {
            bounded,
            initial: 1,
            value: 1,
            holders: Vec::new(),
        }
    }
}

impl Family for Semaphore {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        if !step.done() {
            return None;
        }
        match step.op.op {
            OpName::Create => {
                // CPython's default is 1.
                self.initial = step.op.args.n.unwrap_or(1).max(0);
                self.value = self.initial;
            }
            OpName::Acquire if !step.gave_up() => {
                if self.value <= 0 {
                    return Some(AnomalyKind::BelowZero);
                }
                self.value -= 1;
                if self.holders.len() < HOLDERS {
                    self.holders.push(Holder::of(step));
                }
            }
            OpName::Release => {
                if self.bounded && self.value >= self.initial {
                    return Some(AnomalyKind::NotHeld);
                }
                self.value = self.value.saturating_add(1);
                let mut holders = self.holders.iter();
                let own = holders.position(|holder| holder.proc == step.proc);
                if !self.holders.is_empty() {
                    self.holders.remove(own.unwrap_or(0));
                }
            }
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        0
    }
}
