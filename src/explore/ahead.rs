//! Helpers that run executions ahead of their turn, each on a machine of its own.
//!
//! The search goes on as if it were alone: it takes the executions in its own order, and finds some
//! of them run when their turn comes. So its counts and the order of what it finds are the same with
//! and without helpers. What waits for its turn is bounded.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::operation::{Machine, Proc};
use super::task::{self, Run, Task, TaskId};

/// What an execution came to, in the program's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    pub label: String,
    pub schedule: Vec<Proc>,
}

/// Executions at most that have been run ahead and wait for their turn.
const MOST: usize = 64;

/// An execution that somebody has begun.
enum Begun {
    Running,
    Over(Box<(Run, Option<Came>)>),
    /// It could not be run; whoever's turn it is finds out why.
    Failed,
}

#[derive(Default)]
struct State {
    wanted: Vec<Task>,
    begun: HashMap<TaskId, Begun>,
    over: bool,
}

/// What the search and its helpers share.
#[derive(Default)]
pub(super) struct Ahead {
    state: Mutex<State>,
    changed: Condvar,
}

impl Ahead {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The work of a helper, until the search is over.
    pub(super) fn help<M: Machine>(&self, machine: &mut M, name: impl Fn(&M, &[Proc]) -> Came) {
        let mut state = self.state();
        while !state.over {
            let State { wanted, begun, .. } = &mut *state;
            let free = |task: &Task| !begun.contains_key(&task.id);
            let next = wanted.iter().position(free).filter(|_| begun.len() < MOST);
            let Some(next) = next else {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let task = wanted.remove(next);
            begun.insert(task.id, Begun::Running);
            drop(state);
            let ran = task::run(machine, &task);
            let over = ran.map_or(Begun::Failed, |run| {
                let steps = task.prefix.iter().chain(&run.taken);
                let steps: Vec<Proc> = steps.map(|taken| taken.proc).collect();
                let came = (!run.taken.is_empty()).then(|| name(machine, &steps));
                Begun::Over(Box::new((run, came)))
            });
            state = self.state();
            let failed = matches!(over, Begun::Failed);
            state.begun.insert(task.id, over);
            self.changed.notify_all();
            if failed {
                return;
            }
        }
    }

    /// What came of the task, where a helper has begun it. Else it is the caller's from now on.
    pub(super) fn claim(&self, id: TaskId) -> Option<(Run, Option<Came>)> {
        let mut state = self.state();
        loop {
            match state.begun.get(&id) {
                Some(Begun::Running) => {
                    state = self
                        .changed
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                Some(_) => break,
                None => {
                    state.wanted.retain(|task| task.id != id);
                    return None;
                }
            }
        }
        match state.begun.remove(&id) {
            Some(Begun::Over(over)) => Some(*over),
            _ => None,
        }
    }

    /// What may be run ahead from now on.
    pub(super) fn want(&self, tasks: Vec<Task>) {
        let mut state = self.state();
        state.wanted = tasks;
        self.changed.notify_all();
    }

    /// Nothing that was run ahead counts.
    pub(super) fn forget(&self) {
        let mut state = self.state();
        state.wanted.clear();
        state.begun.clear();
    }

    pub(super) fn end(&self) {
        self.state().over = true;
        self.changed.notify_all();
    }
}
