//! `Check`: an invariant of a lesson, as data.
//!
//! What it asks is its `CheckKind`; answering it is the business of `check`.

use super::error::LessonError;
use super::expr::Expr;
use super::fields::when;
use super::kinds::CheckKind;
use super::names::Names;
use super::section::Field;
use super::words::Words;

/// One invariant, with its words for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Unique in its lesson.
    pub id: String,
    pub words: Words,
    /// Its line in lesson.toml, from 1.
    pub line: usize,
    /// Where it is false the check does not apply and is left out.
    pub when: Option<Expr>,
    pub kind: CheckKind,
}

impl Check {
    pub(super) fn read(field: &Field<'_>, names: &Names) -> Result<Check, LessonError> {
        let section = field.section()?;
        let check = Check {
            line: field.line(),
            id: section
                .required("id", "a name for reports")?
                .identifier('-')?,
            words: section
                .required("words", "what holds, for people")?
                .words()?,
            when: when(&section, names)?,
            kind: CheckKind::read(&section, names)?,
        };
        section.done()?;
        Ok(check)
    }

    /// Whether printed text alone answers it.
    #[must_use]
    pub fn is_textual(&self) -> bool {
        matches!(self.kind, CheckKind::Text(_))
    }
}
