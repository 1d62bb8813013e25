//! Rules about lesson.toml: its place, its constants, and that all its expressions have values.

use std::collections::BTreeSet;

use super::Report;
use crate::lesson::Lesson;
use crate::lesson::Value;
use crate::lesson::checks::Check;
use crate::lesson::expr::{EvalError, Scope};
use crate::lesson::params::{Parameter, ParameterKind, Params};
use crate::lesson::questions::{Outcome, PredictionKind};
use crate::lesson::scope::Circumstances;
use crate::lesson::{outcome, printed, source};

/// Tanks of fuel the expressions of a lesson may burn in all settings together.
const MAX_TANKS: f64 = 20.0;

/// `06-lock` holds the lesson of order 6 and slug `lock`, with something to check.
pub(super) fn head(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let manifest = &lesson.manifest;
    let wanted = format!("{:02}-{}", manifest.order.unwrap_or(0), manifest.slug);
    if lesson.folder != wanted {
        report.say(
            "lesson.toml",
            None,
            format!("order and slug say this folder is `{wanted}`"),
        );
    }
    if let Some(pair) = &manifest.pair
        && !pair.contains(&manifest.slug)
    {
        report.say(
            "lesson.toml",
            None,
            format!("pair: `{}` is not among the two", manifest.slug),
        );
    }
    if !manifest.checks.iter().any(Check::is_textual) {
        report.say(
            "lesson.toml",
            None,
            "no check speaks of printed lines: a plain run of program.py can't be tested",
        );
    }
}

/// Every parameter is a constant of program.py, and its default the value there.
pub(super) fn constants(report: &mut Report<'_>) {
    let lesson = report.lesson;
    for parameter in &lesson.manifest.parameters {
        let name = parameter.constant();
        let default = parameter.default();
        match source::find(&lesson.files.python, &name) {
            None => report.say(
                "program.py",
                None,
                format!(
                    "parameter `{}` needs the line `{name} = {}` at its top",
                    parameter.name,
                    default.repr()
                ),
            ),
            Some(constant) => {
                let literal = constant.value(&lesson.files.python);
                if !source::means(literal, &default) {
                    report.say(
                        "program.py",
                        Some(constant.line + 1),
                        format!(
                            "`{name}` is {literal} here, the default of `{}` is {}",
                            parameter.name,
                            default.repr()
                        ),
                    );
                }
            }
        }
    }
}

/// Every expression that needs no run has a value, at the defaults and at the ends of each range.
pub(super) fn expressions(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let mut said: BTreeSet<String> = BTreeSet::new();
    let mut burned = 0.0;
    for (params, words) in corners(&lesson.manifest.parameters) {
        for stdout in ["tty", "pipe"] {
            let circumstances = Circumstances {
                stdout: stdout.to_owned(),
                ..Circumstances::default()
            };
            let setting = lesson.setting(&params, &circumstances);
            for (place, line, error) in errors_in(lesson, &setting) {
                // One complaint a place; the other settings would say the same.
                if said.insert(place.clone()) {
                    let message = format!("{place}: {error} (with {words}, stdout {stdout})");
                    report.say("lesson.toml", line, message);
                }
            }
            burned += setting.fuel().burned();
            if burned > MAX_TANKS {
                report.say(
                    "lesson.toml",
                    None,
                    "its expressions take too long to check",
                );
                return;
            }
        }
    }
}

/// The defaults, and each parameter in turn at its bounds or choices.
fn corners(parameters: &[Parameter]) -> Vec<(Params, String)> {
    let mut found = vec![(Params::defaults(parameters), "the defaults".to_owned())];
    for parameter in parameters {
        let values = match &parameter.kind {
            ParameterKind::Int { min, max, .. } => vec![(*min).into(), (*max).into()],
            ParameterKind::Bool { default } => vec![Value::Bool(!default)],
            ParameterKind::Seconds { min, max, .. } => vec![Value::Float(*min), Value::Float(*max)],
            ParameterKind::Choice { choices, .. } => choices
                .iter()
                .map(|choice| Value::Str(choice.value.clone()))
                .collect(),
        };
        for value in values {
            let mut params = Params::defaults(parameters);
            let words = format!("{} = {value}", parameter.name);
            if params
                .set_value("", parameters, &parameter.name, &value)
                .is_ok()
            {
                found.push((params, words));
            }
        }
    }
    found
}

