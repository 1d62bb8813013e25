//! One execution as a partial order: the clock of each step says which steps happen before it.
//!
//! A step happens after the earlier steps of its process, after the one that started its process,
//! and after every earlier step it depends on. Executions with the same order are one trace
//! (Mazurkiewicz).

use std::collections::HashMap;
use std::rc::Rc;

use super::operation::{Access, Footprint, Object, Operation, Proc, Step};

/// How many steps of each process have happened before a step, the step itself included.
pub type Clock = Vec<u32>;

/// A step and its place in the order.
#[derive(Debug)]
pub struct Event {
    pub proc: Proc,
    /// Its place among the steps of its process, from 1.
    pub place: u32,
    pub operation: Operation,
    pub footprint: Rc<Footprint>,
    /// The level of each touched object after it.
    levels: Vec<i64>,
    starts: Option<Proc>,
    pub clock: Clock,
    /// The step before it in its process, or the one that started the process.
    pub parent: Option<usize>,
}

impl Event {
    /// Whether it starts a process.
    pub fn starts_one(&self) -> bool {
        self.starts.is_some()
    }

    /// Whether it is in the past that `clock` tells of.
    pub fn is_before(&self, clock: &Clock) -> bool {
        let place = clock.get(self.proc as usize);
        place.is_some_and(|place| *place >= self.place)
    }

    fn writes(&self, object: Object) -> bool {
        self.footprint.touches.contains(&(object, true))
    }

    fn level_before(&self, object: Object) -> i64 {
        let mut accesses = self.operation.all_accesses();
        let access = accesses.find(|access| access.object == object);
        access.map_or(0, |access| access.level)
    }

    fn level_after(&self, object: Object) -> i64 {
        let mut touches = self.footprint.touches.iter().zip(&self.levels);
        let touch = touches.find(|((its, _), _)| *its == object);
        touch.map_or(0, |(_, level)| *level)
    }
}

/// The steps taken, in the order they were taken.
#[derive(Debug, Default)]
pub struct Execution {
    events: Vec<Event>,
    touching: HashMap<Object, Vec<usize>>,
    /// The last step with which time passed.
    last_time: Option<usize>,
}

impl Execution {
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The processes in the order they went.
    pub fn schedule(&self) -> Vec<Proc> {
        self.events.iter().map(|event| event.proc).collect()
    }

    /// Steps that touched the object, in order.
    pub fn touching(&self, object: Object) -> &[usize] {
        self.touching.get(&object).map_or(&[], Vec::as_slice)
    }

    /// The last step of a process, or the one that started it.
    pub fn parent(&self, proc: Proc) -> Option<usize> {
        let mut events = self.events.iter();
        events.rposition(|event| event.proc == proc || event.starts == Some(proc))
    }

    /// Forgets all but the first `len` steps.
    pub fn truncate(&mut self, len: usize) {
        for (index, event) in self.events.iter().enumerate().skip(len).rev() {
            for (object, _) in &event.footprint.touches {
                if let Some(touching) = self.touching.get_mut(object)
                    && touching.last() == Some(&index)
                {
                    touching.pop();
                }
            }
        }
        self.events.truncate(len);
        let mut events = self.events.iter();
        self.last_time = events.rposition(|event| event.footprint.passes_time);
    }

    /// Adds the step that `proc` has taken.
    pub fn push(&mut self, proc: Proc, operation: Operation, step: Step) {
        let parent = self.parent(proc);
        let mut clock = parent.map_or_else(Clock::new, |index| self.events[index].clock.clone());
        if step.footprint.passes_time {
            for event in &self.events {
                join(&mut clock, &event.clock);
            }
        } else if let Some(time) = self.last_time {
            join(&mut clock, &self.events[time].clock);
        }
        for (object, write) in &step.footprint.touches {
            let touching = self.touching.entry(*object).or_default();
            for index in touching.iter().rev() {
                let wrote = self.events[*index].writes(*object);
                if *write || wrote {
                    join(&mut clock, &self.events[*index].clock);
                }
                if wrote {
                    break;
                }
            }
            if touching.last() != Some(&self.events.len()) {
                touching.push(self.events.len());
            }
        }
        let own = proc as usize;
        if clock.len() <= own {
            clock.resize(own + 1, 0);
        }
        clock[own] += 1;
        if step.footprint.passes_time {
            self.last_time = Some(self.events.len());
        }
        self.events.push(Event {
            proc,
            place: clock[own],
            operation,
            footprint: Rc::new(step.footprint),
            levels: step.levels,
            starts: step.starts,
            clock,
            parent,
        });
    }

    /// The level an object has once the steps in `past` are taken. `past` holds, with each step,
    /// all that happens before it.
    pub fn level(&self, access: &Access, past: impl Fn(usize) -> bool) -> i64 {
        let touching = self.touching(access.object);
        let wrote = |index: &usize| self.events[*index].writes(access.object) && past(*index);
        match touching.iter().rev().find(|index| wrote(index)) {
            Some(index) => self.events[*index].level_after(access.object),
            None => touching.first().map_or(access.level, |first| {
                self.events[*first].level_before(access.object)
            }),
        }
    }

    /// The same for two executions exactly when they are one trace.
    pub fn canonical(&self) -> Vec<(Proc, Clock, Footprint)> {
        let mut procs = self.events.iter().map(|event| event.proc as usize + 1);
        let procs = procs.by_ref().max().unwrap_or(0);
        let canonical = |event: &Event| {
            let mut clock = event.clock.clone();
            clock.resize(procs, 0);
            (event.proc, clock, (*event.footprint).clone())
        };
        let mut events: Vec<_> = self.events.iter().map(canonical).collect();
        events.sort();
        events
    }

    /// In how many orders the steps of this trace can be taken; `None` where more than `most`
    /// cuts of it would have to be looked at.
    pub fn interleavings(&self, most: usize) -> Option<u128> {
        let procs = self
            .events
            .iter()
            .map(|event| event.proc as usize + 1)
            .max();
        let procs = procs.unwrap_or(0);
        let mut steps: Vec<Vec<&Event>> = vec![Vec::new(); procs];
        for event in &self.events {
            steps[event.proc as usize].push(event);
        }
        let mut cuts = HashMap::from([(vec![0_u32; procs], 1_u128)]);
        let mut seen = 0;
        for _ in &self.events {
            let mut next: HashMap<Vec<u32>, u128> = HashMap::new();
            for (cut, ways) in cuts {
                for (proc, steps) in steps.iter().enumerate() {
                    let Some(event) = steps.get(cut[proc] as usize) else {
                        continue;
                    };
                    let mut clock = event.clock.iter().zip(&cut).enumerate();
                    let ready =
                        clock.all(|(of, (due, done))| *due <= *done + u32::from(of == proc));
                    if ready {
                        let mut after = cut.clone();
                        after[proc] += 1;
                        let sum = next.entry(after).or_default();
                        *sum = sum.saturating_add(ways);
                    }
                }
            }
            seen += next.len();
            if seen > most {
                return None;
            }
            cuts = next;
        }
        cuts.into_values().next()
    }
}

fn join(clock: &mut Clock, other: &Clock) {
    if clock.len() < other.len() {
        clock.resize(other.len(), 0);
    }
    for (mine, its) in clock.iter_mut().zip(other) {
        *mine = (*mine).max(*its);
    }
}
