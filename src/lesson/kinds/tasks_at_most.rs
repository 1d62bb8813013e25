//! `tasks-at-most {n}`: never more than `n` tasks of a pool at work at once.

use super::Kind;
use crate::lesson::expr::{EvalError, Expr, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct TasksAtMost {
    pub n: Expr,
}

impl Kind for TasksAtMost {
    fn read(section: &Section<'_>, names: &Names) -> TasksAtMost {
        let n = names.expr(&section.required("n"));
        TasksAtMost { n }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        self.n.int(scope).map(drop)
    }
}
