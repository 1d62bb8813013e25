//! `contiguous-blocks {for, lines}`: in each round these lines stand together in this order.

use super::{Kind, evaluate_rounds, read_rounds};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::lines::{Lines, Loops};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct ContiguousBlocks {
    pub loops: Loops,
    pub lines: Lines,
}

impl Kind for ContiguousBlocks {
    fn read(section: &Section<'_>, names: &Names) -> ContiguousBlocks {
        let (loops, lines) = read_rounds(section, names);
        ContiguousBlocks { loops, lines }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_rounds(&self.loops, &self.lines, scope)
    }
}
