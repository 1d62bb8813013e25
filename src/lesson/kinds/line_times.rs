//! `line-times {line, is|one-of|at-most|at-least}`: how often the line stands in the output.

use super::{Kind, evaluate_expected, evaluate_lines, read_lines};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::fields::expected;
use crate::lesson::lines::{Expected, Lines};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct LineTimes {
    pub line: Lines,
    pub times: Expected,
}

impl Kind for LineTimes {
    fn read(section: &Section<'_>, names: &Names) -> LineTimes {
        LineTimes {
            line: read_lines(section, "line", names),
            times: expected(section, names),
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_lines(&self.line, scope)?;
        evaluate_expected(Some(&self.times), scope)
    }
}
