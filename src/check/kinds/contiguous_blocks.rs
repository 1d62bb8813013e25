//! `contiguous-blocks`: in each round these lines together, in this order.

use super::{OfText, Printed};
use crate::check::lines::{not_printed, rounds};
use crate::check::shown::quoted;
use crate::check::{Judged, Result};
use crate::lesson::kinds::ContiguousBlocks;
use crate::lesson::printed::{blocks, windows};
use crate::lesson::{Scope, Slot, Words};

impl OfText for ContiguousBlocks {
    fn judge(&self, scope: &dyn Scope, printed: &Printed<'_>) -> Result<Judged> {
        let lines = &printed.stdout;
        let rounds = rounds(&self.loops, &self.lines, scope)?;
        if blocks(&rounds, lines, scope.fuel())?.is_some() {
            let n = rounds.len();
            return Ok(Judged::passed(Words::tell("verdict.blocks", &[("n", &n)])));
        }
        for block in &rounds {
            if windows(block, lines, scope.fuel())?.next().is_none() {
                return Ok(intruder(block, lines));
            }
        }
        Ok(Judged::failed(Words::tell("verdict.blocks-few", &[])))
    }
}

/// Where a block is broken open, and by what.
fn intruder(block: &[Slot], lines: &[&str]) -> Judged {
    // The start that gets furthest tells most.
    let runs = (0..lines.len()).map(|start| {
        let whole = block
            .iter()
            .zip(&lines[start..])
            .take_while(|(slot, line)| slot.matches(line))
            .count();
        (whole, std::cmp::Reverse(start))
    });
    let (whole, start) = runs.max().map_or((0, 0), |(whole, start)| (whole, start.0));
    let Some(slot) = block.get(whole) else {
        return Judged::failed(Words::tell("verdict.blocks-overlap", &[]));
    };
    let wanted = quoted(&slot.to_string());
    if whole == 0 {
        return not_printed(&wanted);
    }
    let (before, number) = (quoted(lines[start + whole - 1]), start + whole);
    Judged::failed(match lines.get(start + whole) {
        Some(line) => Words::tell(
            "verdict.block-broken",
            &[
                ("before", &before),
                ("number", &number),
                ("line", &quoted(line)),
                ("wanted", &wanted),
            ],
        ),
        None => Words::tell(
            "verdict.block-cut",
            &[
                ("before", &before),
                ("number", &number),
                ("wanted", &wanted),
            ],
        ),
    })
}
