//! What several kinds of checks do with printed lines.
//!
//! The lines come from a `World` or from the stdout of a plain `python3 program.py`; the answers
//! are the same.

use super::kinds::{self, Printed};
use super::shown::quoted;
use super::{Judged, Result};
use crate::lesson::kinds::TextKind;
use crate::lesson::{Lines, Loops, Scope, Slot, Words};
use crate::model::World;
use crate::trace::Stream;

pub(super) fn of_world(kind: &TextKind, scope: &dyn Scope, world: &World) -> Result<Judged> {
    let dropped = world.log().first();
    if dropped > 0 {
        return Ok(Judged::failed(Words::tell(
            "verdict.dropped",
            &[("n", &dropped)],
        )));
    }
    let texts = |wanted: Stream| -> Vec<String> {
        let lines = world.log().lines().filter(|line| line.stream == wanted);
        lines.map(|line| line.text().into_owned()).collect()
    };
    let (stdout, stderr) = (texts(Stream::Stdout), texts(Stream::Stderr));
    let printed = Printed {
        stdout: stdout.iter().map(String::as_str).collect(),
        stderr: Some(stderr.iter().map(String::as_str).collect()),
    };
    kinds::of_text(kind, scope, &printed)
}

pub(super) fn rounds(loops: &Loops, lines: &Lines, scope: &dyn Scope) -> Result<Vec<Vec<Slot>>> {
    loops.each(scope, &mut |scope| lines.expand(scope))
}

/// The lines that would fit, quoted.
pub(super) fn either(slots: &[Slot]) -> String {
    let texts: Vec<String> = slots.iter().map(ToString::to_string).collect();
    quoted(&texts.join(" | "))
}

/// Where one of the slots stands.
pub(super) fn places(slots: &[Slot], lines: &[&str], scope: &dyn Scope) -> Result<Vec<usize>> {
    let patterns: usize = slots.iter().map(|slot| slot.any.len()).sum();
    scope.fuel().burn(patterns.saturating_mul(lines.len()))?;
    let fits = |line: &str| slots.iter().any(|slot| slot.matches(line));
    let places = 0..lines.len();
    Ok(places.filter(|place| fits(lines[*place])).collect())
}

pub(super) fn not_printed(line: &str) -> Judged {
    Judged::failed(Words::tell("verdict.not-printed", &[("line", &line)]))
}

/// A line beside others. `wrong` is given the line, its places and those of the others, and says
/// what is wrong with them.
pub(super) fn beside(
    line: &Lines,
    others: Option<&Lines>,
    scope: &dyn Scope,
    lines: &[&str],
    wrong: impl Fn(&str, &[usize], &[usize]) -> Option<Words>,
) -> Result<Judged> {
    let slots = line.expand(scope)?;
    let own = places(&slots, lines, scope)?;
    let line = either(&slots);
    let Some(first) = own.first() else {
        return Ok(not_printed(&line));
    };
    let rest: Vec<usize> = match others {
        Some(others) => places(&others.expand(scope)?, lines, scope)?,
        None => (0..lines.len())
            .filter(|place| own.binary_search(place).is_err())
            .collect(),
    };
    Ok(match wrong(&line, &own, &rest) {
        Some(words) => Judged::failed(words),
        None => Judged::passed(Words::tell(
            "verdict.line-at",
            &[
                ("line", &line),
                ("number", &(first + 1)),
                ("n", &lines.len()),
            ],
        )),
    })
}
