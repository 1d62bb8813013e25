//! Rules about lesson.toml: its place, its constants, and that all its expressions have values.

use std::collections::BTreeSet;

use super::Report;
use crate::lesson::checks::Check;
use crate::lesson::error::Spot;
use crate::lesson::expr::{EvalError, Expr, Scope};
use crate::lesson::extremes::extremes;
use crate::lesson::params::Params;
use crate::lesson::questions::{Outcome, PredictionKind};
use crate::lesson::scope::Circumstances;
use crate::lesson::{Lesson, Origin, Words, outcome, printed, source};

/// Tanks of fuel the expressions of a lesson may burn in all settings together.
const MAX_TANKS: f64 = 20.0;

/// `06-lock` holds the lesson of order 6 and slug `lock`, with something to check.
pub(super) fn head(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let manifest = &lesson.manifest;
    let pack = lesson.origin != Origin::Embedded;
    let wanted = match manifest.order {
        None if pack => manifest.slug.clone(),
        order => format!("{:02}-{}", order.unwrap_or(0), manifest.slug),
    };
    if lesson.folder != wanted && !(pack && lesson.folder == manifest.slug) {
        let wanted = match manifest.order {
            Some(_) if pack => format!("`{}` or `{wanted}`", manifest.slug),
            _ => format!("`{wanted}`"),
        };
        report.say(
            "lesson.toml",
            manifest.notes.slug,
            Words::tell("lint.folder", &[("wanted", &wanted)]),
        );
    }
    if let Some(pair) = &manifest.pair
        && !pair.contains(&manifest.slug)
    {
        report.say(
            "lesson.toml",
            None,
            Words::tell("lint.not-in-pair", &[("slug", &manifest.slug)]),
        );
    }
    if pack && manifest.checks.is_empty() {
        report.say("lesson.toml", None, Words::tell("lint.no-check", &[]));
    }
    if !pack && !manifest.checks.iter().any(Check::is_textual) {
        report.say("lesson.toml", None, Words::tell("lint.no-textual", &[]));
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
                Words::tell(
                    "lint.no-constant",
                    &[
                        ("parameter", &parameter.name),
                        ("name", &name),
                        ("value", &default.repr()),
                    ],
                ),
            ),
            Some(constant) => {
                if let Some(again) = source::find_after(&lesson.files.python, &name, &constant) {
                    report.say(
                        "program.py",
                        Some(again.spot(&lesson.files.python)),
                        Words::tell(
                            "lint.constant-again",
                            &[("name", &name), ("line", &(constant.line + 1))],
                        ),
                    );
                }
                let literal = constant.value(&lesson.files.python);
                if !source::means(literal, &default) {
                    report.say(
                        "program.py",
                        Some(constant.spot(&lesson.files.python)),
                        Words::tell(
                            "lint.default",
                            &[
                                ("name", &name),
                                ("here", &literal),
                                ("parameter", &parameter.name),
                                ("value", &default.repr()),
                            ],
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
    let mut said: BTreeSet<(String, Option<Spot>)> = BTreeSet::new();
    let mut burned = 0.0;
    for (params, words) in extremes(&lesson.manifest.parameters) {
        for stdout in ["tty", "pipe"] {
            let circumstances = Circumstances {
                stdout: stdout.to_owned(),
                ..Circumstances::default()
            };
            let setting = lesson.setting(&params, &circumstances);
            for (place, spot, error) in errors_in(lesson, &setting) {
                // What is wrong whatever the run was said before.
                let doubts = &lesson.manifest.notes.doubts;
                if doubts.iter().any(|(at, _)| error.spot == Some(*at)) {
                    continue;
                }
                // One complaint a place; the other settings would say the same.
                if said.insert((place.clone(), error.spot)) {
                    let message = Words::tell(
                        "lint.no-value",
                        &[
                            ("place", &place),
                            ("error", &error.words()),
                            ("setting", &words),
                            ("stdout", &stdout),
                        ],
                    );
                    report.say("lesson.toml", error.spot.or(spot), message);
                }
            }
            burned += setting.fuel().burned();
            if burned > MAX_TANKS {
                report.say("lesson.toml", None, Words::tell("lint.too-long", &[]));
                return;
            }
        }
    }
}

/// Place and error of each expression without a value.
fn errors_in(lesson: &Lesson, scope: &dyn Scope) -> Vec<(String, Option<Spot>, EvalError)> {
    let manifest = &lesson.manifest;
    let mut errors = Vec::new();
    let mut note = |place: String, spot: Option<Spot>, result: Result<(), EvalError>| {
        if let Err(error) = result {
            errors.push((place, spot, error));
        }
    };
    // What an expression over the run uses that has a value only then.
    let of_run = |name: &str| scope.name(name).is_none();
    let known = |expr: &Expr| expr.eval_known(scope, &of_run);
    for (name, expr) in &manifest.define {
        note(format!("define.{name}"), None, expr.eval(scope).map(drop));
    }
    let outcome = match &manifest.outcome {
        Outcome::Blocks { .. } => manifest.outcome.of_lines(&[], scope).map(drop),
        Outcome::Value { value } => known(value),
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
        note(place, Some(check.spot), result);
    }
    for prediction in &manifest.predictions {
        let place = format!("prediction {}", prediction.id);
        let spot = Some(prediction.spot);
        match prediction.when.as_ref().map(|when| when.holds(scope)) {
            Some(Err(error)) => note(place.clone(), spot, Err(error)),
            // It is not asked, and need not make sense.
            Some(Ok(false)) => continue,
            _ => {}
        }
        let result = match &prediction.kind {
            PredictionKind::Order { items, answer } => {
                items.expand(scope).and_then(|_| known(answer))
            }
            PredictionKind::Number {
                min,
                max,
                answer,
                within,
            } => min
                .int(scope)
                .and_then(|_| max.int(scope))
                .and_then(|_| known(answer))
                .and_then(|()| {
                    within
                        .as_ref()
                        .map_or(Ok(()), |within| within.number(scope).map(drop))
                }),
            PredictionKind::Choice { options } => options
                .iter()
                .filter_map(|option| option.when.as_ref())
                .try_for_each(known),
            PredictionKind::Possible { .. } => Ok(()),
        };
        note(place, spot, result);
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
                Some(listing.spot),
                Words::tell("lint.no-title", &[("id", &listing.id)]),
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
                    Some(Words::tell("lint.lacks-line", &[("line", &slots[*place])]))
                } else {
                    let torn = matches!(label, Ok(Some(label)) if label.text == outcome::TORN);
                    (torn && listing.id == "tutorial").then(|| Words::tell("lint.torn", &[]))
                }
            }
            _ => lines.is_empty().then(|| Words::tell("lint.empty", &[])),
        };
        if let Some(complaint) = complaint {
            report.say(
                "lesson.toml",
                Some(listing.spot),
                Words::tell("lint.listing", &[("id", &listing.id), ("what", &complaint)]),
            );
        }
    }
}

/// Every claim has its probe, every probe its claim.
pub(super) fn probes(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let claims = &lesson.manifest.claims;
    for claim in claims {
        let mut probes = lesson.files.probes.iter();
        let (id, file) = (&claim.id, &claim.probe);
        match probes.find(|(name, _)| name == file) {
            None => report.say(
                "lesson.toml",
                Some(claim.probe_spot),
                Words::tell("lint.no-probe", &[("id", id), ("file", file)]),
            ),
            Some((_, text)) => {
                if let Some(word) = unsaid(&claim.expect, text) {
                    report.say(
                        "lesson.toml",
                        Some(claim.expect_spot),
                        Words::tell(
                            "lint.unsaid",
                            &[("id", id), ("file", file), ("word", &word)],
                        ),
                    );
                }
            }
        }
    }
    for (name, _) in &lesson.files.probes {
        if !claims.iter().any(|claim| claim.probe == *name) {
            let message = Words::tell("lint.no-claim", &[]);
            report.say(&format!("probes/{name}"), None, message);
        }
    }
}

/// The first word of what a probe is expected to print that stands nowhere in its text. Numbers are left out: a
/// program works them out.
fn unsaid<'a>(expect: &'a str, probe: &str) -> Option<&'a str> {
    let words = expect.split(|c: char| !c.is_alphabetic());
    words
        .filter(|word| word.chars().count() > 2)
        .find(|word| !probe.contains(word))
}
