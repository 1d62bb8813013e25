//! `Calls`: the operations a thread is in, innermost last.
//!
//! An operation that was announced or is about to block lasts until its own event, whatever else
//! the process tells in the meantime: while it waits in one call of `mp`, a pump inside it collects
//! results, starts workers and runs callbacks, and those do operations of their own. So a call that
//! begins inside another is put on top of it, and when it is done the other one goes on.

use crate::trace::Op;

use super::process::{Pending, State};

/// Calls kept one inside the other; no program nests deeper, a hostile log would.
const DEEPEST: usize = 16;

/// The calls of one thread.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Calls {
    frames: Vec<Frame>,
}

#[derive(Debug, Clone, PartialEq)]
struct Frame {
    pending: Pending,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Phase {
    /// Announced, not granted yet.
    AtGate,
    /// Granted: it goes through now.
    Granted,
    Waiting,
    /// In `sleep`, until this time (ns) where it is known.
    Sleeping(Option<i64>),
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The innermost call.
    pub(super) fn top(&self) -> Option<&Pending> {
        self.frames.last().map(|frame| &frame.pending)
    }

    /// What the thread does, seen from its calls.
    pub(super) fn state(&self) -> State {
        let Some(frame) = self.frames.last() else {
            return State::Running;
        };
        let pending = || frame.pending.clone();
        match frame.phase {
            Phase::AtGate => State::AtGate(pending()),
            Phase::Granted => State::Running,
            Phase::Waiting => State::Waiting(pending()),
            Phase::Sleeping(until) => State::Sleeping { until },
        }
    }

    /// A call is announced or about to block. Gives the call that had to go because there are too many.
    pub(super) fn enter(&mut self, pending: Pending, phase: Phase) -> Option<Pending> {
        if let Some(top) = self.frames.last_mut()
            && is_same(&top.pending.op, &pending.op)
        {
            *top = Frame { pending, phase };
            return None;
        }
        let gone = (self.frames.len() >= DEEPEST).then(|| self.frames.remove(0));
        self.frames.push(Frame { pending, phase });
        gone.map(|frame| frame.pending)
    }

    /// The innermost announced call goes on; where there is none, the innermost that was granted to
    /// wait.
    pub(super) fn grant(&mut self) {
        let innermost = |phase| self.frames.iter().rposition(|frame| frame.phase == phase);
        let granted = innermost(Phase::AtGate).or_else(|| innermost(Phase::Waiting));
        if let Some(place) = granted {
            self.frames[place].phase = Phase::Granted;
        }
    }

    /// An operation is done: if it is one of these calls, that one ends, and those inside it that
    /// never told of their end are given back.
    pub(super) fn done(&mut self, op: &Op) -> Vec<Pending> {
        let found = self
            .frames
            .iter()
            .rposition(|frame| is_same(&frame.pending.op, op));
        let Some(place) = found else {
            return Vec::new();
        };
        let inside = self.frames.split_off(place).into_iter().skip(1);
        inside.map(|frame| frame.pending).collect()
    }

    pub(super) fn clear(&mut self) {
        self.frames.clear();
    }
}

/// Whether two events tell of one operation: its arguments may be told later, never otherwise.
fn is_same(a: &Op, b: &Op) -> bool {
    a.op == b.op
        && a.object == b.object
        && a.args.child == b.args.child
        && (a.args.task == b.args.task || a.args.task.is_none() || b.args.task.is_none())
}
