//! `never-together {for, lines}`: in no round do all these lines stand in the output.

use super::{Kind, evaluate_rounds, read_rounds};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::lines::{Lines, Loops};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct NeverTogether {
    pub loops: Loops,
    pub lines: Lines,
}

impl Kind for NeverTogether {
    fn read(section: &Section<'_>, names: &Names) -> NeverTogether {
        let (loops, lines) = read_rounds(section, names);
        NeverTogether { loops, lines }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_rounds(&self.loops, &self.lines, scope)
    }
}
