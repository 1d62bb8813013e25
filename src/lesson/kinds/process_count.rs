//! `process-count {of, is|…}`: how many processes were started.

use super::{Kind, Of, evaluate_expected, of};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::fields::expected;
use crate::lesson::lines::Expected;
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct ProcessCount {
    pub of: Of,
    pub count: Expected,
}

impl Kind for ProcessCount {
    fn read(section: &Section<'_>, names: &Names) -> ProcessCount {
        ProcessCount {
            of: of(section),
            count: expected(section, names),
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_expected(Some(&self.count), scope)
    }
}
