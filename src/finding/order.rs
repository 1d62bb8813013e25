//! `Order`: which events of a run happened before which, by vector clocks.
//!
//! One clock a process: its threads count as one, so an order may be seen where there is none, and a race
//! be missed, but never the other way round. Edges are those the log shows: release to acquire, set to
//! wait, put to get, send to recv, write to read, submit to task to result, start, and the collection of a
//! child. What orders processes past the log (a file's lock, a signal) is not known here.

use std::collections::HashMap;

use crate::model::World;
use crate::trace::{Event, Kind, Op, OpName};

/// Processes and objects that are followed. Beyond them nothing is said.
const MOST: usize = 256;

type Clock = Vec<u32>;

#[derive(Debug, Default)]
pub(super) struct Order {
    /// By birth number.
    processes: Vec<Clock>,
    /// What was told through an object, by its identity.
    objects: HashMap<String, Clock>,
    /// What a parent knew when it started a child, by parent and name.
    started: HashMap<(u32, String), Clock>,
    uncertain: bool,
}

fn join(into: &mut Clock, other: &[u32]) {
    if into.len() < other.len() {
        into.resize(other.len(), 0);
    }
    for (mine, theirs) in into.iter_mut().zip(other) {
        *mine = (*mine).max(*theirs);
    }
}

impl Order {
    /// Something happened that it can't follow: it may miss an order.
    pub(super) fn is_uncertain(&self) -> bool {
        self.uncertain
    }

    /// The moment of a process: later ones are greater.
    pub(super) fn now(&mut self, proc: u32) -> u32 {
        let own = proc as usize;
        self.clock(proc)
            .and_then(|clock| clock.get(own).copied())
            .unwrap_or(0)
    }

    /// Whether that moment of one process happened before what `by` does now.
    pub(super) fn happened(&self, (proc, moment): (u32, u32), by: u32) -> bool {
        let known = self.processes.get(by as usize);
        let seen = known.and_then(|clock| clock.get(proc as usize));
        proc == by || seen.is_some_and(|seen| *seen >= moment)
    }

    /// `by` has seen what the other did up to that moment.
    pub(super) fn saw(&mut self, (proc, moment): (u32, u32), by: u32) {
        if let Some(clock) = self.clock(by) {
            let other = proc as usize;
            if clock.len() <= other {
                clock.resize(other + 1, 0);
            }
            clock[other] = clock[other].max(moment);
        }
    }

    fn clock(&mut self, proc: u32) -> Option<&mut Clock> {
        let place = proc as usize;
        if place >= MOST {
            self.uncertain = true;
            return None;
        }
        while self.processes.len() <= place {
            let own = self.processes.len();
            let mut clock = vec![0; own + 1];
            clock[own] = 1;
            self.processes.push(clock);
        }
        self.processes.get_mut(place)
    }

    fn tick(&mut self, proc: u32) {
        let own = proc as usize;
        if let Some(clock) = self.clock(proc) {
            clock[own] = clock[own].saturating_add(1);
        }
    }

    fn publish(&mut self, proc: u32, object: &str) {
        let Some(clock) = self.clock(proc).map(|clock| clock.clone()) else {
            return;
        };
        if let Some(known) = self.objects.get_mut(object) {
            join(known, &clock);
        } else if self.objects.len() < MOST {
            self.objects.insert(object.to_owned(), clock);
        } else {
            self.uncertain = true;
        }
        self.tick(proc);
    }

    fn learn(&mut self, proc: u32, object: &str) {
        if let Some(known) = self.objects.remove(object) {
            if let Some(clock) = self.clock(proc) {
                join(clock, &known);
            }
            self.objects.insert(object.to_owned(), known);
        }
    }

    fn learn_from(&mut self, proc: u32, other: u32) {
        if let Some(known) = self.clock(other).map(|clock| clock.clone())
            && let Some(clock) = self.clock(proc)
        {
            join(clock, &known);
        }
    }

