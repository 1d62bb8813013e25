//! `Tasks`: the tasks of a pool, in the order they were submitted, found by number.
//!
//! A pool numbers its tasks from 0 without a gap, so a number is a place; a log that does
//! otherwise is followed by a list of exceptions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::chunked::Chunked;

/// A task of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its number in the pool.
    pub number: u64,
    /// The function's name and its arguments.
    pub func: Option<Arc<str>>,
    pub value: Option<Arc<str>>,
    /// Who submitted it, and when (event, ns since the run began).
    pub by: u32,
    pub submitted: (u64, i64),
    pub state: TaskState,
    /// When a worker began and ended it (event, ns).
    pub started: Option<(u64, i64)>,
    pub ended: Option<(u64, i64)>,
    /// Worker that ran it.
    pub worker: Option<u32>,
    /// What it returned, or raised.
    pub outcome: Option<Arc<str>>,
    /// Its result has come back to the process that submitted it (event).
    pub ready: Option<u64>,
    /// Somebody asked for its result and got it (event).
    pub fetched: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    Waiting,
    Running,
    Succeeded,
    Failed,
    /// Its worker died in it.
    Lost,
}

impl TaskState {
    /// A result of it can be had.
    pub fn has_result(self) -> bool {
        matches!(self, TaskState::Succeeded | TaskState::Failed)
    }
}

/// Every task of a pool.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tasks {
    list: Chunked<Task>,
    /// Places of tasks whose number is not their place.
    odd: BTreeMap<u64, usize>,
}

impl Tasks {
    /// In the order they were submitted.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Task> {
        self.list.iter()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn get(&self, number: u64) -> Option<&Task> {
        self.list.get(self.place(number)?)
    }

    fn place(&self, number: u64) -> Option<usize> {
        let place = usize::try_from(number).ok();
        let place = place.filter(|place| {
            let there = self.list.get(*place);
            there.is_some_and(|task| task.number == number)
        });
        place.or_else(|| self.odd.get(&number).copied())
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Task> {
        self.list.get_mut(self.place(number)?)
    }

    /// Adds a task; its number must be new.
    pub(super) fn add(&mut self, task: Task) {
        let place = self.list.len();
        if usize::try_from(task.number) != Ok(place) {
            self.odd.insert(task.number, place);
        }
        self.list.push(task);
    }
}
