//! `task-results`: how many tasks there were, how each ended and what it returned.

use super::OfRun;
use crate::check::processes::number;
use crate::check::shown::{few_clauses, quoted};
use crate::check::tasks::{all, none, state_word};
use crate::check::{Judged, Result};
use crate::lesson::kinds::TaskResults;
use crate::lesson::{Bound, Scope, Value, Words};
use crate::model::Task;
use crate::model::World;

impl OfRun for TaskResults {
    fn judge(&self, scope: &dyn Scope, world: &World) -> Result<Judged> {
        let tasks = all(world);
        if let Some(count) = &self.tasks {
            let n = tasks.len();
            let (passed, wanted) = count.test(&number(n), scope)?;
            if !passed {
                return Ok(Judged::failed(Words::tell(
                    "verdict.tasks-submitted",
                    &[("n", &n), ("wanted", &wanted)],
                )));
            }
        } else if tasks.is_empty() {
            return Ok(none());
        }
        let mut wrong = Vec::new();
        for task in &tasks {
            wrong.extend(fault(self, task, scope)?);
        }
        if wrong.is_empty() {
            let n = tasks.len();
            return Ok(Judged::passed(Words::tell("verdict.results", &[("n", &n)])));
        }
        Ok(Judged::failed(few_clauses(&wrong)))
    }
}

/// What is not as expected of one task.
fn fault(kind: &TaskResults, task: &Task, scope: &dyn Scope) -> Result<Option<Words>> {
    let scope = Bound {
        name: "task",
        value: task.number.into(),
        outer: scope,
    };
    if let Some(state) = &kind.state {
        let word = state_word(task.state);
        let (passed, wanted) = state.test(&Value::Str(word.to_owned()), &scope)?;
        if !passed {
            return Ok(Some(Words::tell(
                "verdict.task-state",
                &[
                    ("task", &task.number),
                    ("state", &word),
                    ("wanted", &wanted),
                ],
            )));
        }
    }
    if let Some(value) = &kind.value {
        let wanted = value.fill(&scope)?;
        let found = task.outcome.as_deref().unwrap_or("None");
        if !wanted.matches(found) {
            return Ok(Some(Words::tell(
                "verdict.task-value",
                &[
                    ("task", &task.number),
                    ("value", &quoted(found)),
                    ("wanted", &quoted(&wanted.to_string())),
                ],
            )));
        }
    }
    Ok(None)
}
