//! Stateless search with optimal dynamic partial-order reduction: each trace is run exactly once.
//!
//! Optimal-DPOR (Abdulla et al., JACM 2017): after each execution every race in it is reversed
//! (`races`), and the sequence that leads to the other order joins the wakeup tree of the point
//! before the race. Depth first: what is kept is one execution and what is planned beside it.
//! Running an execution is `task`'s; what is planned can be run ahead of its turn (`predict`).

use std::sync::Arc;

use super::execution::Execution;
use super::operation::Machine;
use super::races;
use super::task::{self, Run, Taken, Task, TaskId, still_asleep};
pub use super::task::{Ended, SearchError};
use super::wakeup::{Branch, Planned, Tree};

/// The point before a step.
#[derive(Debug, Default)]
struct Point {
    /// No other point of the search has it.
    id: u64,
    /// Steps that need not be taken from here: what they lead to was run before.
    asleep: Vec<Planned>,
    /// What is to be run from here after the branch that is run now.
    planned: Tree,
    /// Branches that were run from here.
    done: u32,
}

/// Executions that are predicted at most.
const FORESIGHT: usize = 8;

/// A search over the executions of one program.
#[derive(Debug, Default)]
pub struct Search {
    /// One for each step of the execution.
    points: Vec<Point>,
    execution: Execution,
    taken: Vec<Arc<Taken>>,
    /// What the task that is out begins with.
    branch: Option<Branch>,
    begun: bool,
    ids: u64,
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
        let Some(task) = self.next_task() else {
            return Ok(None);
        };
        let run = task::run(machine, &task)?;
        Ok(Some(self.adopt(run)))
    }

    /// The execution whose turn it is; `None` once all were run. `adopt` has to follow.
    pub(super) fn next_task(&mut self) -> Option<Task> {
        if !self.begun {
            self.begun = true;
            return Some(Task::default());
        }
        let branch = self.backtrack()?;
        let point = self.points.last()?;
        let task = Task {
            id: TaskId(point.id, branch.proc),
            prefix: self.taken.clone(),
            asleep: point.asleep.clone(),
            guide: branch.leftmost(),
        };
        self.branch = Some(branch);
        Some(task)
    }

    /// Executions whose turn will come, the next first, as far as that is known. What they begin with
    /// is settled: later plans stand to their right.
    pub(super) fn predict(&self) -> Vec<Task> {
        let mut tasks = Vec::new();
        for (depth, point) in self.points.iter().enumerate().rev() {
            if point.planned.branches() == 0 {
                continue;
            }
            let mut asleep = point.asleep.clone();
            // The branch that is run from here now: its step was taken, or will be.
            let now = self.taken.get(depth).map(|taken| taken.planned());
            asleep.extend(now.or_else(|| self.branch.as_ref().map(Branch::planned)));
            for branch in point.planned.iter() {
                if tasks.len() == FORESIGHT {
                    return tasks;
                }
                tasks.push(Task {
                    id: TaskId(point.id, branch.proc),
                    prefix: self.taken[..depth].to_vec(),
                    asleep: asleep.clone(),
                    guide: branch.leftmost(),
                });
                asleep.push(branch.planned());
            }
        }
        tasks
    }

    /// Takes in what came of the task, and plans what its races ask for.
    pub(super) fn adopt(&mut self, run: Run) -> Ended {
        let branch = self.branch.take();
        if run.ended == Ended::Anew {
            *self = Search {
                ids: self.ids,
                ..Search::default()
            };
            return Ended::Anew;
        }
        let mut ahead = Tree::default();
        let mut first = branch;
        for (taken, ties) in run.taken.into_iter().zip(run.ties) {
            let rest = if let Some(branch) = first.take() {
                branch.rest
            } else {
                let asleep = match (self.points.last(), self.taken.last()) {
                    (Some(before), Some(step)) => still_asleep(&before.asleep, step),
                    _ => Vec::new(),
                };
                let branch = ahead.take_first();
                let mut planned = ahead;
                for tie in ties {
                    planned.add(tie);
                }
                self.ids += 1;
                self.points.push(Point {
                    id: self.ids,
                    asleep,
                    planned,
                    done: 0,
                });
                branch.map(|branch| branch.rest).unwrap_or_default()
            };
            let Taken {
                proc,
                operation,
                step,
                ..
            } = &*taken;
            self.execution.push(*proc, operation.clone(), step.clone());
            self.taken.push(taken);
            ahead = rest;
        }
        if run.ended != Ended::GivenUp {
            races::reverse(&self.execution, &run.waiting, |first, sequence| {
                let point = &mut self.points[first];
                let mut asleep = point.asleep.iter();
                if !asleep.any(|sleeper| sleeper.could_start(&sequence)) {
                    point.planned.insert(sequence);
                }
            });
        }
        run.ended
    }

    /// Goes back to the last point from which something is planned and takes its first branch.
    fn backtrack(&mut self) -> Option<Branch> {
        while let Some(last) = self.points.len().checked_sub(1) {
            let point = &mut self.points[last];
            point.asleep.push(self.taken[last].planned());
            point.done += 1;
            self.execution.truncate(last);
            self.taken.truncate(last);
            let branch = point.planned.take_first();
            if branch.is_some() {
                return branch;
            }
            self.points.pop();
        }
        None
    }
}
