//! The gate: which announced operation goes next, and when.
//!
//! Asked by the dispatcher after every turn. It lets through only what is enabled in the `World`,
//! one operation at a time, and only once every process that could announce something has done so
//! or is seen to be busy elsewhere.
//! Sleep is virtual here: the earliest sleeper, or wait with a timeout, goes when nothing else can.
//! It knows no clock and sends nothing: it is told the time, and the dispatcher sends what it
//! decides.

mod participant;
mod scheduler;

use std::collections::{BTreeMap, VecDeque};

use self::participant::{Participant, STARTS};
pub use self::scheduler::{Chosen, Ready, Scheduler};
use super::observer::Observer;
use crate::feed::Control;
use crate::model::{Pending, Pool, PoolState, Process, State, Worker, World};
use crate::protocol::Grant;
use crate::trace::{Event, Kind, Op, OpName, Role};

const SECOND: f64 = 1e9;

/// How the gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum GateMode {
    /// Operations go through as they come.
    #[default]
    Open,
    /// So many operations a second are let through (more than 0, finite).
    Paced { per_second: f64 },
    /// Each operation waits for a `Control::Step`.
    Manual,
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Tell this process so.
    Grant { proc: u32, grant: Grant },
    /// Nothing before this time (ns), unless something happens.
    Wait { until: i64 },
    /// All who could go on are announced and none of them can.
    Stuck,
    /// The scheduler chose one that can't go, and why it can't.
    Misfit(String),
}

#[derive(Debug)]
pub(crate) struct Gate {
    mode: GateMode,
    paused: bool,
    participants: BTreeMap<u32, Participant>,
    /// Children that have not introduced themselves yet, by PID.
    unannounced: BTreeMap<i32, Participant>,
    /// Steps asked for and not yet taken; `None` leaves it to the scheduler.
    steps: VecDeque<Option<u32>>,
    /// Who chooses; without one they go in turn.
    scheduler: Option<Box<dyn Scheduler>>,
    /// Choices it has made.
    chosen: u64,
    /// Whose operation went last.
    last: u32,
    /// When the next may go (ns).
    next_at: i64,
    /// Virtual time, ns.
    clock: f64,
}

impl Gate {
    pub(crate) fn new(mode: GateMode, scheduler: Option<Box<dyn Scheduler>>) -> Gate {
        Gate {
            mode,
            scheduler,
            chosen: 0,
            paused: false,
            participants: BTreeMap::new(),
            unannounced: BTreeMap::new(),
            steps: VecDeque::new(),
            last: 0,
            next_at: 0,
            clock: 0.0,
        }
    }

    /// Whether operations have to be announced: the control page says so to all processes.
    pub(crate) fn is_closed(&self) -> bool {
        self.paused || self.mode != GateMode::Open
    }

    /// Obeys a control that concerns it, at `now` (ns).
    pub(crate) fn obey(&mut self, control: Control, now: i64) {
        if !self.is_closed() {
            // Nothing was noted while it was open: give everybody time to announce something.
            self.participants
                .values_mut()
                .for_each(|participant| participant.spoke(now));
        }
        match control {
            Control::Pace { per_second } if per_second > 0.0 && per_second.is_finite() => {
                self.mode = GateMode::Paced { per_second };
                self.next_at = 0;
            }
            Control::Open => {
                self.mode = GateMode::Open;
                self.paused = false;
                self.steps.clear();
            }
            Control::Pause => self.paused = true,
            Control::Resume => {
                self.paused = false;
                self.steps.clear();
            }
            Control::Step { proc } => {
                self.paused = true;
                self.steps.push_back(proc);
            }
            Control::Pace { .. }
            | Control::Stop
            | Control::Interrupt
            | Control::Kill { .. }
            | Control::OwnRows { .. }
            | Control::RecordingStopped => {}
        }
    }

    /// A process with a gate channel was born.
    pub(crate) fn enter(&mut self, proc: u32, pid: i32, now: i64) {
        self.participants.insert(proc, Participant::new(pid, now));
    }

    /// It ended, or lost its channel.
    pub(crate) fn leave(&mut self, proc: u32) {
        self.participants.remove(&proc);
    }

    /// An event was logged at `now` (ns).
    pub(crate) fn note(&mut self, event: &Event, now: i64) {
        if let Kind::ProcessStart(_) = event.kind {
            self.unannounced.remove(&event.pid);
        }
        let Some(participant) = event.proc.and_then(|proc| self.participants.get_mut(&proc)) else {
            return;
        };
        participant.spoke(now);
        if let Kind::OpBegin(op) = &event.kind {
            let begun = self.clock;
            let due = op
                .args
                .timeout
                .map(|seconds| begun + seconds.max(0.0) * SECOND);
            participant.due.push(due);
        }
    }

