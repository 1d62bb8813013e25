//! The drawing of a hang: who waits for whom, down to the one that waits in vain.
//!
//! Each line is one process and what it waits for. A line stands below the one that waits for it.

use std::collections::{BTreeMap, BTreeSet};

use super::names::who;
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

/// Who waits for whom: the log's word, and the kernel's where the log has none.
struct Graph<'a> {
    still: &'a Still<'a>,
    /// By process: the living processes it waits for.
    next: BTreeMap<u32, Vec<u32>>,
}

impl<'a> Graph<'a> {
    fn of(still: &'a Still<'a>) -> Graph<'a> {
        let mut next: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for wait in &still.waits {
            next.entry(wait.who.proc).or_default().extend(depends(wait));
        }
        for process in still.world.processes().filter(|process| process.is_alive()) {
            next.entry(process.proc).or_insert_with(|| {
                let mut others = still.could_wake(process);
                others.retain(|other| *other != process.proc);
                others
            });
        }
        Graph { still, next }
    }

    fn next(&self, proc: u32) -> &[u32] {
        self.next.get(&proc).map_or(&[], Vec::as_slice)
    }

    /// What the kernel says of a process that the log knows no wait of.
    fn call(&self, proc: u32) -> Option<ChainLine> {
        let process = self.still.world.process(proc)?;
        let call = &self.still.main_thread(process.pid)?.call;
        Some(ChainLine {
            depth: 0,
            text: Words::tell(
                "finding.hang-unknown.call",
                &[
                    ("who", &who(Some(process))),
                    ("call", &crate::text::clean(call)),
                ],
            ),
            place: None,
            closes: false,
        })
    }

    fn draw(&self, proc: u32, depth: usize, drawn: &mut BTreeSet<u32>, lines: &mut Vec<ChainLine>) {
        if lines.len() >= LINES || !drawn.insert(proc) {
            return;
        }
        let waits = self.still.waits.iter();
        let mut waits = waits.filter(|wait| wait.who.proc == proc).peekable();
        if waits.peek().is_none() {
            let closes = self.next(proc).iter().any(|next| drawn.contains(next));
            let line = self.call(proc);
            lines.extend(line.map(|line| ChainLine {
                depth,
                closes,
                ..line
            }));
        }
        for wait in waits {
            lines.push(ChainLine {
                depth,
                text: Words::of(|lang| explain::wait(lang, wait)),
                place: wait
                    .at
                    .as_deref()
                    .map(|at| crate::text::clean(at).into_owned()),
                closes: depends(wait).any(|next| drawn.contains(&next)),
            });
            for next in depends(wait) {
                self.draw(next, depth + 1, drawn, lines);
            }
        }
        for next in self.next(proc) {
            self.draw(*next, depth + 1, drawn, lines);
        }
    }
}

/// The processes that wait, at whatever distance, for those in `roots`, and these.
pub(super) fn of(still: &Still<'_>, roots: &[u32]) -> Vec<ChainLine> {
    let graph = Graph::of(still);
    let mut inside: BTreeSet<u32> = roots.iter().copied().collect();
    loop {
        let others = graph.next.iter().filter(|(proc, _)| !inside.contains(proc));
        let more: Vec<u32> = others
            .filter(|(_, next)| next.iter().any(|proc| inside.contains(proc)))
            .map(|(proc, _)| *proc)
            .collect();
        if more.is_empty() {
            break;
        }
        inside.extend(more);
    }
    let mut lines = Vec::new();
    let mut drawn = BTreeSet::new();
    // Those that nobody waits for come first; in a circle there is none.
    let awaited: BTreeSet<u32> = graph.next.values().flatten().copied().collect();
    let (tops, rest): (Vec<u32>, Vec<u32>) =
        inside.iter().partition(|proc| !awaited.contains(proc));
    for proc in tops.into_iter().chain(rest) {
        graph.draw(proc, 0, &mut drawn, &mut lines);
    }
    lines.truncate(LINES);
    lines
}

/// The process and all that it waits for, at whatever distance.
pub(super) fn awaited(still: &Still<'_>, proc: u32) -> BTreeSet<u32> {
    let graph = Graph::of(still);
    let mut inside = BTreeSet::from([proc]);
    let mut open = vec![proc];
    while let Some(proc) = open.pop() {
        for next in graph.next(proc) {
            if inside.insert(*next) {
                open.push(*next);
            }
        }
    }
    inside
}

/// Living processes that a wait is for.
fn depends(wait: &Wait) -> impl Iterator<Item = u32> {
    let who = wait.who.proc;
    let held = wait.held_by.iter().filter(|party| party.alive);
    held.map(|party| party.proc)
        .filter(move |proc| *proc != who)
}
