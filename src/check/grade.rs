//! Grading a prediction against what really ran, or against the explored set.
//!
//! No answer is stored in a lesson: the right one is worked out from the run (`Facts`), and whether
//! a listing can happen from the outcomes that were seen (`Evidence`).

use std::collections::BTreeSet;

use super::at_fault;
use super::facts::Facts;
use super::outcomes::why_not;
use super::shown::{joined, quoted};
use crate::lesson::{
    AnswerOption, EvalError, Lines, Prediction, PredictionKind, Scope, Value, Words,
};

/// What the learner said.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The option's id.
    Choice(String),
    /// Texts of the items, first to last.
    Order(Vec<String>),
    Number(f64),
    /// For each listing, by id: can it happen?
    Possible(Vec<(String, bool)>),
}

/// Outcomes that are known to happen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Labels of the outcomes seen, this run's included.
    pub seen: BTreeSet<String>,
    /// How many runs saw them, this one included.
    pub runs: u64,
    /// There are no others: every schedule was explored.
    pub complete: bool,
    /// Executions that were explored.
    pub executions: u64,
    /// Ids of listings that no execution prints.
    pub unreachable: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Right,
    /// Some of it is right.
    Partly,
    Wrong,
    /// What ran can't tell.
    Undecided,
}

/// A graded prediction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    pub mark: Mark,
    /// What happened.
    pub truth: Words,
}

impl Grade {
    fn new(mark: Mark, truth: Words) -> Grade {
        Grade { mark, truth }
    }

    fn of(right: bool, truth: Words) -> Grade {
        Grade::new(if right { Mark::Right } else { Mark::Wrong }, truth)
    }

    fn undecided(why: Words) -> Grade {
        Grade::new(Mark::Undecided, why)
    }
}

/// Grades an answer. Undecided are an answer of another kind than the question's and a run that
/// can't tell, because it was cut short before what is asked for.
#[must_use]
pub fn grade(
    prediction: &Prediction,
    answer: &Answer,
    facts: &Facts<'_>,
    evidence: &Evidence,
) -> Grade {
    by_kind(prediction, answer, facts, evidence).unwrap_or_else(|error| {
        Grade::undecided(if facts.fuel().is_empty() {
            at_fault(facts.lesson, prediction.spot, &error)
        } else {
            // The error names places in the lesson's expressions; a learner has no use for it.
            Words::tell("grade.ended-before", &[])
        })
    })
}

fn by_kind(
    prediction: &Prediction,
    answer: &Answer,
    facts: &Facts<'_>,
    evidence: &Evidence,
) -> Result<Grade, EvalError> {
    match (&prediction.kind, answer) {
        (PredictionKind::Choice { options }, Answer::Choice(given)) => {
            choice(options, given, facts)
        }
        (PredictionKind::Order { items, answer }, Answer::Order(given)) => {
            order(items, &answer.list(facts)?, given, facts)
        }
        (PredictionKind::Number { answer, within, .. }, Answer::Number(given)) => {
            let value = answer.eval(facts)?;
            let Some(truth) = value.as_float() else {
                return Ok(Grade::undecided(Words::tell(
                    "grade.no-number",
                    &[("value", &value.repr())],
                )));
            };
            let within = match within {
                Some(within) => within.eval(facts)?.as_float().unwrap_or(0.0),
                None => 0.0,
            };
            // The learner sees rounded numbers; what rounds to the answer is the answer.
            let right = (truth - given).abs() <= within + 1e-9;
            let shown = if truth.fract() == 0.0 {
                format!("{truth:.0}")
            } else {
                format!("{truth:.1}")
            };
            Ok(Grade::of(
                right,
                Words::tell("grade.number", &[("number", &shown)]),
            ))
        }
        (PredictionKind::Possible { listings }, Answer::Possible(given)) => {
            possible(listings, given, facts, evidence)
        }
        _ => Ok(Grade::undecided(Words::tell("grade.no-answer", &[]))),
    }
}

