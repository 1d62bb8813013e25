//! `submits-return-at-once`: between its first and last submit main waited for nothing.
//! It has no keys of its own.

use super::Kind;
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct SubmitsReturnAtOnce;

impl Kind for SubmitsReturnAtOnce {
    fn read(_: &Section<'_>, _: &Names) -> SubmitsReturnAtOnce {
        SubmitsReturnAtOnce
    }

    fn evaluate(&self, _: &dyn Scope) -> Result<(), EvalError> {
        Ok(())
    }
}
