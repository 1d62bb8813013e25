//! The outcome of a run, as a label: equal labels, same outcome.
//!
//! Works on printed text alone, so that a listing has an outcome like a run. An outcome of kind
//! `value` needs the run's facts and is worked out by `check`.

use super::expr::{EvalError, Scope};
use super::printed;
use super::questions::Outcome;

/// The outcome where every line is there and a block is broken open.
pub const TORN: &str = "torn";

/// The outcome where lines are missing or strange: a run that was cut short.
pub const OTHER: &str = "other";

/// How a run came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeLabel {
    /// Equal for equal outcomes.
    pub text: String,
    /// The blocks' names in the order they stand; empty where the outcome is no order of blocks, or
    /// one is torn.
    pub blocks: Vec<String>,
}

impl Outcome {
    /// The outcome of these lines; `None` where it needs more than text.
    ///
    /// # Errors
    /// What the lesson's expressions report.
    pub fn of_lines(
        &self,
        lines: &[&str],
        scope: &dyn Scope,
    ) -> Result<Option<OutcomeLabel>, EvalError> {
        let plain = |text| {
            Some(OutcomeLabel {
                text,
                blocks: Vec::new(),
            })
        };
        Ok(match self {
            Outcome::Lines => plain(lines.join("\n")),
            Outcome::Multiset => {
                let mut lines = lines.to_vec();
                lines.sort_unstable();
                plain(lines.join("\n"))
            }
            Outcome::Value { .. } => None,
            Outcome::Blocks {
                loops,
                label,
                lines: block,
            } => {
                let rounds = loops.each(scope, &mut |scope| {
                    Ok((label.fill(scope)?.to_string(), block.expand(scope)?))
                })?;
                let (labels, expected): (Vec<_>, Vec<_>) = rounds.into_iter().unzip();
                match printed::blocks(&expected, lines, scope.fuel())? {
                    None => {
                        let slots = expected.concat();
                        let whole = printed::multiset(&slots, lines, scope.fuel())?
                            .missing
                            .is_empty();
                        plain(if whole { TORN } else { OTHER }.to_owned())
                    }
                    Some(starts) => {
                        let mut order: Vec<_> = starts.into_iter().zip(labels).collect();
                        order.sort();
                        let blocks: Vec<String> =
                            order.into_iter().map(|(_, label)| label).collect();
                        Some(OutcomeLabel {
                            text: blocks.join(" "),
                            blocks,
                        })
                    }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::lesson::{Circumstances, Manifest, Params, Setting};

    #[test]
    fn the_lock_lessons_listings_have_their_outcomes() {
        let text = include_str!("../../lessons/06-lock/lesson.toml");
        let manifest = Manifest::parse("lesson.toml", text).unwrap();
        let params = Params::defaults(&manifest.parameters);
        let setting = Setting::new(&params, &Circumstances::default(), &manifest.define);
        let outcome = |id: &str| {
            let listing = manifest.listings.iter().find(|l| l.id == id).unwrap();
            let lines: Vec<&str> = listing.lines.iter().map(String::as_str).collect();
            manifest
                .outcome
                .of_lines(&lines, &setting)
                .unwrap()
                .unwrap()
        };
        assert_eq!(outcome("tutorial").text, "1 0 2 3 4 5 9 7 8 6");
        assert_eq!(outcome("tutorial").blocks.len(), 10);
        assert_eq!(outcome("torn").text, "torn");
        let part = ["0 -----> 100", "0 -----> 22"];
        let label = manifest.outcome.of_lines(&part, &setting).unwrap();
        assert_eq!(label.unwrap().text, "other");
    }
}
