//! What several kinds of checks ask of processes: names, lives, how many lived at once.

use super::{Judged, is_of};
use crate::lesson::{Of, Value, Words};
use crate::model::{Process, World};

/// A number as an expression has it.
pub(super) fn number(n: usize) -> Value {
    n.into()
}

/// `Process-1 (4711)`.
pub(super) fn label(process: &Process) -> String {
    let name = if process.name.is_empty() {
        "?"
    } else {
        &*process.name
    };
    format!(
        "{} ({})",
        super::shown::quoted(name).trim_matches('`'),
        process.pid
    )
}

/// `1 worker`, `3 workers`.
pub(super) fn counted(of: Of, n: usize) -> Words {
    match of {
        Of::All => Words::tell("verdict.processes", &[("n", &n)]),
        Of::Main => Words::tell("verdict.mains", &[("n", &n)]),
        Of::Process => Words::tell("verdict.children", &[("n", &n)]),
        Of::Worker => Words::tell("verdict.workers", &[("n", &n)]),
        Of::Manager => Words::tell("verdict.managers", &[("n", &n)]),
    }
}

pub(super) fn no_process(name: &str) -> Judged {
    Judged::failed(Words::tell("verdict.no-process", &[("name", &name)]))
}

/// The event with which it ended; `None` while it lives.
pub(super) fn exit_seq(process: &Process) -> Option<u64> {
    if process.is_alive() {
        return None;
    }
    let last = process.track.spans.iter().next_back();
    last.map(|span| span.end_seq)
}

/// Greatest number of intervals that hold at once, and the point of the log where they first do.
/// An interval without an end is open.
pub(super) fn most_at_once(intervals: &[(u64, Option<u64>)]) -> (usize, u64) {
    let mut turns: Vec<(u64, bool)> = Vec::new();
    for (start, end) in intervals {
        turns.push((*start, true));
        if let Some(end) = end {
            turns.push((*end, false));
        }
    }
    // What ends at an event has ended before what begins at the same one.
    turns.sort_unstable();
    let (mut now, mut most, mut at) = (0_usize, 0, 0);
    for (seq, begins) in turns {
        if begins {
            now += 1;
            if now > most {
                (most, at) = (now, seq);
            }
        } else {
            now = now.saturating_sub(1);
        }
    }
    (most, at)
}

/// Lives of the processes of a role: first event and last.
pub(super) fn lives(of: Of, world: &World) -> Vec<(u64, Option<u64>)> {
    world
        .processes()
        .filter(|process| is_of(of, process))
        .map(|process| (process.start_seq, exit_seq(process)))
        .collect()
}
