//! A process at the gate: what it said last, and whether it is busy elsewhere.
//!
//! It is looked at from outside when it has been silent for a while; the gate decides who goes.

use crate::engine::observer::{Activity, Observer};

/// How long a process may take from its last word to its next announcement before it is looked at
/// from outside.
pub(super) const OUTSIDE: i64 = 100_000_000;
/// Processor time after which one that runs counts as outside the gate: it computes. One that only
/// waits for a processor does not.
pub(super) const COMPUTES: u64 = 50_000_000;
/// The same for a child that has not introduced itself: a Python starts before it can.
pub(super) const STARTS: u64 = 1_000_000_000;
/// Pause between two looks.
pub(super) const LOOK: i64 = 20_000_000;
/// How long it is waited for at most.
pub(super) const LONGEST: i64 = 3_000_000_000;

/// One process that can be held, or will be once it has announced itself.
#[derive(Debug)]
pub(super) struct Participant {
    pub(super) pid: i32,
    /// When it last said anything (ns).
    pub(super) active_at: i64,
    /// Processor time it had when it was first looked at since.
    pub(super) cpu: Option<u64>,
    /// Processor time it may take before it counts as outside the gate.
    pub(super) computes: u64,
    /// It was seen to be outside the gate since.
    pub(super) outside: bool,
    /// It may have children that nobody has heard of.
    pub(super) may_have_forked: bool,
    /// When, in virtual ns, each operation it announced times out or its sleep ends. While one waits
    /// for its grant a callback may announce another: the last goes first.
    pub(super) due: Vec<Option<f64>>,
    /// Its operation was told to begin to wait (`Grant::Begin`).
    pub(super) begun: bool,
}

impl Participant {
    pub(super) fn new(pid: i32, now: i64) -> Participant {
        Participant {
            pid,
            active_at: now,
            cpu: None,
            computes: COMPUTES,
            outside: false,
            may_have_forked: true,
            due: Vec::new(),
            begun: false,
        }
    }

    pub(super) fn spoke(&mut self, now: i64) {
        *self = Participant {
            due: std::mem::take(&mut self.due),
            begun: self.begun,
            ..Participant::new(self.pid, now)
        };
    }

    /// When to look again; `None` once it is outside the gate.
    pub(super) fn look_again(&mut self, now: i64, observer: &impl Observer) -> Option<i64> {
        if self.outside {
            return None;
        }
        if now < self.active_at + OUTSIDE {
            return Some(self.active_at + OUTSIDE);
        }
        self.outside = now >= self.active_at + LONGEST
            || match observer.doing(self.pid) {
                Activity::Resting => true,
                Activity::Running { cpu } => cpu >= *self.cpu.get_or_insert(cpu) + self.computes,
            };
        (!self.outside).then_some(now + LOOK)
    }
}
