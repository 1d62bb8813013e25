//! `Check`: an invariant of a lesson, as data.
//!
//! What it asks is its `CheckKind`; answering it is the business of `check`.

use super::error::Spot;
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
    /// Where in lesson.toml it stands.
    pub spot: Spot,
    /// Where it is false the check does not apply and is left out.
    pub when: Option<Expr>,
    pub kind: CheckKind,
}

impl Check {
    /// `None` where there is no such kind of check; that was noted.
    pub(super) fn read(field: &Field<'_>, names: &Names) -> Option<Check> {
        let mut section = field.section("check");
        let check = (
            section.required("id").identifier('-'),
            section.required("words").words(),
            when(&section, names),
        );
        let kind = CheckKind::read(&mut section, names)?;
        section.done();
        let (id, words, when) = check;
        Some(Check {
            id,
            words,
            spot: field.spot(),
            when,
            kind,
        })
    }

    /// Whether printed text alone answers it.
    #[must_use]
    pub fn is_textual(&self) -> bool {
        matches!(self.kind, CheckKind::Text(_))
    }
}
