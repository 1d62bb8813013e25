//! `submits-wait-for-result`: each task has ended before the next is submitted.
//! It has no keys of its own.

use super::Kind;
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct SubmitsWaitForResult;

impl Kind for SubmitsWaitForResult {
    fn read(_: &Section<'_>, _: &Names) -> SubmitsWaitForResult {
        SubmitsWaitForResult
    }

    fn evaluate(&self, _: &dyn Scope) -> Result<(), EvalError> {
        Ok(())
    }
}
