//! `never-raised {of}`: no operation raised anything.

use super::{Kind, Of, of_or_all};
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::names::Names;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct NeverRaised {
    pub of: Of,
}

impl Kind for NeverRaised {
    fn read(section: &Section<'_>, _: &Names) -> NeverRaised {
        let of = of_or_all(section);
        NeverRaised { of }
    }

    fn evaluate(&self, _: &dyn Scope) -> Result<(), EvalError> {
        Ok(())
    }
}
