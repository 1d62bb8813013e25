//! Exploring up to a budget, and what is found by it: every outcome with a schedule that leads there.

use std::thread;
use std::time::Duration;

use super::ahead::{Ahead, Came};
use super::operation::{Machine, Proc};
use super::search::{Ended, Search, SearchError};
use super::strategy::{Strategy, StrategyName, draw};
use super::task;
use crate::sys::clock;

/// What may be spent; nothing given, nothing bounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budget {
    pub executions: Option<u64>,
    pub time: Option<Duration>,
}

/// One outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Equal for equal outcomes.
    pub label: String,
    /// Executions of the search that led to it; 0 where only random runs did.
    pub executions: u64,
    pub deadlock: bool,
    /// Who takes each step of one execution that leads to it.
    pub schedule: Vec<Proc>,
}

/// What was found so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explored {
    /// Everything was searched: there are no other outcomes.
    pub complete: bool,
    /// Executions of the search: one for each trace.
    pub executions: u64,
    /// Executions that were begun in vain.
    pub given_up: u64,
    /// How many executions the search will have needed in the end, by a guess that mostly is too low.
    pub estimate: u64,
    /// Orders in which the steps of all those traces can be taken; `None` where they are too many to
    /// be counted.
    pub interleavings: Option<u128>,
    /// Runs that were drawn once the search had used its part of the budget, and their seed.
    pub drawn: u64,
    pub seed: Option<u64>,
    /// In the order they were found.
    pub outcomes: Vec<Outcome>,
}

/// Cuts of one trace that are looked at to count its interleavings.
const MOST_CUTS: usize = 4_000;

impl Explored {
    fn add(&mut self, came: Came, ended: Ended, executions: u64) {
        let deadlock = ended == Ended::Deadlock;
        let mut outcomes = self.outcomes.iter_mut();
        let same =
            |outcome: &&mut Outcome| outcome.label == came.label && outcome.deadlock == deadlock;
        match outcomes.find(same) {
            Some(outcome) => outcome.executions += executions,
            None => self.outcomes.push(Outcome {
                label: came.label,
                executions,
                deadlock,
                schedule: came.schedule,
            }),
        }
    }
}

/// Looks for all outcomes of a program. `name` says what an execution came to; `go_on` is asked after
/// each.
///
/// The search has the first three quarters of the budget. Where it has not finished by then, the rest
/// goes to random runs, for a search that goes depth first sees one corner only.
///
/// # Errors
/// What the machine reports, and a program that does not repeat itself.
pub fn explore<M: Machine>(
    machine: &mut M,
    budget: Budget,
    seed: u64,
    name: impl FnMut(&M, &[Proc]) -> Came,
    go_on: impl FnMut(&Explored) -> bool,
) -> Result<Explored, SearchError<M::Error>> {
    look(machine, None, budget, seed, name, go_on)
}

/// The same, with helpers that run executions ahead of their turn, each on a machine of its own. What
/// is found is the same, in the same order.
///
/// # Errors
/// As `explore`, and what keeps the machine from being made.
pub fn explore_in_parallel<M: Machine>(
    make: impl Fn() -> Result<M, M::Error> + Sync,
    helpers: usize,
    budget: Budget,
    seed: u64,
    name: impl Fn(&M, &[Proc]) -> Came + Sync,
    go_on: impl FnMut(&Explored) -> bool,
) -> Result<Explored, SearchError<M::Error>> {
    let mut machine = make()?;
    let ahead = Ahead::default();
    thread::scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|| {
                if let Ok(mut machine) = make() {
                    ahead.help(&mut machine, &name);
                }
            });
        }
        let _ended = EndOf(&ahead);
        look(&mut machine, Some(&ahead), budget, seed, &name, go_on)
    })
}

/// Lets the helpers go, however the search ends.
struct EndOf<'a>(&'a Ahead);

impl Drop for EndOf<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn look<M: Machine>(
    machine: &mut M,
    ahead: Option<&Ahead>,
    budget: Budget,
    seed: u64,
    mut name: impl FnMut(&M, &[Proc]) -> Came,
    mut go_on: impl FnMut(&Explored) -> bool,
) -> Result<Explored, SearchError<M::Error>> {
    let begun = || Explored {
        interleavings: Some(0),
        ..Explored::default()
    };
    let mut found = begun();
    let mut search = Search::default();
    let meter = Meter::new(budget);
    let mut stopped = false;
    while !stopped && !meter.is_used(found.executions, 3) {
        let Some(task) = search.next_task() else {
            found.complete = true;
            return Ok(found);
        };
        let claimed = ahead.and_then(|ahead| {
            ahead.want(search.predict());
            ahead.claim(task.id)
        });
        let (run, came) = match claimed {
            Some(claimed) => claimed,
            None => (task::run(machine, &task)?, None),
        };
        let ended = search.adopt(run);
        if ended == Ended::Anew {
            found = begun();
            ahead.into_iter().for_each(Ahead::forget);
            continue;
        }
        found.executions += 1;
        found.estimate = estimate(found.executions, search.progress());
        if ended == Ended::GivenUp {
            found.given_up += 1;
            continue;
        }
        let ways = found
            .interleavings
            .zip(search.execution().interleavings(MOST_CUTS));
        found.interleavings = ways.map(|(sum, ways)| sum.saturating_add(ways));
        let came = came.unwrap_or_else(|| name(machine, &search.execution().schedule()));
        found.add(came, ended, 1);
        stopped = !go_on(&found);
    }
    let mut strategies = StrategyName::ALL.map(|name| Strategy::new(name, seed));
    found.seed = (!stopped).then_some(seed);
    while !stopped && !meter.is_used(found.executions + found.drawn, 4) {
        let turn = usize::try_from(found.drawn).unwrap_or(0) % strategies.len();
        let (ended, schedule) = draw(machine, &mut strategies[turn])?;
        let came = name(machine, &schedule);
        found.add(came, ended, 0);
        found.drawn += 1;
        stopped = !go_on(&found);
    }
    Ok(found)
}

fn estimate(executions: u64, progress: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a guess; such a cast saturates"
    )]
    let all = (executions as f64 / progress.max(f64::MIN_POSITIVE)) as u64;
    all.max(executions)
}

/// How much of the budget is used.
pub(super) struct Meter {
    budget: Budget,
    since: i64,
}

impl Meter {
    pub(super) fn new(budget: Budget) -> Meter {
        Meter {
            budget,
            since: clock::monotonic_ns(),
        }
    }

    /// Whether so many quarters of it are.
    pub(super) fn is_used(&self, executions: u64, quarters: u32) -> bool {
        let most = self
            .budget
            .executions
            .map(|most| u128::from(most) * u128::from(quarters) / 4);
        let passed = Duration::from_nanos((clock::monotonic_ns() - self.since).unsigned_abs());
        most.is_some_and(|most| u128::from(executions) >= most)
            || self
                .budget
                .time
                .is_some_and(|time| passed >= time * quarters / 4)
    }
}
