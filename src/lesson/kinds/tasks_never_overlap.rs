//! `tasks-never-overlap`: a task starts only when the one before has ended.
//! It has no keys of its own.

use super::Kind;
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct TasksNeverOverlap;

impl Kind for TasksNeverOverlap {
    fn read(_: &Section<'_>, _: &Names) -> TasksNeverOverlap {
        TasksNeverOverlap
    }

    fn evaluate(&self, _: &dyn Scope) -> Result<(), EvalError> {
        Ok(())
    }
}
