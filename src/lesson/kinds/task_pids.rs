//! `task-pids {is|at-most|…}`: how many different processes ran tasks.

use super::{Kind, evaluate_expected};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::fields::expected;
use crate::lesson::lines::Expected;
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct TaskPids {
    pub count: Expected,
}

impl Kind for TaskPids {
    fn read(section: &Section<'_>, names: &Names) -> TaskPids {
        let count = expected(section, names);
        TaskPids { count }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_expected(Some(&self.count), scope)
    }
}
