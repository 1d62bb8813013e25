//! `World::blocked`: who waits for what that nothing can bring, and whether that is everybody.
//!
//! 'Nobody enabled, somebody unfinished' is a deadlock. Servers of managers and idle workers are
//! services: they are not unfinished. Sleepers and timed waits wake by themselves.

use crate::trace::OpName;

use super::World;
use super::enabled::worker_can_go;
use super::object::Object;
use super::pool::Pool;
use super::process::{Pending, Process, State, Target};

/// Who is stuck.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Blocked {
    /// Processes that wait for ever for what can't happen as things stand, in birth order.
    pub stuck: Vec<Stuck>,
    /// Every unfinished process is stuck and no service can go on: nothing will happen any more.
    pub deadlock: bool,
}

/// A process that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Stuck {
    pub proc: u32,
    pub pending: Pending,
    /// Processes that have what it waits for: a lock's owner, the child, the task's worker, a
    /// pool's workers. They may have ended: a dead owner's lock stays held.
    pub held_by: Vec<u32>,
}

impl World {
    /// Who is stuck now, and whether it is a deadlock.
    pub fn blocked(&self) -> Blocked {
        let mut blocked = Blocked::default();
        let mut somebody_goes_on = false;
        for process in self.processes().filter(|process| process.is_alive()) {
            if process.is_service() {
                continue;
            }
            if let Some(pool) = self.pool_it_waits_for(process) {
                somebody_goes_on |= worker_can_go(pool);
                continue;
            }
            let stuck = self.stuck(process);
            let threads_stuck = process.threads.iter().all(|thread| {
                pending_of(&thread.state)
                    .is_some_and(|pending| self.cannot_go(process.proc, Some(thread.tid), pending))
            });
            match stuck {
                Some(stuck) if threads_stuck => blocked.stuck.push(stuck),
                _ => somebody_goes_on = true,
            }
        }
        blocked.deadlock = !somebody_goes_on && !blocked.stuck.is_empty();
        blocked
    }

    /// Threads of a process that wait for ever as things stand, and for what.
    pub(super) fn standing_of<'a>(
        &self,
        process: &'a Process,
        all: bool,
    ) -> Vec<(Option<i32>, &'a Pending)> {
        if process.is_service() || self.pool_it_waits_for(process).is_some() {
            return Vec::new();
        }
        let main = (None, pending_of(&process.state));
        let others = process.threads.iter();
        let others = others.map(|thread| (Some(thread.tid), pending_of(&thread.state)));
        std::iter::once(main)
            .chain(others)
            .filter_map(|(tid, pending)| Some((tid, pending?)))
            .filter(|(tid, pending)| {
                let can_go = !self.cannot_go(process.proc, *tid, pending);
                !can_go || all && pending.timeout.is_none() && pending.op.op != OpName::Sleep
            })
            .collect()
    }

    fn stuck(&self, process: &Process) -> Option<Stuck> {
        let pending = process.pending()?;
        self.cannot_go(process.proc, None, pending).then(|| Stuck {
            proc: process.proc,
            pending: pending.clone(),
            held_by: self.held_by(&pending.target),
        })
    }

    /// The pool of an idle worker: one that runs no task and does nothing of its own (what an
    /// initializer does is its own). It serves whoever submits a task.
    fn pool_it_waits_for(&self, process: &Process) -> Option<&Pool> {
        let key = process.pool?;
        let idle = match &process.state {
            State::Running => true,
            state => pending_of(state).is_some_and(|pending| pending.target.object() == Some(key)),
        };
        let pool = self.object_at(key)?.pool()?;
        let mut workers = pool.workers.iter();
        let worker = workers.find(|worker| worker.proc == process.proc)?;
        (idle && worker.task.is_none()).then_some(pool)
    }

    fn cannot_go(&self, proc: u32, tid: Option<i32>, pending: &Pending) -> bool {
        pending.timeout.is_none() && !self.enabled_for(proc, tid, &pending.op)
    }

    /// The child that a wait names. Its wait may have been told before its start was.
    pub(super) fn child_of(&self, proc: Option<u32>, pid: Option<i32>) -> Option<u32> {
        proc.or_else(|| self.by_pid(pid?).map(|child| child.proc))
    }

    /// Who has what an operation is on, by birth number; empty where nobody in particular has it.
    pub fn held_by(&self, target: &Target) -> Vec<u32> {
        let holder = match target {
            Target::Child { proc, pid, .. } => self.child_of(*proc, *pid),
            Target::Task { pool, task } => self
                .object_at(*pool)
                .and_then(Object::pool)
                .and_then(|pool| pool.tasks.get(*task))
                .filter(|task| !task.state.has_result())
                .and_then(|task| task.worker),
            Target::Object(key) => self.object_at(*key).and_then(|object| {
                if let Some(popen) = object.popen() {
                    return self.by_pid(popen.pid?).map(|child| child.proc);
                }
                let lock = object.lock().or_else(|| self.lock_of(object))?;
                // A condition is waited for first, then its lock.
                let asleep = object
                    .condition()
                    .is_some_and(|condition| condition.wakes == 0);
                let owner = lock.owner.as_ref().filter(|_| !asleep);
                owner.map(|owner| owner.proc)
            }),
            Target::Nothing => None,
        };
        let pool = match target {
            Target::Object(key) => self.object_at(*key).and_then(Object::pool),
            _ => None,
        };
        let workers = pool.into_iter().flat_map(|pool| &pool.workers);
        let alive = workers
            .filter(|worker| worker.alive)
            .map(|worker| worker.proc);
        holder.into_iter().chain(alive).collect()
    }
}

fn pending_of(state: &State) -> Option<&Pending> {
    match state {
        State::Waiting(pending) | State::AtGate(pending) => Some(pending),
        _ => None,
    }
}
