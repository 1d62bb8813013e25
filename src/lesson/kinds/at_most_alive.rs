//! `at-most-alive {of, n}`: never more than `n` processes alive at once.

use super::{Kind, Of, of};
use crate::lesson::expr::{EvalError, Expr, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct AtMostAlive {
    pub of: Of,
    pub n: Expr,
}

impl Kind for AtMostAlive {
    fn read(section: &Section<'_>, names: &Names) -> AtMostAlive {
        AtMostAlive {
            of: of(section),
            n: names.expr(&section.required("n")),
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        self.n.int(scope).map(drop)
    }
}
