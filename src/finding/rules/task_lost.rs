//! A task of a pool whose worker ended in it: its result never comes.

use crate::finding::found::Found;
use crate::finding::names::{at_place, ended, party, what, who};
use crate::finding::rule::Rule;
use crate::finding::still::Still;
use crate::lesson::Words;
use crate::model::{Awaited, Process, Task, TaskState, Wait};
use crate::text::clean;
use crate::trace::{Exit, OpName};

#[derive(Debug, Default)]
pub(in crate::finding) struct TaskLost;

impl Rule for TaskLost {
    fn still(&mut self, still: &Still<'_>, found: &mut Found) {
        for (wait, object) in still.on(&[
            OpName::ResultGet,
            OpName::ResultWait,
            OpName::Join,
            OpName::Shutdown,
        ]) {
            let Some(pool) = object.pool() else { continue };
            let asked = asked(still, wait);
            let mut tasks = pool.tasks.iter();
            let lost = tasks.find(|task| {
                let wanted = asked
                    .as_ref()
                    .is_none_or(|asked| asked.contains(&task.number));
                task.state == TaskState::Lost && wanted
            });
            let Some(task) = lost else { continue };
            let worker = task.worker.and_then(|worker| still.world.process(worker));
            let site = pool.submitted_at(task.number);
            let text = told(still, wait, task, worker, &what(Some(object)));
            let finding = still
                .finding("task-lost", text, wait)
                .advice(advice(worker))
                .lesson("pool-async")
                .process(worker)
                .event(task.started.map_or(task.submitted.0, |(seq, _)| seq))
                .place(worker.and_then(|worker| worker.at.as_deref()))
                .place(site);
            found.hang(finding, wait);
        }
    }
}

/// The tasks whose results are waited for; all where the whole pool is.
fn asked(still: &Still<'_>, wait: &Wait) -> Option<std::ops::Range<u64>> {
    let Awaited::Result { task, .. } = wait.target else {
        return None;
    };
    let process = still.process(&wait.who)?;
    let n = process.pending().and_then(|pending| pending.op.args.n);
    let n = n.and_then(|n| u64::try_from(n).ok()).unwrap_or(1);
    Some(task..task.saturating_add(n))
}

fn told(
    still: &Still<'_>,
    wait: &Wait,
    task: &Task,
    worker: Option<&Process>,
    pool: &str,
) -> Words {
    let func = clean(task.func.as_deref().unwrap_or("?")).into_owned();
    let value = clean(task.value.as_deref().unwrap_or_default()).into_owned();
    let interrupted = worker.is_some_and(|worker| was_interrupted(still, worker));
    let how = match worker.and_then(Process::exit) {
        _ if interrupted => Words::tell("finding.task-lost.interrupted", &[]),
        Some(Exit::Code(_)) => Words::tell("finding.task-lost.exited", &[]),
        _ => Words::tell("finding.task-lost.killed", &[]),
    };
    let end = worker.map_or_else(Words::default, |worker| ended(still.world, worker));
    Words::tell(
        "finding.task-lost.text",
        &[
            ("who", &party(&wait.who)),
            ("at", &at_place(wait.at.as_deref())),
            ("task", &task.number),
            ("func", &func),
            ("value", &value),
            ("pool", &pool),
            ("worker", &who(worker)),
            ("ended", &end),
            ("how", &how),
        ],
    )
}

/// Its last operation ended with the KeyboardInterrupt of a Ctrl-C, or its traceback says so.
fn was_interrupted(still: &Still<'_>, worker: &Process) -> bool {
    let failure = crate::finding::errors::failure(still.world, worker.proc);
    failure.is_some_and(|failure| failure.error.starts_with("KeyboardInterrupt"))
}

fn advice(worker: Option<&Process>) -> Words {
    match worker.and_then(Process::exit) {
        Some(Exit::Code(_)) => Words::tell("finding.task-lost.advice-exited", &[]),
        _ => Words::tell("finding.task-lost.advice", &[]),
    }
}