/// Place, line and error of each expression without a value.
fn errors_in(lesson: &Lesson, scope: &dyn Scope) -> Vec<(String, Option<usize>, EvalError)> {
    let manifest = &lesson.manifest;
    let mut errors = Vec::new();
    let mut note = |place: String, line: Option<usize>, result: Result<(), EvalError>| {
        if let Err(error) = result {
            errors.push((place, line, error));
        }
    };
    for (name, expr) in &manifest.define {
        note(format!("define.{name}"), None, expr.eval(scope).map(drop));
    }
    let outcome = match &manifest.outcome {
        Outcome::Blocks { .. } => manifest.outcome.of_lines(&[], scope).map(drop),
        _ => Ok(()),
    };
    note("outcome".to_owned(), None, outcome);
    for check in &manifest.checks {
        let place = format!("check {}", check.id);
        let result = match check.when.as_ref().map(|when| when.holds(scope)) {
            Some(Ok(false)) => Ok(()),
            Some(Err(error)) => Err(error),
            _ => check.kind.evaluate(scope),
        };
        note(place, Some(check.line), result);
    }
    for prediction in &manifest.predictions {
        let place = format!("prediction {}", prediction.id);
        let line = Some(prediction.line);
        if let Some(Err(error)) = prediction.when.as_ref().map(|when| when.holds(scope)) {
            note(place.clone(), line, Err(error));
        }
        let result = match &prediction.kind {
            PredictionKind::Order { items, .. } => items.expand(scope).map(drop),
            PredictionKind::Number { min, max, .. } => {
                min.int(scope).and_then(|_| max.int(scope)).map(drop)
            }
            _ => Ok(()),
        };
        note(place, line, result);
    }
    errors
}

/// The tutorial's listing has an outcome, and its lines are those the outcome speaks of.
pub(super) fn listings(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let manifest = &lesson.manifest;
    let params = Params::defaults(&manifest.parameters);
    let setting = lesson.setting(&params, &Circumstances::default());
    for listing in &manifest.listings {
        if listing.id != "tutorial" && listing.title.is_none() {
            report.say(
                "lesson.toml",
                None,
                format!(
                    "listing {}: a listing that is not the tutorial's needs a title",
                    listing.id
                ),
            );
        }
        let lines: Vec<&str> = listing.lines.iter().map(String::as_str).collect();
        let complaint = match &manifest.outcome {
            Outcome::Blocks {
                loops,
                lines: block,
                ..
            } => {
                let slots = loops.each(&setting, &mut |scope| block.expand(scope));
                let slots: Vec<_> = slots.into_iter().flatten().flatten().collect();
                let found = printed::multiset(&slots, &lines, setting.fuel()).unwrap_or_default();
                let label = manifest.outcome.of_lines(&lines, &setting);
                if let Some(place) = found.missing.first() {
                    Some(format!("it lacks the line `{}` of a block", slots[*place]))
                } else {
                    let torn = matches!(label, Ok(Some(label)) if label.text == outcome::TORN);
                    (torn && listing.id == "tutorial")
                        .then(|| "one of its blocks is torn".to_owned())
                }
            }
            _ => lines.is_empty().then(|| "it is empty".to_owned()),
        };
        if let Some(complaint) = complaint {
            report.say(
                "lesson.toml",
                None,
                format!("listing {}: {complaint}", listing.id),
            );
        }
    }
}

/// Every claim has its probe, every probe its claim.
pub(super) fn probes(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let claims = &lesson.manifest.claims;
    for claim in claims {
        if !lesson
            .files
            .probes
            .iter()
            .any(|(name, _)| *name == claim.probe)
        {
            report.say(
                "lesson.toml",
                None,
                format!("claim {}: there is no probes/{}", claim.id, claim.probe),
            );
        }
    }
    for (name, _) in &lesson.files.probes {
        if !claims.iter().any(|claim| claim.probe == *name) {
            report.say(&format!("probes/{name}"), None, "no claim names this probe");
        }
    }
}
