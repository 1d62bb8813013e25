//! `lines-in-order {for, lines}`: in each round these lines stand in the output in this order;
//! others may stand between.

use super::{Kind, evaluate_rounds, read_rounds};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::lines::{Lines, Loops};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct LinesInOrder {
    pub loops: Loops,
    pub lines: Lines,
}

impl Kind for LinesInOrder {
    fn read(section: &Section<'_>, names: &Names) -> LinesInOrder {
        let (loops, lines) = read_rounds(section, names);
        LinesInOrder { loops, lines }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_rounds(&self.loops, &self.lines, scope)
    }
}
