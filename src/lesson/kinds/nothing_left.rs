//! `nothing-left`: every process exited, and none had to be ended by force.
//! It has no keys of its own.

use super::Kind;
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct NothingLeft;

impl Kind for NothingLeft {
    fn read(_: &Section<'_>, _: &Names) -> NothingLeft {
        NothingLeft
    }

    fn evaluate(&self, _: &dyn Scope) -> Result<(), EvalError> {
        Ok(())
    }
}
