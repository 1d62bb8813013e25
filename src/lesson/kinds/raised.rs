//! `raised {op, error, of}`: an operation raised this error.

use super::{Kind, Of, text};
use crate::lesson::error::LessonError;
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;
use crate::lesson::template::Template;

#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    pub op: Option<String>,
    pub error: Template,
    pub of: Of,
}

impl Kind for Raised {
    fn read(section: &Section<'_>, names: &Names) -> Result<Raised, LessonError> {
        let error = section.required("error", "`Type: text`, {*} for any text")?;
        Ok(Raised {
            op: text(section.optional("op"))?,
            error: names.template(&error)?,
            of: Of::read_or_all(section)?,
        })
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        self.error.fill(scope).map(drop)
    }
}
