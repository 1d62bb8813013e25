//! One execution of a search: what is to be run, and running it on a machine.
//!
//! A task holds all that decides about its execution, so that any machine of the program can run
//! it, also ahead of its turn.

use std::sync::Arc;

use super::operation::{Footprint, Machine, Next, Operation, Proc, Step, all_ended};
use super::wakeup::Planned;

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

/// A step that was taken.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub proc: Proc,
    pub operation: Operation,
    pub step: Step,
    footprint: Arc<Footprint>,
}

impl Taken {
    pub fn planned(&self) -> Planned {
        Planned {
            proc: self.proc,
            footprint: Arc::clone(&self.footprint),
        }
    }
}

/// The point from which an execution branches off, and the process that goes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct TaskId(pub u64, pub Proc);

/// An execution that is to be run.
#[derive(Debug, Clone, Default)]
pub(super) struct Task {
    pub id: TaskId,
    /// Steps that were taken before, and are taken again.
    pub prefix: Vec<Arc<Taken>>,
    /// Who sleeps after them.
    pub asleep: Vec<Planned>,
    /// Who goes then; after that whoever is awake.
    pub guide: Vec<Proc>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Run {
    pub ended: Ended,
    /// The steps after the prefix.
    pub taken: Vec<Arc<Taken>>,
    /// Of each, who could have let time pass in its place.
    pub ties: Vec<Vec<Planned>>,
    /// Who had not ended.
    pub waiting: Vec<Next>,
}

impl Run {
    fn anew() -> Run {
        Run {
            ended: Ended::Anew,
            taken: Vec::new(),
            ties: Vec::new(),
            waiting: Vec::new(),
        }
    }
}

/// Who was asleep before a step and is independent of it.
pub(super) fn still_asleep(before: &[Planned], taken: &Taken) -> Vec<Planned> {
    let independent = |sleeper: &&Planned| {
        sleeper.proc != taken.proc && !sleeper.footprint.depends_on(&taken.step.footprint)
    };
    before.iter().filter(independent).cloned().collect()
}

/// # Errors
/// What the machine reports, and a program that does not repeat itself.
pub(super) fn run<M: Machine>(machine: &mut M, task: &Task) -> Result<Run, SearchError<M::Error>> {
    if machine.begins_anew() {
        return Ok(Run::anew());
    }
    machine.restart()?;
    let run = replay(machine, &task.prefix).and_then(|()| extend(machine, task));
    // What it has learnt may be why a step was not found again.
    if machine.begins_anew() {
        return Ok(Run::anew());
    }
    run
}

/// Takes the steps anew, those in a row of one process at once; but who starts a process waits until
/// that is there, for the order of births gives them their numbers.
fn replay<M: Machine>(machine: &mut M, prefix: &[Arc<Taken>]) -> Result<(), SearchError<M::Error>> {
    let mut step = 0;
    let alike = |a: &Arc<Taken>, b: &Arc<Taken>| {
        let time = a.footprint.passes_time || b.footprint.passes_time;
        a.proc == b.proc && !time && a.step.starts.is_none()
    };
    for run in prefix.chunk_by(alike) {
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

/// Takes steps until nobody can go.
fn extend<M: Machine>(machine: &mut M, task: &Task) -> Result<Run, SearchError<M::Error>> {
    let mut guide = task.guide.iter().copied();
    let mut asleep = task.asleep.clone();
    let (mut taken, mut ties): (Vec<Arc<Taken>>, Vec<Vec<Planned>>) = (Vec::new(), Vec::new());
    let ended = loop {
        let offered = machine.next();
        let proc = if let Some(proc) = guide.next() {
            proc
        } else {
            let mut enabled = offered
                .iter()
                .filter(|next| next.operation.is_enabled())
                .peekable();
            if enabled.peek().is_none() {
                break if all_ended(offered) {
                    Ended::Complete
                } else {
                    Ended::Deadlock
                };
            }
            let is_awake = |next: &&Next| !asleep.iter().any(|one| one.proc == next.proc);
            let Some(next) = enabled.find(is_awake) else {
                break Ended::GivenUp;
            };
            next.proc
        };
        let next = offered.iter().find(|next| next.proc == proc);
        let Some(next) = next.filter(|next| next.operation.is_enabled()) else {
            let step = task.prefix.len() + taken.len();
            return Err(SearchError::Diverged { step, proc });
        };
        // Which of those gives up first whose time is over at once is nobody's race.
        let tied = offered.iter().filter(|next| {
            let awake = !asleep.iter().any(|one| one.proc == next.proc);
            next.operation.times_out.is_some() && next.proc != proc && awake
        });
        ties.push(
            tied.map(|next| Planned {
                proc: next.proc,
                footprint: Arc::new(next.operation.footprint().unwrap_or_default()),
            })
            .collect(),
        );
        let operation = next.operation.clone();
        let step = machine.step(proc)?;
        let step = Taken {
            proc,
            operation,
            footprint: Arc::new(step.footprint.clone()),
            step,
        };
        asleep = still_asleep(&asleep, &step);
        taken.push(Arc::new(step));
    };
    Ok(Run {
        ended,
        taken,
        ties,
        waiting: machine.next().to_vec(),
    })
}
