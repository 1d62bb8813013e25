//! `task-results {tasks, state, value}`: how many tasks were submitted (`tasks`, a number or an
//! `is|at-most|…` table), how each ended (`success`, `failure`, `pending`, or `lost` with its worker) and
//! what it returned. In `state` and `value`, `task` is its number.

use super::{Kind, evaluate_expected, read_expected};
use crate::lesson::error::LessonError;
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::lines::Expected;
use crate::lesson::names::Names;
use crate::lesson::section::Section;
use crate::lesson::template::Template;

#[derive(Debug, Clone, PartialEq)]
pub struct TaskResults {
    pub tasks: Option<Expected>,
    pub state: Option<Expected>,
    pub value: Option<Template>,
}

impl Kind for TaskResults {
    fn read(section: &Section<'_>, names: &Names) -> Result<TaskResults, LessonError> {
        let task = names.with("task");
        let value = section.optional("value");
        Ok(TaskResults {
            tasks: read_expected(section, "tasks", names)?,
            state: read_expected(section, "state", &task)?,
            value: value.map(|field| task.template(&field)).transpose()?,
        })
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_expected(self.tasks.as_ref(), scope)
    }
}
