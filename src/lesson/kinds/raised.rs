//! `raised {op, error, of}`: an operation raised this error.

use super::{Kind, Of, of_or_all, op};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;
use crate::lesson::template::Template;
use crate::trace::OpName;

#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    pub op: Option<OpName>,
    pub error: Template,
    pub of: Of,
}

impl Kind for Raised {
    fn read(section: &Section<'_>, names: &Names) -> Raised {
        let error = section.required("error");
        Raised {
            op: op(section.optional("op")),
            error: names.template(&error),
            of: of_or_all(section),
        }
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        self.error.fill(scope).map(drop)
    }
}
