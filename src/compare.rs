//! Compares two runs, aligned by position in the program.
//!
//! A run is split into its processes (by name, because PIDs differ). Each process is a sequence of what
//! it did: operations with their place in the program, lines it wrote, how it ended. Two runs are the same
//! if every process did the same. The order of the processes is reported apart, because it differs between
//! any two runs. PIDs and times do not count: a PID in a text stands for the name of its process.

mod run;
mod words;

use std::collections::BTreeSet;

pub use run::{Run, Step, Totals};
pub use words::told;

/// How two steps at the same place differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// They are different operations, or at different places of the program.
    Position,
    /// They are the same operation with another value, result or text.
    Outcome,
    /// One run has no such process …
    Process,
    /// … or its process did nothing more.
    Missing,
}

/// Where two runs part: the step of each side; `None` where it has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Parting {
    pub kind: Kind,
    /// The process, by name.
    pub process: String,
    /// How many steps of the process were the same before.
    pub same: usize,
    pub a: Option<Step>,
    pub b: Option<Step>,
}

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The first event in which the runs part; `None` when they are the same.
    pub first: Option<Parting>,
    /// Where each process that differs parts, by name.
    pub processes: Vec<Parting>,
    /// The first step, over all processes, that came in another order: numbers of the events.
    pub order: Option<(u64, u64)>,
    pub a: Totals,
    pub b: Totals,
}

impl Comparison {
    pub fn is_same(&self) -> bool {
        self.first.is_none()
    }
}

/// Lays two runs beside each other.
pub fn compare(a: &Run, b: &Run) -> Comparison {
    let names: BTreeSet<&str> = a.names().chain(b.names()).collect();
    let mut processes: Vec<Parting> = names
        .into_iter()
        .filter_map(|name| parting(name, a.steps(name), b.steps(name)))
        .collect();
    processes.sort_by_key(place);
    Comparison {
        first: processes.first().cloned(),
        processes,
        order: order(a, b),
        a: a.totals(),
        b: b.totals(),
    }
}

/// Where a parting stands in the log: the earlier of its sides.
fn place(parting: &Parting) -> u64 {
    let sides = [&parting.a, &parting.b];
    sides
        .iter()
        .filter_map(|side| side.as_ref().map(|step| step.seq))
        .min()
        .unwrap_or(u64::MAX)
}

fn parting(name: &str, a: Option<&[Step]>, b: Option<&[Step]>) -> Option<Parting> {
    let (kind_of_absence, a, b) = match (a, b) {
        (Some(a), Some(b)) => (Kind::Missing, a, b),
        (a, b) => (Kind::Process, a.unwrap_or_default(), b.unwrap_or_default()),
    };
    let pairs = a.iter().zip(b);
    let same = pairs.take_while(|(a, b)| a.is_like(b)).count();
    let (left, right) = (a.get(same), b.get(same));
    let kind = match (left, right) {
        (None, None) if kind_of_absence == Kind::Missing => return None,
        (Some(left), Some(right)) if left.is_at(right) => Kind::Outcome,
        (Some(_), Some(_)) => Kind::Position,
        _ => kind_of_absence,
    };
    Some(Parting {
        kind,
        process: name.to_owned(),
        same,
        a: left.cloned(),
        b: right.cloned(),
    })
}

/// The first step at which another process came, or did another thing.
fn order(a: &Run, b: &Run) -> Option<(u64, u64)> {
    let mut sides = (a.in_order(), b.in_order());
    loop {
        match (sides.0.next(), sides.1.next()) {
            (Some((name, left)), Some((other, right))) => {
                if name != other || !left.is_at(right) {
                    return Some((left.seq, right.seq));
                }
            }
            (None, None) => return None,
            (Some((_, step)), None) => return Some((step.seq, 0)),
            (None, Some((_, step))) => return Some((0, step.seq)),
        }
    }
}

#[cfg(test)]
mod tests;
