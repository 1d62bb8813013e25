//! `Findings`: folds a run and asks the rules that look at each event.

use super::Finding;
use super::found::Found;
use super::rule::{Moment, Rule, Watch};
use super::rules;
use super::still::Still;
use crate::model::World;
use crate::trace::{Event, FaultKind, Kind, OpName};

/// The rules over one run, and what they found.
#[derive(Debug)]
pub struct Findings {
    rules: Vec<Box<dyn Rule>>,
    /// For each route of `route`, the rules that look at such events.
    routes: Vec<Vec<u8>>,
    found: Found,
    /// The last look is of now: nobody has begun or ended anything since.
    looked: bool,
    over: bool,
}

impl Default for Findings {
    fn default() -> Findings {
        Findings::new()
    }
}

/// Where an event goes: its kind and, of operations, their name.
fn route(event: &Event) -> usize {
    let ops = OpName::ALL.len();
    match &event.kind {
        Kind::Op(op) | Kind::OpEnd(op) => op.op as usize,
        Kind::OpWait(op) | Kind::OpBegin(op) => ops + op.op as usize,
        other => 2 * ops + of_kind(other),
    }
}

/// Kinds that are no operations, told apart as far as `Watch` does.
const KINDS: usize = 10;

fn of_kind(kind: &Kind) -> usize {
    match kind {
        Kind::ProcessStart(_) => 0,
        Kind::ProcessExec { .. } => 1,
        Kind::ProcessExit(_) => 2,
        Kind::ProcessReaped(_) => 3,
        Kind::Output(_) => 4,
        Kind::Line { .. } => 5,
        Kind::Ps(_) => 6,
        Kind::Fault(_) => 7,
        Kind::Marker { .. } => 8,
        _ => 9,
    }
}

/// Routes whose events the watch may want.
fn routes_of(watch: Watch) -> std::ops::Range<usize> {
    let ops = OpName::ALL.len();
    let one = |at: usize| at..at + 1;
    match watch {
        Watch::Op(name) => one(name as usize),
        Watch::EveryOp => 0..ops,
        Watch::Wait(name) => one(ops + name as usize),
        Watch::EveryWait => ops..2 * ops,
        Watch::Start => one(2 * ops),
        Watch::Exec => one(2 * ops + 1),
        Watch::Exit => one(2 * ops + 2),
        Watch::Reaped => one(2 * ops + 3),
        Watch::Output => one(2 * ops + 4),
        Watch::Line => one(2 * ops + 5),
        Watch::Ps => one(2 * ops + 6),
        Watch::Fault => one(2 * ops + 7),
        Watch::Marker => one(2 * ops + 8),
    }
}

impl Findings {
    /// Before the first event.
    #[must_use]
    pub fn new() -> Findings {
        let rules = rules::all();
        let mut routes = vec![Vec::new(); 2 * OpName::ALL.len() + KINDS];
        for (number, rule) in (0_u8..).zip(&rules) {
            for watch in rule.watches() {
                for route in &mut routes[routes_of(*watch)] {
                    if route.last() != Some(&number) {
                        route.push(number);
                    }
                }
            }
        }
        Findings {
            rules,
            routes,
            found: Found::default(),
            looked: false,
            over: false,
        }
    }

    /// Folds an event into the `World` and asks the rules about it.
    pub fn apply(&mut self, world: &mut World, event: &Event) {
        self.before(world, event);
        world.apply(event);
        self.after(world, event);
    }

    /// Asks the rules about an event that the `World` does not know yet.
    pub fn before(&mut self, world: &World, event: &Event) {
        for number in &self.routes[route(event)] {
            let rule = &mut self.rules[usize::from(*number)];
            rule.before(Moment { event, world }, &mut self.found);
        }
    }

    /// Asks the rules about the event that was just folded.
    pub fn after(&mut self, world: &World, event: &Event) {
        for number in &self.routes[route(event)] {
            let rule = &mut self.rules[usize::from(*number)];
            rule.after(Moment { event, world }, &mut self.found);
        }
        match &event.kind {
            Kind::Op(op) | Kind::OpEnd(op) => {
                self.looked = false;
                if op.error.is_none() && self.found.has_hangs() {
                    self.found.went_on(event, op);
                }
            }
            Kind::OpWait(_) | Kind::OpBegin(_) => self.looked = false,
            Kind::Look(look) => {
                self.looked = true;
                self.judge(&Still::now(world, world.look(), look.stuck));
            }
            Kind::Fault(fault) if fault.fault == FaultKind::Deadlock => {
                let look = world.look().filter(|_| self.looked);
                self.judge(&Still::now(world, look, true));
            }
            Kind::End(_) => self.end(world),
            _ => {}
        }
    }

    /// The run stands still: why?
    fn judge(&mut self, still: &Still<'_>) {
        self.found.forget_hangs();
        for rule in &mut self.rules {
            rule.still(still, &mut self.found);
        }
        self.found.conclude(still);
    }

    /// There are no more events. Asked again it does nothing.
    pub fn end(&mut self, world: &World) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        if let Some(waits) = world.deadlock().filter(|_| !self.found.has_hangs()) {
            self.judge(&Still::remembered(world, waits));
        }
        for rule in &mut self.rules {
            rule.end(world, &mut self.found);
        }
    }

    /// How often the list has changed.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.found.changes()
    }

    /// The surest first; of those, in the order they were found.
    #[must_use]
    pub fn list(&self) -> Vec<&Finding> {
        let mut list: Vec<&Finding> = self.found.list().collect();
        list.sort_by_key(|finding| std::cmp::Reverse(finding.certainty));
        list
    }
}