    /// What is to be done at `now` (ns).
    pub(crate) fn decide(&mut self, world: &World, now: i64, observer: &impl Observer) -> Decision {
        if !self.is_closed() {
            // Whoever announced before it saw the gate open.
            let Some((proc, _)) = self.announced(world).next() else {
                return Decision::Wait { until: i64::MAX };
            };
            if let Some(participant) = self.participants.get_mut(&proc) {
                participant.begun = false;
            }
            return Decision::Grant {
                proc,
                grant: Grant::Open,
            };
        }
        if let Some(until) = self.unsettled(world, now, observer) {
            return Decision::Wait { until };
        }
        let Some(next) = self.next(world) else {
            return stuck(world);
        };
        if matches!(self.mode, GateMode::Paced { .. }) && !self.paused {
            return if now < self.next_at {
                Decision::Wait {
                    until: self.next_at,
                }
            } else {
                match self.scheduled(world, next) {
                    Ok(choice) => self.grant(choice, now),
                    Err(why) => Decision::Misfit(why),
                }
            };
        }
        while let Some(step) = self.steps.pop_front() {
            let Some(proc) = step else {
                return match self.scheduled(world, next) {
                    Ok(choice) => self.grant(choice, now),
                    Err(why) => Decision::Misfit(why),
                };
            };
            // One that has ended or can't go makes its step void.
            if let Some(choice) = self.chosen(world, proc) {
                if let Some(scheduler) = &mut self.scheduler {
                    scheduler.went(proc, choice.grant == Grant::Begin);
                }
                return self.grant(choice, now);
            }
        }
        Decision::Wait { until: i64::MAX }
    }

    fn announced<'w>(&self, world: &'w World) -> impl Iterator<Item = (u32, &'w Pending)> {
        self.participants.iter().filter_map(|(proc, participant)| {
            match &world.process(*proc)?.state {
                State::AtGate(pending) => Some((*proc, pending)),
                State::Waiting(pending) if participant.begun => Some((*proc, pending)),
                _ => None,
            }
        })
    }

    /// When to look again while somebody may still announce something; `None` when nobody may.
    fn unsettled(&mut self, world: &World, now: i64, observer: &impl Observer) -> Option<i64> {
        let running = self
            .participants
            .iter_mut()
            .filter_map(|(proc, participant)| {
                let process = world.process(*proc)?;
                let runs = process.state == State::Running && !is_idle(world, process);
                if runs {
                    participant.look_again(now, observer)
                } else {
                    None
                }
            });
        // While somebody runs it may fork; children are looked for when all the others are still.
        if let Some(until) = running.min() {
            return Some(until);
        }
        for participant in self
            .participants
            .values_mut()
            .filter(|participant| participant.may_have_forked)
        {
            participant.may_have_forked = false;
            for child in observer.children(participant.pid) {
                if is_unheard_of(world, child) || is_unintroduced(world, child) {
                    self.unannounced
                        .entry(child)
                        .or_insert_with(|| Participant {
                            computes: STARTS,
                            ..Participant::new(child, now)
                        });
                }
            }
        }
        self.unannounced
            .values_mut()
            .filter_map(|child| child.look_again(now, observer))
            .min()
    }

    /// Who goes next: the next in birth order that is enabled; else the earliest sleeper or timeout.
    fn next(&self, world: &World) -> Option<Choice> {
        let mut enabled = self
            .announced(world)
            .filter(|(proc, pending)| can_go(world, *proc, &pending.op));
        let first = enabled.next();
        let turn = match first {
            Some((proc, _)) if proc > self.last => first,
            _ => enabled.find(|(proc, _)| *proc > self.last).or(first),
        };
        if let Some((proc, _)) = turn {
            return Some(Choice {
                proc,
                grant: Grant::Go,
                due: None,
            });
        }
        let timed = self
            .announced(world)
            .filter_map(|(proc, pending)| self.in_time(proc, pending));
        timed.min_by(|one, other| one.due.unwrap_or(0.0).total_cmp(&other.due.unwrap_or(0.0)))
    }

    /// Whom the scheduler lets go, where there is one; `next` is whose turn it would be.
    fn scheduled(&mut self, world: &World, next: Choice) -> Result<Choice, String> {
        let Some(mut scheduler) = self.scheduler.take() else {
            return Ok(next);
        };
        let over = |proc: u32| {
            let participant = self.participants.get(&proc);
            let due = participant.and_then(|participant| *participant.due.last()?);
            due.is_some_and(|due| due <= self.clock)
        };
        let can_go = |proc: u32, op: &Op| {
            next.proc == proc || can_go(world, proc, op) || (op.op == OpName::Sleep && over(proc))
        };
        let ready = self
            .announced(world)
            .filter(|(proc, pending)| can_go(*proc, &pending.op));
        let ready: Vec<Ready<'_>> = ready
            .map(|(proc, pending)| Ready {
                proc,
                op: &pending.op,
            })
            .collect();
        let Some(Chosen { proc, begins }) = scheduler.choose(&ready) else {
            return Ok(next);
        };
        self.scheduler = Some(scheduler);
        self.chosen += 1;
        let choice = if begins {
            self.begins(world, proc)
        } else {
            self.goes(world, proc)
        };
        choice.ok_or_else(|| scheduler::misfit(world, proc, self.chosen))
    }

    /// What a process that can go is told.
    fn goes(&self, world: &World, proc: u32) -> Option<Choice> {
        let mut announced = self.announced(world);
        let (_, pending) = announced.find(|(announced, _)| *announced == proc)?;
        if can_go(world, proc, &pending.op) {
            return Some(Choice {
                proc,
                grant: Grant::Go,
                due: None,
            });
        }
        self.in_time(proc, pending)
    }

    /// What a process chosen by hand can be told: to go if it can, else to begin to wait.
    fn chosen(&self, world: &World, proc: u32) -> Option<Choice> {
        let goes = self.goes(world, proc);
        goes.or_else(|| self.begins(world, proc))
    }

    /// A process that can't go and does not wait yet begins to.
    fn begins(&self, world: &World, proc: u32) -> Option<Choice> {
        let begun = |participant: &Participant| participant.begun;
        let mut announced = self.announced(world);
        let (_, pending) = announced.find(|(announced, _)| *announced == proc)?;
        let waits = self.participants.get(&proc).is_some_and(begun);
        (!waits && !can_go(world, proc, &pending.op)).then_some(Choice {
            proc,
            grant: Grant::Begin,
            due: None,
        })
    }

    /// The end of a sleep, or of a wait that has a timeout.
    fn in_time(&self, proc: u32, pending: &Pending) -> Option<Choice> {
        let due = (*self.participants.get(&proc)?.due.last()?)?;
        let grant = if pending.op.op == OpName::Sleep {
            Grant::Go
        } else {
            Grant::Expire
        };
        Some(Choice {
            proc,
            grant,
            due: Some(due),
        })
    }

    fn grant(&mut self, choice: Choice, now: i64) -> Decision {
        let Choice { proc, grant, due } = choice;
        self.last = proc;
        // Time passes only by what was waited for.
        self.clock = self.clock.max(due.unwrap_or(0.0));
        if let GateMode::Paced { per_second } = self.mode {
            #[expect(clippy::cast_possible_truncation, reason = "such a cast saturates")]
            let pause = (SECOND / per_second) as i64;
            self.next_at = now.saturating_add(pause);
        }
        if let Some(participant) = self.participants.get_mut(&proc) {
            participant.begun = grant == Grant::Begin;
            if !participant.begun {
                participant.due.pop();
            }
            participant.spoke(now);
        }
        Decision::Grant { proc, grant }
    }
}

