//! What an outcome is called, and why an output is none of the outcomes of a program.

use std::collections::{BTreeSet, HashMap};

use super::facts::{Facts, outcome};
use super::shown::quoted;
use crate::lesson::{EvalError, Outcome, Words};
use crate::model::{Awaited, Wait};

/// How the run came out; of a deadlock also who waits for whom. It holds neither PIDs nor words of a
/// language: equal outcomes have equal names.
///
/// # Errors
/// What the lesson's expressions report.
pub fn outcome_name(facts: &Facts<'_>) -> Result<String, EvalError> {
    let mut name = without_addresses(&outcome(facts)?.text);
    let world = facts.world;
    let waits = match world.deadlock() {
        Some(waits) => waits.to_vec(),
        None if world.blocked().deadlock => world.waits(),
        None => Vec::new(),
    };
    let mut waits: Vec<String> = waits.iter().map(waiting).collect();
    // Who was heard of first is not part of it.
    waits.sort_unstable();
    for wait in waits {
        if !name.is_empty() {
            name.push('\n');
        }
        name += &wait;
    }
    Ok(name)
}

/// The text with `0x…` for every address in it: where an object lies is no part of an outcome.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split(" at 0x");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        kept += " at 0x…";
        kept += rest;
    }
    kept
}

/// `Process-1: acquire lock → Process-2`: who waits, at what, and for whom.
fn waiting(wait: &Wait) -> String {
    let of = match &wait.target {
        Awaited::Object(thing) => thing.name.as_ref().unwrap_or(&thing.id).to_string(),
        Awaited::Child { party, name, .. } => {
            let known = party.as_ref().map(|child| &child.name).or(name.as_ref());
            known.map_or_else(String::new, ToString::to_string)
        }
        Awaited::Workers { .. } | Awaited::Result { .. } | Awaited::Nothing => String::new(),
    };
    let holders: Vec<&str> = wait.held_by.iter().map(|holder| &*holder.name).collect();
    let holders = match (&wait.target, holders.as_slice()) {
        (Awaited::Object(_), [_, ..]) => format!(" → {}", holders.join(", ")),
        _ => String::new(),
    };
    format!("{}: {} {of}{holders}", wait.who.name, wait.op)
}

/// What of these lines no outcome has; `outcomes` are all there are. Where it is nothing simpler, the
/// words say only that they are none of them.
pub(super) fn why_not(kind: &Outcome, lines: &[&str], outcomes: &BTreeSet<String>) -> Words {
    let texts = matches!(kind, Outcome::Lines | Outcome::Multiset);
    let others: Vec<Vec<&str>> = outcomes
        .iter()
        .map(|outcome| outcome.lines().collect())
        .collect();
    let simple = || {
        missing(lines, &others)
            .or_else(|| strange(lines, &others))
            .or_else(|| reversed(lines, &others).filter(|_| *kind == Outcome::Lines))
    };
    let why = (texts && !others.is_empty()).then(simple).flatten();
    why.unwrap_or_else(|| Words::tell("grade.none-of-all", &[("n", &outcomes.len())]))
}

fn count(lines: &[&str], line: &str) -> usize {
    lines.iter().filter(|other| **other == line).count()
}

/// A line that every outcome has more often.
fn missing(lines: &[&str], others: &[Vec<&str>]) -> Option<Words> {
    let first = others.first()?;
    let always = |line: &&&str| {
        let here = count(lines, line);
        others.iter().all(|other| count(other, line) > here)
    };
    let line = first.iter().find(always)?;
    Some(Words::tell("grade.always-line", &[("line", &quoted(line))]))
}

/// A line that no outcome has as often.
fn strange(lines: &[&str], others: &[Vec<&str>]) -> Option<Words> {
    let never = |line: &&&str| {
        let here = count(lines, line);
        others.iter().all(|other| count(other, line) < here)
    };
    let line = lines.iter().find(never)?;
    Some(Words::tell("grade.never-line", &[("line", &quoted(line))]))
}

/// Two lines that stand the other way round in every outcome.
fn reversed(lines: &[&str], others: &[Vec<&str>]) -> Option<Words> {
    let places = |lines: &[&str]| {
        let mut places: HashMap<String, usize> = HashMap::new();
        for (place, line) in lines.iter().enumerate() {
            places.entry((*line).to_owned()).or_insert(place);
        }
        places
    };
    let others: Vec<HashMap<String, usize>> = others.iter().map(|other| places(other)).collect();
    for (at, second) in lines.iter().enumerate() {
        for first in &lines[..at] {
            let before =
                |places: &HashMap<String, usize>| match (places.get(*second), places.get(*first)) {
                    (Some(second), Some(first)) => second < first,
                    _ => false,
                };
            if first != second && others.iter().all(before) {
                return Some(Words::tell(
                    "grade.always-before",
                    &[("first", &quoted(second)), ("second", &quoted(first))],
                ));
            }
        }
    }
    None
}
