//! A machine of whose steps all depend on each other: a search of it runs every interleaving.
//!
//! It is what the reduction is held against. Beside each execution it keeps what the reduced search
//! would see of it, so that the traces can be told apart.

use super::execution::{Clock, Execution};
use super::operation::{Access, Footprint, Machine, Needs, Next, Object, Proc, Step};

/// All interleavings of a program. Keep it small.
#[derive(Debug)]
pub struct Unreduced<M> {
    pub machine: M,
    next: Vec<Next>,
    seen: Execution,
}

/// What every step writes.
const EVERYTHING: Object = Object(u64::MAX);

impl<M: Machine> Unreduced<M> {
    pub fn new(machine: M) -> Unreduced<M> {
        Unreduced {
            machine,
            next: Vec::new(),
            seen: Execution::default(),
        }
    }

    /// The trace of the execution: the same for two of which the reduced search runs one.
    pub fn trace(&self) -> Vec<(Proc, Clock, Footprint)> {
        self.seen.canonical()
    }

    fn look(&mut self) {
        self.next.clear();
        self.next.extend(self.machine.next().iter().cloned());
        for next in &mut self.next {
            let operation = &mut next.operation;
            let everything = || Access {
                object: EVERYTHING,
                write: true,
                needs: Needs::Nothing,
                reads_from: None,
                level: 0,
            };
            operation.accesses.push(everything());
            if !operation.otherwise.is_empty() {
                operation.otherwise.push(everything());
            }
        }
    }
}

impl<M: Machine> Machine for Unreduced<M> {
    type Error = M::Error;

    fn restart(&mut self) -> Result<(), M::Error> {
        self.machine.restart()?;
        self.seen = Execution::default();
        self.look();
        Ok(())
    }

    fn next(&self) -> &[Next] {
        &self.next
    }

    fn begins_anew(&mut self) -> bool {
        self.machine.begins_anew()
    }

    fn step(&mut self, proc: Proc) -> Result<Step, M::Error> {
        let mut next = self.machine.next().iter();
        let operation = next.find(|next| next.proc == proc);
        let operation = operation.map(|next| next.operation.clone());
        let mut step = self.machine.step(proc)?;
        self.seen
            .push(proc, operation.unwrap_or_default(), step.clone());
        step.footprint.touches.push((EVERYTHING, true));
        step.levels.push(0);
        self.look();
        Ok(step)
    }
}
