//! Who waits for what, held by whom: what a deadlock is told by.
//!
//! `World::blocked` says who is stuck now. A `Wait` keeps what is needed to say it in words later,
//! whatever has become of the processes by then. The engine writes it into the log in English,
//! `explain` words it for people.

use std::sync::Arc;

use super::object::Object;
use super::object_id::ObjectId;
use super::pool::Pool;
use super::process::Target;
use super::{Stuck, World};
use crate::trace::{Event, Op, OpName, RunEnd};

/// Processes killed by somebody else in a stuck run, at most, before who waits for what is not kept
/// any more.
const KILLS: usize = 16;

/// One process that waits for what nothing can bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    pub who: Party,
    pub op: OpName,
    /// Where in the program.
    pub at: Option<Arc<str>>,
    /// The event that said it waits.
    pub since_seq: u64,
    /// Its thread, where it is not the main one.
    pub tid: Option<i32>,
    pub target: Awaited,
    /// Processes that have what it waits for, of a pool its workers.
    pub held_by: Vec<Party>,
}

/// A process at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub proc: u32,
    pub name: Arc<str>,
    pub pid: i32,
    pub alive: bool,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Awaited {
    Object(Thing),
    /// The end of a pool's workers, which wait for the end of a task that was lost.
    Workers {
        pool: Thing,
        lost: Option<LostTask>,
    },
    /// The result of a task.
    Result {
        task: u64,
        pool: Option<Thing>,
    },
    /// The end of a child, as the operation named it and as it is known.
    Child {
        name: Option<Arc<str>>,
        pid: Option<i32>,
        party: Option<Party>,
    },
    Nothing,
}

/// An object: its identity, and the program's own name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    pub id: Arc<str>,
    pub name: Option<Arc<str>>,
}

/// A task whose worker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostTask {
    pub task: u64,
    pub worker: Option<Party>,
}

/// What the fold remembers of a run in which nothing could go on.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Remembered {
    /// Before each signal that ended a process of a stuck run: its PID, and who waited for what.
    before_kills: Vec<(i32, Arc<[Wait]>)>,
    told: Option<Arc<[Wait]>>,
}

impl World {
    /// Who waits now for what nothing can bring, in birth order.
    #[must_use]
    pub fn waits(&self) -> Vec<Wait> {
        let blocked = self.blocked();
        blocked.stuck.iter().map(|stuck| self.wait(stuck)).collect()
    }

    /// Every wait without a timeout that nothing can end as things stand, whatever others do: that of
    /// each thread, in birth order. Idle workers of pools and servers of managers have none.
    /// `all`: those that something could end as things stand as well; what keeps them is not in the log.
    #[must_use]
    pub fn standing(&self, all: bool) -> Vec<Wait> {
        let mut waits = Vec::new();
        for process in self.processes().filter(|process| process.is_alive()) {
            for (tid, pending) in self.standing_of(process, all) {
                let stuck = Stuck {
                    proc: process.proc,
                    pending: pending.clone(),
                    held_by: self.held_by(&pending.target),
                };
                waits.push(Wait {
                    tid,
                    ..self.wait(&stuck)
                });
            }
        }
        waits
    }

    /// Who waited for what when nothing could go on; `None` of a run in which it always could.
    #[must_use]
    pub fn deadlock(&self) -> Option<&[Wait]> {
        self.remembered.told.as_deref()
    }

    /// A fault says that nothing can go on.
    pub(super) fn remember_deadlock(&mut self) {
        self.remembered.told = Some(self.waits().into());
    }

    /// What somebody waited for in vain came after all.
    pub(super) fn forget_deadlock_if_over(&mut self, event: &Event, op: &Op) {
        let over = |wait: &Wait| {
            let same_object = match &wait.target {
                Awaited::Object(thing) | Awaited::Workers { pool: thing, .. } => {
                    op.object.as_deref() == Some(&*thing.id)
                }
                _ => true,
            };
            Some(wait.who.proc) == event.proc && wait.op == op.op && same_object
        };
        let told = self.remembered.told.as_deref().unwrap_or_default();
        if op.error.is_none() && told.iter().any(over) {
            self.remembered.told = None;
        }
    }

