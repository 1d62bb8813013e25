//! Schedules and strategies at the gate of an ordinary run.

use super::operation::{Access, Needs, Next, Object, Operation, Proc};
use super::strategy::Strategy;
use crate::engine::{Ready, Scheduler};

/// A run that follows a schedule, and goes in turn once that is over.
#[derive(Debug)]
pub struct Script(std::vec::IntoIter<Proc>);

impl Script {
    pub fn new(steps: Vec<Proc>) -> Script {
        Script(steps.into_iter())
    }
}

impl Scheduler for Script {
    fn choose(&mut self, _: &[Ready<'_>]) -> Option<u32> {
        self.0.next()
    }
}

impl Scheduler for Strategy {
    fn choose(&mut self, ready: &[Ready<'_>]) -> Option<u32> {
        // All that a strategy asks of an operation is whether it is on something shared.
        let shared = |_: &str| Access {
            object: Object(0),
            write: true,
            needs: Needs::Nothing,
            level: 0,
        };
        let offered = ready.iter().map(|ready| Next {
            proc: ready.proc,
            operation: Operation {
                accesses: ready.op.object.as_deref().map(shared).into_iter().collect(),
                ..Operation::default()
            },
        });
        Strategy::choose(self, &offered.collect::<Vec<_>>())
    }
}
