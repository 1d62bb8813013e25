//! The drawing of a hang: who waits for whom, down to the one that waits in vain.
//!
//! Each line is one process and what it waits for. A line stands below the one that waits for it.

use std::collections::BTreeSet;

use super::still::Still;
use crate::explain;
use crate::lesson::Words;
use crate::model::Wait;

/// Most lines of a drawing.
const LINES: usize = 40;

/// A line of the drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLine {
    /// How far to the right it stands.
    pub depth: usize,
    pub text: Words,
    /// `file:line`
    pub place: Option<String>,
    /// It waits for one that stands above it: the circle is closed.
    pub closes: bool,
}

/// The processes that wait, at whatever distance, for those in `roots`, and these.
pub(super) fn of(still: &Still<'_>, roots: &[u32]) -> Vec<ChainLine> {
    let waits: Vec<&Wait> = still.waits.iter().collect();
    let mut inside: BTreeSet<u32> = roots.iter().copied().collect();
    loop {
        let more: Vec<u32> = waits
            .iter()
            .filter(|wait| !inside.contains(&wait.who.proc))
            .filter(|wait| depends(wait).any(|proc| inside.contains(&proc)))
            .map(|wait| wait.who.proc)
            .collect();
        if more.is_empty() {
            break;
        }
        inside.extend(more);
    }
    let mut lines = Vec::new();
    let mut drawn = BTreeSet::new();
    // Those that nobody waits for come first; in a circle there is none.
    let awaited: BTreeSet<u32> = waits.iter().flat_map(|wait| depends(wait)).collect();
    let (tops, rest): (Vec<u32>, Vec<u32>) =
        inside.iter().partition(|proc| !awaited.contains(proc));
    for proc in tops.into_iter().chain(rest) {
        draw(&waits, proc, 0, &mut drawn, &mut lines);
    }
    lines.truncate(LINES);
    lines
}

/// The process and all that it waits for, at whatever distance.
pub(super) fn awaited(still: &Still<'_>, proc: u32) -> BTreeSet<u32> {
    let mut inside = BTreeSet::from([proc]);
    let mut open = vec![proc];
    while let Some(proc) = open.pop() {
        let waits = still.waits.iter().filter(|wait| wait.who.proc == proc);
        for next in waits.flat_map(depends) {
            if inside.insert(next) {
                open.push(next);
            }
        }
    }
    inside
}

fn draw(
    waits: &[&Wait],
    proc: u32,
    depth: usize,
    drawn: &mut BTreeSet<u32>,
    lines: &mut Vec<ChainLine>,
) {
    if lines.len() >= LINES || !drawn.insert(proc) {
        return;
    }
    for wait in waits.iter().filter(|wait| wait.who.proc == proc) {
        let next: Vec<u32> = depends(wait).collect();
        lines.push(ChainLine {
            depth,
            text: Words::of(|lang| explain::wait(lang, wait)),
            place: wait
                .at
                .as_deref()
                .map(|at| crate::text::clean(at).into_owned()),
            closes: next.iter().any(|next| drawn.contains(next)),
        });
        for next in next {
            draw(waits, next, depth + 1, drawn, lines);
        }
    }
}

/// Living processes that a wait is for.
fn depends(wait: &Wait) -> impl Iterator<Item = u32> {
    let who = wait.who.proc;
    let held = wait.held_by.iter().filter(|party| party.alive);
    held.map(|party| party.proc)
        .filter(move |proc| *proc != who)
}
