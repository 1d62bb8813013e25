//! `Turns`: who was let through the gate, in order: what a run's schedule is made of.

use std::collections::BTreeSet;

use super::appended::Appended;
use super::limits::Limits;

/// The turns of a gated run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Turns {
    procs: Appended<u32>,
    /// Places of the turns with which a process only began to wait.
    begins: Appended<usize>,
    /// Whose turn it is, until it says what came of it.
    open: Option<u32>,
    /// There were more than are kept.
    more: bool,
}

impl Turns {
    /// Whose turn was the last one.
    pub fn last(&self) -> Option<u32> {
        self.procs.last().copied()
    }

    /// Birth numbers, and the places of those that only began to wait; `None` of a run with more turns
    /// than are kept.
    pub fn all(&self) -> Option<(Vec<u32>, BTreeSet<usize>)> {
        let procs = || self.procs.iter().copied().collect();
        let begins = || self.begins.iter().copied().collect();
        (!self.more).then(|| (procs(), begins()))
    }

    pub(super) fn granted(&mut self, proc: u32, limits: &Limits) {
        self.open = Some(proc);
        if self.procs.len() < limits.turns {
            self.procs.push(proc);
        } else {
            self.more = true;
        }
    }

    /// The process begins to wait: nothing else came of its turn.
    pub(super) fn waits(&mut self, proc: u32) {
        if self.open.take_if(|open| *open == proc).is_some() && !self.more {
            self.begins.push(self.procs.len() - 1);
        }
    }

    /// The process has done something.
    pub(super) fn acted(&mut self, proc: u32) {
        self.open.take_if(|open| *open == proc);
    }
}
