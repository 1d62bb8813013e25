//! `status {is|one-of}`: how the run ended; `finished` where not said.

use super::{Kind, evaluate_expected};
use crate::lesson::Value;
use crate::lesson::error::LessonError;
use crate::lesson::expr::{EvalError, Expr, Scope};
use crate::lesson::fields::expectation;
use crate::lesson::lines::Expected;
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    pub status: Expected,
}

impl Kind for Status {
    fn read(section: &Section<'_>, names: &Names) -> Result<Status, LessonError> {
        let finished = || Expected::Is(Expr::constant(Value::Str("finished".into())));
        let status = expectation(section, names)?.unwrap_or_else(finished);
        Ok(Status { status })
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        evaluate_expected(Some(&self.status), scope)
    }
}
