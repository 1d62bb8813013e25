//! `task-results {tasks, state, value}`: how many tasks were submitted (`tasks`, a number or an
//! `is|at-most|…` table), how each ended (`success`, `failure`, `pending`, or `lost` with its worker) and
//! what it returned. In `state` and `value`, `task` is its number.

use super::{Kind, evaluate_expected, read_expected};
use crate::lesson::Value;
use crate::lesson::expr::Type;
use crate::lesson::expr::{Bound, EvalError, Scope, TASK_STATES};
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
    fn read(section: &Section<'_>, names: &Names) -> TaskResults {
        let task = names.with("task", Type::Int);
        let value = section.optional("value");
        TaskResults {
            tasks: read_expected(section, "tasks", names),
            state: read_expected(section, "state", &task),
            value: value.map(|field| task.template(&field)),
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_expected(self.tasks.as_ref(), scope)?;
        let first = Bound {
            name: "task",
            value: Value::Int(0),
            outer: scope,
        };
        if let Some(state) = &self.state {
            let known = |word: &str| TASK_STATES.contains(&word);
            state.only(&first, &known, || TASK_STATES.join(", "))?;
        }
        let value = self.value.as_ref();
        value.map_or(Ok(()), |value| value.fill(&first).map(drop))
    }
}
