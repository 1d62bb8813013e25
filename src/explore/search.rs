//! Stateless search with optimal dynamic partial-order reduction: each trace is run exactly once.
//!
//! Optimal-DPOR (Abdulla et al., JACM 2017): after each execution every race in it is reversed
//! (`races`), and the sequence that leads to the other order joins the wakeup tree of the point
//! before the race. Depth first: what is kept is one execution and what is planned beside it.

use std::rc::Rc;

use super::execution::{Event, Execution};
use super::operation::{Machine, Proc, all_ended};
use super::races;
use super::wakeup::{Branch, Planned, Tree};

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All processes ended.
    Complete,
    /// Nobody could go and somebody had not ended.
    Deadlock,
    /// All who could go were asleep: it was begun in vain.
    GivenUp,
    /// The machine has learnt what it had overlooked: the search begins anew, and nothing that came
    /// before counts.
    Anew,
}

/// Why a search can't go on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError<E> {
    #[error("{0}")]
    Machine(E),
    /// The process that was to take this step (from 0) could not.
    #[error("the same choices led elsewhere: process {proc} could not take step {step}")]
    Diverged { step: usize, proc: Proc },
}

impl<E> From<E> for SearchError<E> {
    fn from(error: E) -> SearchError<E> {
        SearchError::Machine(error)
    }
}

/// The point before a step.
#[derive(Debug, Default)]
pub(super) struct Point {
    /// Steps that need not be taken from here: what they lead to was run before.
    pub asleep: Vec<Planned>,
    /// What is to be run from here after the branch that is run now.
    pub planned: Tree,
    /// Branches that were run from here.
    done: u32,
}

/// A search over the executions of one program.
#[derive(Debug, Default)]
pub struct Search {
    /// One for each step of the execution.
    points: Vec<Point>,
    execution: Execution,
    /// What is planned after the last step.
    ahead: Tree,
    begun: bool,
}

impl Search {
    /// The execution that was run last.
    pub fn execution(&self) -> &Execution {
        &self.execution
    }

    /// The part of the search that is done, from 0 to 1, if all branches were alike and nothing more
    /// were planned: a guess, which mostly is too high.
    pub fn progress(&self) -> f64 {
        let (mut done, mut share) = (0.0, 1.0);
        for point in &self.points {
            let planned = u32::try_from(point.planned.branches()).unwrap_or(u32::MAX);
            let branches = f64::from(point.done) + 1.0 + f64::from(planned);
            done += share * f64::from(point.done) / branches;
            share /= branches;
        }
        done + share
    }

    /// Runs the next execution; `None` once all were run.
    ///
    /// # Errors
    /// What the machine reports, and a program that does not repeat itself.
    pub fn advance<M: Machine>(
        &mut self,
        machine: &mut M,
    ) -> Result<Option<Ended>, SearchError<M::Error>> {
        let mut branch = None;
        if self.begun {
            branch = self.backtrack();
            if branch.is_none() {
                return Ok(None);
            }
        }
        self.begun = true;
        machine.restart()?;
        self.replay(machine)?;
        let ended = self.extend(machine, branch)?;
        if machine.begins_anew() {
            *self = Search::default();
            return Ok(Some(Ended::Anew));
        }
        if ended != Ended::GivenUp {
            races::reverse(&self.execution, machine.next(), |first, sequence| {
                let point = &mut self.points[first];
                let mut asleep = point.asleep.iter();
                if !asleep.any(|sleeper| sleeper.could_start(&sequence)) {
                    point.planned.insert(sequence);
                }
            });
        }
        Ok(Some(ended))
    }

    /// Takes the steps of the execution anew, those in a row of one process at once; but who starts a
    /// process waits until that is there, for the order of births gives them their numbers.
    fn replay<M: Machine>(&self, machine: &mut M) -> Result<(), SearchError<M::Error>> {
        let mut step = 0;
        let alike = |a: &Event, b: &Event| {
            let time = a.footprint.passes_time || b.footprint.passes_time;
            a.proc == b.proc && !time && !a.starts_one()
        };
        for run in self.execution.events().chunk_by(alike) {
            let (proc, operation) = (run[0].proc, &run[0].operation);
            let mut offered = machine.next().iter();
            if !offered.any(|next| next.proc == proc && next.operation == *operation) {
                return Err(SearchError::Diverged { step, proc });
            }
            if run[0].footprint.passes_time {
                machine.step(proc)?;
            } else {
                machine.repeat(proc, run.len())?;
            }
            step += run.len();
        }
        Ok(())
    }

    /// Goes back to the last point from which something is planned and takes its first branch.
    fn backtrack(&mut self) -> Option<Branch> {
        while let Some(last) = self.points.len().checked_sub(1) {
            let point = &mut self.points[last];
            let event = &self.execution.events()[last];
            point.asleep.push(Planned {
                proc: event.proc,
                footprint: Rc::clone(&event.footprint),
            });
            point.done += 1;
            self.execution.truncate(last);
            let branch = point.planned.take_first();
            if branch.is_some() {
                return branch;
            }
            self.points.pop();
        }
        None
    }

    /// Takes steps until nobody can go. `first` is taken from the last point there is.
    fn extend<M: Machine>(
        &mut self,
        machine: &mut M,
        mut first: Option<Branch>,
    ) -> Result<Ended, SearchError<M::Error>> {
        loop {
            let offered = machine.next();
            let branch = if let Some(branch) = first.take() {
                branch
            } else {
                let enabled = offered.iter().filter(|next| next.operation.is_enabled());
                let enabled: Vec<Proc> = enabled.map(|next| next.proc).collect();
                if enabled.is_empty() {
                    return Ok(if all_ended(offered) {
                        Ended::Complete
                    } else {
                        Ended::Deadlock
                    });
                }
                let asleep = self.still_asleep();
                let is_awake = |proc: &&Proc| !asleep.iter().any(|sleeper| sleeper.proc == **proc);
                let free = || {
                    enabled
                        .iter()
                        .find(is_awake)
                        .map(|proc| Branch::leaf(*proc))
                };
                let Some(branch) = self.ahead.take_first().or_else(free) else {
                    return Ok(Ended::GivenUp);
                };
                let mut planned = std::mem::take(&mut self.ahead);
                // Which of those gives up first whose time is over at once is nobody's race.
                for next in offered
                    .iter()
                    .filter(|next| next.operation.times_out.is_some())
                {
                    let sleeps = asleep.iter().any(|sleeper| sleeper.proc == next.proc);
                    if next.proc != branch.proc && !sleeps {
                        let footprint = Rc::new(next.operation.footprint().unwrap_or_default());
                        planned.add(next.proc, footprint);
                    }
                }
                self.points.push(Point {
                    asleep,
                    planned,
                    done: 0,
                });
                branch
            };
            let proc = branch.proc;
            let next = offered.iter().find(|next| next.proc == proc);
            let Some(next) = next.filter(|next| next.operation.is_enabled()) else {
                let step = self.execution.len();
                return Err(SearchError::Diverged { step, proc });
            };
            let operation = next.operation.clone();
            let step = machine.step(proc)?;
            self.execution.push(proc, operation, step);
            self.ahead = branch.rest;
        }
    }

    /// Who was asleep before the last step and is independent of it.
    fn still_asleep(&self) -> Vec<Planned> {
        let (Some(before), Some(event)) = (self.points.last(), self.execution.events().last())
        else {
            return Vec::new();
        };
        let independent = |sleeper: &&Planned| {
            sleeper.proc != event.proc && !sleeper.footprint.depends_on(&event.footprint)
        };
        before.asleep.iter().filter(independent).cloned().collect()
    }
}
