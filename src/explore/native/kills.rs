//! Processes that are ended by others: a pool's workers and daemons, and whoever the program sends a
//! signal.
//!
//! Here a signal ends its process before anybody's next step. What the kernel leaves open, whether a
//! process that was sent a signal still shows up alive, is refused.

use super::access::Why;
use super::{Killed, Native, NativeError, Stand};
use crate::model::{Object as ModelObject, PoolState};
use crate::trace::{Exit, Op, OpName, Role};

impl Native {
    pub(super) fn unsupported(&self, birth: usize, op: OpName, why: Why) -> NativeError {
        NativeError::Unsupported {
            process: self.name(birth),
            op,
            why,
        }
    }

    fn of_pid(&self, pid: Option<i32>) -> Option<usize> {
        let mut processes = self.processes.iter();
        processes.rposition(|process| Some(process.pid) == pid)
    }

    /// Looks at what a process is about to do to another.
    pub(super) fn note_target(&mut self, birth: usize) -> Result<(), NativeError> {
        let op = &self.processes[birth].op;
        let target = self.of_pid(op.args.pid).map(|of| &self.processes[of]);
        match op.op {
            OpName::Terminate | OpName::Kill if target.is_some_and(|target| !target.mortal) => {
                // Steps of processes that may be ended depend on that.
                self.anew |= !self.kills;
                self.kills = true;
            }
            OpName::IsAlive | OpName::ExitCode | OpName::Join
                if (op.op != OpName::Join || op.args.timeout.is_some())
                    && target.is_some_and(|target| target.killed == Killed::Now) =>
            {
                return Err(self.unsupported(birth, op.op, Why::Dying));
            }
            _ => {}
        }
        Ok(())
    }

    /// Whom an operation that is done has ended, and by which signal.
    pub(super) fn ended_by(&mut self, op: &Op) -> Vec<(usize, i32)> {
        let child = self.of_pid(op.args.pid);
        let signal = match (op.op, child) {
            (OpName::Join, Some(child)) if self.processes[child].killed == Killed::Now => {
                self.processes[child].killed = Killed::Joined;
                return Vec::new();
            }
            (OpName::Terminate, _) => nix::libc::SIGTERM,
            (OpName::Kill, _) => nix::libc::SIGKILL,
            _ => return Vec::new(),
        };
        let pool = op.object.as_deref().and_then(|id| self.world.object(id));
        let targets: Vec<usize> = match pool.and_then(ModelObject::pool) {
            Some(pool) => {
                let workers = pool.workers.iter().filter(|worker| worker.alive);
                let births = workers.filter_map(|worker| usize::try_from(worker.proc).ok());
                births.collect()
            }
            None => child.into_iter().collect(),
        };
        let lives = |birth: &usize| self.processes[*birth].stand == Stand::AtGate;
        let ended = targets.into_iter().filter(lives);
        ended.map(|birth| (birth, signal)).collect()
    }

    /// They are ended.
    pub(super) fn kill(&mut self, ended: &[(usize, i32)]) -> Result<(), NativeError> {
        for (birth, signal) in ended {
            let op = &self.processes[*birth].op;
            if op.op == OpName::Wait && op.args.key.as_deref() == Some("wake") {
                return Err(self.unsupported(*birth, op.op, Why::KilledWaiting));
            }
            self.processes[*birth].killed = Killed::Now;
            self.gone(*birth, Exit::Signal(*signal));
        }
        Ok(())
    }

    /// A worker that ends while there may be work is replaced, sooner or later.
    pub(super) fn is_replaced(&self, birth: usize) -> bool {
        let process = u32::try_from(birth)
            .ok()
            .and_then(|birth| self.world.process(birth));
        let worker = process.filter(|process| process.role == Role::Worker);
        let pool = worker.and_then(|worker| self.world.object_at(worker.pool?)?.pool());
        pool.is_some_and(|pool| match pool.state {
            PoolState::Open => true,
            PoolState::Closed => !pool.is_drained(),
            PoolState::Terminated => false,
        })
    }
}
