//! What several kinds of checks ask of the tasks of a pool: when each ran, and where.

use std::collections::BTreeSet;

use super::Judged;
use super::processes::exit_seq;
use crate::lesson::Words;
use crate::model::{Pool, Task, TaskState, World};

/// Every pool's tasks, in the order they were submitted.
pub(super) fn all(world: &World) -> Vec<&Task> {
    let mut tasks: Vec<&Task> = world
        .objects()
        .filter_map(|object| object.pool())
        .flat_map(|pool: &Pool| pool.tasks.iter())
        .collect();
    tasks.sort_by_key(|task| task.submitted.0);
    tasks
}

pub(super) fn none() -> Judged {
    Judged::failed(Words::tell("verdict.no-task", &[]))
}

/// When each ran: events of its start and end. A task whose worker died ends with the worker.
pub(super) fn runs(world: &World) -> Vec<(u64, u64, Option<u64>)> {
    all(world)
        .into_iter()
        .filter_map(|task| {
            let start = task.started?.0;
            let end = task.ended.map(|(seq, _)| seq).or_else(|| {
                let worker = task.worker.and_then(|proc| world.process(proc))?;
                exit_seq(worker)
            });
            Some((task.number, start, end))
        })
        .collect()
}

/// Birth numbers of the processes that ran tasks, in order of their first task.
pub(super) fn workers(world: &World) -> Vec<u32> {
    let mut seen = BTreeSet::new();
    let mut started: Vec<_> = all(world)
        .into_iter()
        .filter_map(|task| Some((task.started?.0, task.worker?)))
        .collect();
    started.sort_unstable();
    started
        .into_iter()
        .map(|(_, worker)| worker)
        .filter(|worker| seen.insert(*worker))
        .collect()
}

/// How the task came out, as lessons name it.
pub(super) fn state_word(state: TaskState) -> &'static str {
    match state {
        TaskState::Succeeded => "success",
        TaskState::Failed => "failure",
        TaskState::Waiting | TaskState::Running => "pending",
        TaskState::Lost => "lost",
    }
}