/// The first option whose condition holds, else the open one.
fn choice(options: &[AnswerOption], given: &str, facts: &Facts<'_>) -> Result<Grade, EvalError> {
    let mut right = None;
    for option in options {
        if let Some(when) = &option.when
            && when.holds(facts)?
        {
            right = Some(option);
            break;
        }
    }
    let right = right.or_else(|| options.iter().find(|option| option.when.is_none()));
    Ok(match right {
        Some(option) => Grade::of(option.id == given, option.text.clone()),
        None => Grade::undecided(Words::tell("grade.none-of-them", &[])),
    })
}

fn order(
    items: &Lines,
    answer: &[Value],
    given: &[String],
    scope: &dyn Scope,
) -> Result<Grade, EvalError> {
    let items: Vec<String> = items
        .expand(scope)?
        .iter()
        .map(ToString::to_string)
        .collect();
    let truth: Vec<String> = answer
        .iter()
        .map(ToString::to_string)
        .filter(|text| items.contains(text))
        .collect();
    if truth.is_empty() {
        return Ok(Grade::undecided(Words::tell("grade.no-order", &[])));
    }
    let place = |list: &[String], text: &String| list.iter().position(|other| other == text);
    // Pairs in the right order: half of them would be right by chance alone.
    let (mut pairs, mut right) = (0, 0);
    for (at, first) in truth.iter().enumerate() {
        for second in &truth[at + 1..] {
            pairs += 1;
            if let (Some(a), Some(b)) = (place(given, first), place(given, second)) {
                right += usize::from(a < b);
            }
        }
    }
    let mark = if right == pairs && given.len() == truth.len() {
        Mark::Right
    } else if right * 2 > pairs {
        Mark::Partly
    } else {
        Mark::Wrong
    };
    let shown: Vec<String> = truth.iter().map(|text| quoted(text)).collect();
    let order = Words::of(|lang| shown.join(lang.phrase("verdict.comma")));
    Ok(Grade::new(
        mark,
        Words::tell(
            "grade.order",
            &[("order", &order), ("right", &right), ("pairs", &pairs)],
        ),
    ))
}

fn possible(
    listings: &[String],
    given: &[(String, bool)],
    facts: &Facts<'_>,
    evidence: &Evidence,
) -> Result<Grade, EvalError> {
    let manifest = &facts.lesson.manifest;
    let (mut right, mut wrong) = (0, 0);
    let mut clauses = Vec::new();
    let mut undecided = false;
    for id in listings {
        let Some(listing) = manifest.listings.iter().find(|listing| listing.id == *id) else {
            continue;
        };
        let lines: Vec<&str> = listing.lines.iter().map(String::as_str).collect();
        let label = manifest.outcome.of_lines(&lines, facts.setting)?;
        let seen = label.is_some_and(|label| evidence.seen.contains(&label.text));
        let can = if seen {
            Some(true)
        } else {
            let cannot = evidence.complete || evidence.unreachable.contains(id);
            cannot.then_some(false)
        };
        let name = listing
            .title
            .clone()
            .unwrap_or_else(|| Words::tell("grade.tutorial", &[]));
        clauses.push(match can {
            Some(true) => Words::tell("grade.can", &[("listing", &name)]),
            Some(false) => {
                let why = if evidence.complete {
                    why_not(&manifest.outcome, &lines, &evidence.seen)
                } else {
                    Words::tell("grade.no-execution", &[])
                };
                Words::tell("grade.cannot", &[("listing", &name), ("why", &why)])
            }
            None => Words::tell("grade.not-seen", &[("listing", &name)]),
        });
        undecided |= can.is_none();
        let said = given
            .iter()
            .find(|(other, _)| other == id)
            .map(|(_, said)| *said);
        match can {
            Some(can) if said == Some(can) => right += 1,
            Some(_) => wrong += 1,
            None => {}
        }
    }
    if undecided {
        let runs = evidence.runs.max(1);
        clauses.push(match evidence.executions {
            0 => Words::tell("grade.runs", &[("runs", &runs)]),
            executions => Words::tell(
                "grade.explored",
                &[("runs", &runs), ("executions", &executions)],
            ),
        });
    }
    let mark = match (right, wrong) {
        (0, 0) => Mark::Undecided,
        (_, 0) if right == listings.len() => Mark::Right,
        (_, 0) => Mark::Undecided,
        (0, _) => Mark::Wrong,
        _ => Mark::Partly,
    };
    Ok(Grade::new(mark, joined(&clauses)))
}