/// A process that will not announce anything by itself: a server, or a pool's worker that has no task
/// and could get none.
fn is_idle(world: &World, process: &Process) -> bool {
    let pool = process.pool.and_then(|key| world.object_at(key)?.pool());
    let rests = |pool: &Pool| {
        let busy = |worker: &Worker| worker.proc == process.proc && worker.task.is_some();
        pool.state == PoolState::Open && pool.totals.waiting == 0 && !pool.workers.iter().any(busy)
    };
    process.is_service() || pool.is_some_and(rests)
}

/// Whether it was only seen from outside, and may still say who it is.
fn is_unintroduced(world: &World, pid: i32) -> bool {
    let known = world.by_pid(pid);
    known.is_some_and(|process| process.role == Role::Foreign && process.is_alive())
}

/// Whether no process of this PID has introduced itself, or the one that had is gone from the kernel.
pub(crate) fn is_unheard_of(world: &World, pid: i32) -> bool {
    world
        .by_pid(pid)
        .is_none_or(|known| matches!(known.state, State::Exited { reaped: true, .. }))
}

/// Who goes, with what outcome; `due` where it goes because its time has come.
#[derive(Debug, Clone, Copy)]
struct Choice {
    proc: u32,
    grant: Grant,
    due: Option<f64>,
}

/// A sleeper can go only when nobody else can.
fn can_go(world: &World, proc: u32, op: &Op) -> bool {
    op.op != OpName::Sleep && world.enabled(proc, op)
}

/// Nobody announced can go. Somebody outside may still change that.
fn stuck(world: &World) -> Decision {
    if world.blocked().deadlock {
        Decision::Stuck
    } else {
        Decision::Wait { until: i64::MAX }
    }
}

#[cfg(test)]
mod tests;
