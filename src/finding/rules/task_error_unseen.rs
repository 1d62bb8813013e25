//! A task of a pool raised, and nobody asked for its result: the error is lost.

use std::collections::HashSet;

use crate::finding::names::what;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Object, Pool, Task, TaskState, World};
use crate::text::clean;
use crate::trace::OpName;

/// Most results that are remembered to have been asked for.
const MOST: usize = 1 << 16;

#[derive(Debug, Default)]
pub(in crate::finding) struct TaskErrorUnseen {
    /// Results that somebody asked about without getting them: pool and task.
    asked: HashSet<(String, u64)>,
}

impl Rule for TaskErrorUnseen {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Op(OpName::Successful)]
    }

    fn after(&mut self, moment: Moment<'_>, _: &mut Found) {
        let asked = moment.event.kind.op().and_then(|op| {
            let pool = op.object.clone()?;
            Some((pool, op.args.task?))
        });
        if self.asked.len() < MOST {
            self.asked.extend(asked);
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        for object in world.objects() {
            let Some(pool) = object.pool().filter(|pool| pool.totals.failed > 0) else {
                continue;
            };
            for task in pool.tasks.iter() {
                if self.is_unseen(object, pool, task) {
                    found.add(told(world, object, task));
                }
            }
        }
    }
}

impl TaskErrorUnseen {
    fn is_unseen(&self, object: &Object, pool: &Pool, task: &Task) -> bool {
        task.state == TaskState::Failed
            && task.fetched.is_none()
            && task.ended.is_some()
            && !pool.tells_error_of(task.number)
            && !self.asked.contains(&(object.id.to_string(), task.number))
    }
}

fn told(world: &World, object: &Object, task: &Task) -> Finding {
    let error = clean(task.outcome.as_deref().unwrap_or_default()).into_owned();
    let func = clean(task.func.as_deref().unwrap_or("?")).into_owned();
    let text = Words::tell(
        "finding.task-error-unseen.text",
        &[
            ("task", &task.number),
            ("func", &func),
            ("pool", &what(Some(object))),
            ("error", &error),
        ],
    );
    let at = object
        .pool()
        .and_then(|pool| pool.submitted_at(task.number));
    // Where the program itself failed, this is not what is silent.
    let main_failed = world
        .process(task.by)
        .and_then(crate::model::Process::exit)
        .is_some_and(|exit| exit.exitcode() != Some(0));
    let certainty = if main_failed {
        Certainty::Hint
    } else {
        Certainty::Certain
    };
    let kind = error.split(':').next().unwrap_or_default().to_owned();
    Finding::new("task-error-unseen", Harm::Wrong, certainty, text)
        .advice(Words::tell("finding.task-error-unseen.advice", &[]))
        .lesson("pool-async")
        .event(task.ended.map_or(task.submitted.0, |(seq, _)| seq))
        .process(world.process(task.by))
        .process(task.worker.and_then(|worker| world.process(worker)))
        .object(Some(object))
        .place(at)
        .same(format!(
            "{} {func} {kind} {}",
            object.id,
            at.unwrap_or_default()
        ))
}
