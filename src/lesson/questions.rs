//! Predictions, claims, listings and the outcome: what a lesson asks and says, as data.
//!
//! A prediction holds no stored answer: its expressions are evaluated over the run (`expr::RUN_NAMES`,
//! `expr::RUN_FUNCTIONS`), by `check`. A claim names the probe that shows its verdict.

use super::error::Spot;
use super::expr::Expr;
use super::lines::{Lines, Loops};
use super::template::Template;
use super::words::Words;

/// Asked before the run, graded after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    pub id: String,
    /// Where in lesson.toml it stands.
    pub spot: Spot,
    /// Where it is false the question is not asked.
    pub when: Option<Expr>,
    pub question: Words,
    pub explanation: Words,
    pub kind: PredictionKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PredictionKind {
    /// Exactly one option is right: the first whose `when` holds of the run, or the one without.
    Choice { options: Vec<AnswerOption> },
    /// The items in the order the run had: the list `answer`, compared as text.
    Order { items: Lines, answer: Expr },
    /// A number; `within` is how far off still counts.
    Number {
        answer: Expr,
        min: Expr,
        max: Expr,
        within: Option<Expr>,
    },
    /// For each listing: can it happen? Graded by what was seen, or by the explored set.
    Possible { listings: Vec<String> },
}

#[derive(Debug, Clone, PartialEq)]
pub struct AnswerOption {
    pub id: String,
    pub text: Words,
    pub when: Option<Expr>,
}

/// What of a run counts as its outcome: two runs with equal labels came out the same way.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// `lines`: the whole text, in order.
    Lines,
    /// `multiset`: the lines, whatever their order.
    Multiset,
    /// `blocks {for, label, lines}`: the order in which the blocks stand; `torn` when one is not
    /// whole, `other` when lines are missing.
    Blocks {
        loops: Loops,
        label: Template,
        lines: Lines,
    },
    /// `value {value}`: an expression over the run.
    Value { value: Expr },
}

/// An output, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Where in lesson.toml it stands.
    pub spot: Spot,
    /// `tutorial` is the one the tutorial prints.
    pub id: String,
    pub title: Option<Words>,
    pub lines: Vec<String>,
}

/// A sentence of the tutorial and what is true of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Where in lesson.toml its probe and what it expects stand.
    pub probe_spot: Spot,
    pub expect_spot: Spot,
    pub id: String,
    pub says: Words,
    pub truth: Truth,
    /// Python version since which an outdated claim no longer holds.
    pub since: Option<String>,
    pub finding: Words,
    /// File under the lesson's `probes/`.
    pub probe: String,
    /// What the probe's stdout ends with.
    pub expect: String,
    /// Oldest and newest Python (3.13 is 313) the probe holds on.
    pub python: Option<PythonRange>,
    /// Start methods the probe is for; empty means whatever is the default.
    pub methods: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    True,
    Imprecise,
    Outdated,
    False,
}

impl Truth {
    pub const WORDS: &[(&str, Truth)] = &[
        ("true", Truth::True),
        ("imprecise", Truth::Imprecise),
        ("outdated", Truth::Outdated),
        ("false", Truth::False),
    ];

    #[must_use]
    pub fn word(self) -> &'static str {
        Truth::WORDS
            .iter()
            .find(|(_, truth)| *truth == self)
            .map_or("", |(word, _)| *word)
    }
}

/// `python = ">=3.7"`, `"<3.14"`, `">=3.7, <3.14"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PythonRange {
    /// First version in it: 307 for 3.7.
    pub from: Option<i64>,
    /// First version beyond it.
    pub before: Option<i64>,
}

impl PythonRange {
    /// Reads the bounds; `None` where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<PythonRange> {
        let mut range = PythonRange::default();
        for bound in text.split(',') {
            let bound = bound.trim();
            if let Some(version) = bound.strip_prefix(">=") {
                range.from = Some(version_number(version)?);
            } else if let Some(version) = bound.strip_prefix("<=") {
                range.before = Some(version_number(version)? + 1);
            } else if let Some(version) = bound.strip_prefix('<') {
                range.before = Some(version_number(version)?);
            } else {
                return None;
            }
        }
        Some(range)
    }

    /// Whether `version` (313 for 3.13) is in it.
    #[must_use]
    pub fn holds(self, version: i64) -> bool {
        self.from.is_none_or(|from| from <= version)
            && self.before.is_none_or(|before| version < before)
    }
}

fn version_number(text: &str) -> Option<i64> {
    let (major, minor) = text.trim().split_once('.')?;
    let (major, minor): (i64, i64) = (major.parse().ok()?, minor.parse().ok()?);
    ((0..10).contains(&major) && (0..100).contains(&minor)).then_some(major * 100 + minor)
}

#[cfg(test)]
mod tests {
    use super::PythonRange;

    #[test]
    fn python_ranges_hold_what_they_say() {
        let since = PythonRange::parse(">=3.7").unwrap();
        assert!(since.holds(307) && since.holds(313) && !since.holds(306));
        let window = PythonRange::parse(">= 3.8, <3.14").unwrap();
        assert!(window.holds(308) && window.holds(313) && !window.holds(314) && !window.holds(307));
        let until = PythonRange::parse("<=3.6").unwrap();
        assert!(until.holds(306) && !until.holds(307));
        for wrong in ["3.7", ">=3", ">=a.b", "", ">=3.7 <3.9"] {
            assert_eq!(PythonRange::parse(wrong), None, "{wrong}");
        }
    }
}
