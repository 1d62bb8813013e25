//! `lock-exclusive {object}`: never acquired by one process while another holds it, and its counter
//! rises with the log. Without `object` it speaks of every lock of the run.

use super::{Kind, text};
use crate::lesson::error::LessonError;
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct LockExclusive {
    pub object: Option<String>,
}

impl Kind for LockExclusive {
    fn read(section: &Section<'_>, _: &Names) -> Result<LockExclusive, LessonError> {
        let object = text(section.optional("object"))?;
        Ok(LockExclusive { object })
    }

    fn evaluate(&self, _: &dyn Scope) -> Result<(), EvalError> {
        Ok(())
    }
}
