//! Schedules and strategies at the gate of an ordinary run.

use std::collections::VecDeque;

use super::operation::{Access, Needs, Next, Object, Operation, Proc};
use super::strategy::Strategy;
use crate::engine::{Chosen, Ready, Scheduler};
use crate::lesson::schedule::Schedule;

/// A run that follows a schedule. Once that is over, or was left, it goes as `then` says, else in turn.
#[derive(Debug)]
pub struct Script {
    /// Who takes each step, and whether that one only begins to wait.
    steps: VecDeque<(Proc, bool)>,
    then: Option<Strategy>,
}

impl Script {
    pub fn new(schedule: &Schedule, then: Option<Strategy>) -> Script {
        let begins = |step| schedule.begins.contains(&step);
        let steps = schedule.steps.iter().enumerate();
        Script {
            steps: steps.map(|(step, proc)| (*proc, begins(step))).collect(),
            then,
        }
    }
}

impl Scheduler for Script {
    fn choose(&mut self, ready: &[Ready<'_>]) -> Option<Chosen> {
        match self.steps.pop_front() {
            Some((proc, begins)) => Some(Chosen { proc, begins }),
            None => Scheduler::choose(self.then.as_mut()?, ready),
        }
    }

    fn went(&mut self, proc: Proc, begins: bool) {
        // Whoever does by hand what stands here is on the way still.
        if self.steps.front() == Some(&(proc, begins)) {
            self.steps.pop_front();
        } else {
            self.steps.clear();
        }
    }
}

impl Scheduler for Strategy {
    fn choose(&mut self, ready: &[Ready<'_>]) -> Option<Chosen> {
        // All that a strategy asks of an operation is whether it is on something shared.
        let shared = |_: &str| Access {
            object: Object(0),
            write: true,
            needs: Needs::Nothing,
            reads_from: None,
            level: 0,
        };
        let offered = ready.iter().map(|ready| Next {
            is_dead: false,
            proc: ready.proc,
            operation: Operation {
                accesses: ready.op.object.as_deref().map(shared).into_iter().collect(),
                ..Operation::default()
            },
        });
        let proc = Strategy::choose(self, &offered.collect::<Vec<_>>())?;
        Some(Chosen {
            proc,
            begins: false,
        })
    }
}