    /// A stuck run is ended by signals: before the first of them all still wait. Which was the first
    /// of forklore's own the end will tell.
    pub(super) fn remember_before_kill(&mut self, event: &Event) {
        if self.remembered.before_kills.len() < KILLS && self.blocked().deadlock {
            let waits = self.waits().into();
            self.remembered.before_kills.push((event.pid, waits));
        }
    }

    pub(super) fn remember_at_end(&mut self, end: &RunEnd) {
        let kills = std::mem::take(&mut self.remembered.before_kills);
        let first = kills.into_iter().find(|(pid, _)| end.ended.contains(pid));
        if let Some((_, waits)) = first {
            self.remembered.told = Some(waits);
        }
    }

    fn wait(&self, stuck: &Stuck) -> Wait {
        let pending = &stuck.pending;
        let parties = |procs: &[u32]| procs.iter().filter_map(|proc| self.party(*proc)).collect();
        Wait {
            who: self.party(stuck.proc).unwrap_or_else(|| Party {
                proc: stuck.proc,
                name: Arc::from(""),
                pid: 0,
                alive: false,
            }),
            op: pending.op.op,
            at: pending.op.at.as_deref().map(Arc::from),
            since_seq: pending.since_seq,
            tid: None,
            target: self.awaited(&pending.target),
            held_by: parties(&stuck.held_by),
        }
    }

    fn awaited(&self, target: &Target) -> Awaited {
        match target {
            Target::Object(key) if let Some(child) = self.program_at(*key) => Awaited::Child {
                name: None,
                pid: Some(child),
                party: self.by_pid(child).and_then(|child| self.party(child.proc)),
            },
            Target::Object(key) => match (self.pool_at(*key), self.thing(*key)) {
                (Some(pool), Some(thing)) => Awaited::Workers {
                    pool: thing,
                    lost: pool.lost_task().map(|task| LostTask {
                        task: task.number,
                        worker: task.worker.and_then(|proc| self.party(proc)),
                    }),
                },
                (None, Some(thing)) => Awaited::Object(thing),
                (_, None) => Awaited::Nothing,
            },
            Target::Task { pool, task } => Awaited::Result {
                task: *task,
                pool: self.thing(*pool),
            },
            Target::Child { name, pid, proc } => Awaited::Child {
                name: name.clone(),
                pid: *pid,
                party: self.child_of(*proc, *pid).and_then(|proc| self.party(proc)),
            },
            Target::Nothing => Awaited::Nothing,
        }
    }

    /// The process of a program that `subprocess` started.
    fn program_at(&self, key: ObjectId) -> Option<i32> {
        self.object_at(key).and_then(Object::popen)?.pid
    }

    fn pool_at(&self, key: ObjectId) -> Option<&Pool> {
        self.object_at(key).and_then(Object::pool)
    }

    fn thing(&self, key: ObjectId) -> Option<Thing> {
        let object = self.object_at(key)?;
        Some(Thing {
            id: Arc::clone(&object.id),
            name: self.name_of(object),
        })
    }

    /// The program's name for an object; of a lock without one that of the value it guards, of a
    /// process's copy of a thing between threads that of the original.
    #[must_use]
    pub fn name_of(&self, object: &Object) -> Option<Arc<str>> {
        if object.name.is_some() {
            return object.name.clone();
        }
        let original = object.of.as_deref().and_then(|id| self.object(id));
        let original = original.filter(|original| original.class == object.class);
        if let Some(name) = original.and_then(|original| original.name.clone()) {
            return Some(name);
        }
        object.lock()?;
        let mut owners = self
            .objects()
            .filter(|owner| owner.of.as_deref() == Some(&*object.id));
        let owner = owners.find(|owner| owner.name.is_some())?;
        let name = owner.name.as_deref()?;
        Some(match owner.shared() {
            Some(_) => Arc::from(format!("{name}.get_lock()")),
            None => Arc::from(name),
        })
    }

    fn party(&self, proc: u32) -> Option<Party> {
        let process = self.process(proc)?;
        Some(Party {
            proc,
            name: Arc::clone(&process.name),
            pid: process.pid,
            alive: process.is_alive(),
        })
    }
}
