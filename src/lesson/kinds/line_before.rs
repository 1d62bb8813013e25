//! `line-before {line, others}`: the line stands before every other one, or before those named.

use super::{Kind, evaluate_lines, read_lines, read_others};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::lines::Lines;
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct LineBefore {
    pub line: Lines,
    pub others: Option<Lines>,
}

impl Kind for LineBefore {
    fn read(section: &Section<'_>, names: &Names) -> LineBefore {
        LineBefore {
            line: read_lines(section, "line", names),
            others: read_others(section, names),
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_lines(&self.line, scope)?;
        let others = self.others.as_ref();
        others.map_or(Ok(()), |others| evaluate_lines(others, scope))
    }
}