    /// Follows an event that the `World` knows already.
    pub(super) fn follow(&mut self, event: &Event, world: &World) {
        let Some(proc) = event.proc else { return };
        match &event.kind {
            Kind::ProcessStart(start) => self.starts(proc, &start.name, world),
            Kind::ProcessReaped(reaped) => {
                if let Some(by) = world.by_pid(reaped.by) {
                    self.learn_from(by.proc, proc);
                }
            }
            Kind::Op(op) | Kind::OpEnd(op) if op.error.is_none() => self.operation(proc, op, world),
            _ => {}
        }
    }

    fn starts(&mut self, proc: u32, name: &str, world: &World) {
        let Some(parent) = world.process(proc).and_then(|process| process.parent) else {
            return;
        };
        match self.started.remove(&(parent, name.to_owned())) {
            Some(known) => {
                if let Some(clock) = self.clock(proc) {
                    join(clock, &known);
                }
            }
            None => self.learn_from(proc, parent),
        }
    }

    fn operation(&mut self, proc: u32, op: &Op, world: &World) {
        let object = op.object.as_deref();
        let gave_up = op.result.as_deref() == Some("False");
        match (op.op, object) {
            (OpName::Start | OpName::OsFork, _) => {
                if let (Some(child), Some(clock)) = (&op.args.child, self.clock(proc)) {
                    let clock = clock.clone();
                    if self.started.len() < MOST {
                        self.started.insert((proc, child.clone()), clock);
                    }
                    self.tick(proc);
                }
            }
            (OpName::Wait, Some(id)) if is_barrier(world, id) => self.uncertain = true,
            (
                OpName::Release
                | OpName::SetFlag
                | OpName::Notify
                | OpName::NotifyAll
                | OpName::Put
                | OpName::TaskDone
                | OpName::Submit
                | OpName::TaskEnd,
                Some(id),
            ) => self.publish(proc, id),
            (OpName::Send | OpName::Write, Some(id)) => {
                let other = world.object(id).and_then(|object| object.of.clone());
                self.publish(proc, other.as_deref().unwrap_or(id));
            }
            (
                OpName::Acquire
                | OpName::Wait
                | OpName::IsSet
                | OpName::QueueGet
                | OpName::QueueJoin
                | OpName::Recv
                | OpName::Read
                | OpName::TaskStart
                | OpName::ResultReady
                | OpName::ResultGet
                | OpName::ResultWait
                | OpName::Join,
                Some(id),
            ) if !gave_up => self.learn(proc, id),
            _ => {}
        }
    }
}

fn is_barrier(world: &World, id: &str) -> bool {
    world
        .object(id)
        .is_some_and(|object| object.barrier().is_some())
}

#[cfg(test)]
mod tests {
    use super::Order;
    use crate::model::World;
    use crate::trace::{Event, Kind, Op, OpName};

    fn op(seq: u64, proc: u32, name: OpName, object: &str) -> Event {
        Event {
            seq,
            t: 0,
            proc: Some(proc),
            pid: 100,
            tid: None,
            kind: Kind::Op(Box::new(Op {
                op: name,
                object: Some(object.to_owned()),
                ..Op::default()
            })),
        }
    }

    #[test]
    fn a_release_happens_before_the_acquire_that_follows_it() {
        let world = World::new();
        let mut order = Order::default();
        let early = (1, order.now(1));
        assert!(!order.happened(early, 2));
        order.follow(&op(1, 1, OpName::Release, "Lock-1"), &world);
        let late = (1, order.now(1));
        assert!(!order.happened(early, 2), "2 has not taken the lock");
        order.follow(&op(2, 2, OpName::Acquire, "Lock-2"), &world);
        assert!(!order.happened(early, 2), "another lock says nothing");
        order.follow(&op(3, 2, OpName::Acquire, "Lock-1"), &world);
        assert!(order.happened(early, 2));
        assert!(
            !order.happened(late, 2),
            "what 1 did after the release is not ordered"
        );
        // What 2 knows goes on to 3.
        order.follow(&op(4, 2, OpName::Put, "Queue-1"), &world);
        order.follow(&op(5, 3, OpName::QueueGet, "Queue-1"), &world);
        assert!(order.happened(early, 3));
    }
}
