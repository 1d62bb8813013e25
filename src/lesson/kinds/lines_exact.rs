//! `lines-exact {lines}`: exactly these lines in this order.

use super::{Kind, evaluate_lines, read_lines};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::lines::Lines;
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct LinesExact {
    pub lines: Lines,
}

impl Kind for LinesExact {
    fn read(section: &Section<'_>, names: &Names) -> LinesExact {
        let lines = read_lines(section, "lines", names);
        LinesExact { lines }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_lines(&self.lines, scope)
    }
}
