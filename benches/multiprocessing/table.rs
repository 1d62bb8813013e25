//! The table: which works there are, what is wanted of each, and the medians of a run.

use crate::side::{Side, measure};

/// One row.
pub struct Row {
    pub work: &'static str,
    pub what: &'static str,
    /// Units of work a 'unit' stands for a second in, or nanoseconds a unit.
    pub unit: Unit,
    pub wanted: &'static str,
}

#[derive(Clone, Copy)]
pub enum Unit {
    /// Nanoseconds a unit, shown in a fitting unit.
    Time,
    /// Units a second.
    Rate,
    /// Bytes in a unit; shown as bytes a second.
    Bytes(f64),
}

pub const ROWS: &[Row] = &[
    Row {
        work: "process",
        what: "Process start+join",
        unit: Unit::Time,
        wanted: "<= 1.5x bare, >= 6x CPython",
    },
    Row {
        work: "lock",
        what: "Lock acquire+release, uncontended",
        unit: Unit::Time,
        wanted: "<= 1.5x bare",
    },
    Row {
        work: "handoff",
        what: "Lock strict hand-off, 2 processes",
        unit: Unit::Rate,
        wanted: ">= 1.1x CPython",
    },
    Row {
        work: "array_get",
        what: "Array element get",
        unit: Unit::Time,
        wanted: "<= 60 ns, >= 15x CPython",
    },
    Row {
        work: "array_set",
        what: "Array element set",
        unit: Unit::Time,
        wanted: "<= 60 ns, >= 15x CPython",
    },
    Row {
        work: "value_add",
        what: "Value += 1 under get_lock",
        unit: Unit::Time,
        wanted: "<= 80 ns",
    },
    Row {
        work: "queue_small",
        what: "Queue, small, 1 -> 1",
        unit: Unit::Rate,
        wanted: ">= 1 M/s, >= 8x CPython",
    },
    Row {
        work: "queue_trip",
        what: "Queue round trip",
        unit: Unit::Time,
        wanted: "<= 20 us",
    },
    Row {
        work: "queue_big",
        what: "Queue, 1 MiB messages",
        unit: Unit::Bytes(1_048_576.0),
        wanted: ">= 4 GB/s",
    },
    Row {
        work: "dict",
        what: "Manager dict set or get, 1 client",
        unit: Unit::Rate,
        wanted: ">= 55 k/s",
    },
    Row {
        work: "pool_async",
        what: "Pool(3), 1 000 apply_async + get",
        unit: Unit::Rate,
        wanted: ">= 200 k tasks/s",
    },
    Row {
        work: "pool_apply",
        what: "Pool(3) apply round trip",
        unit: Unit::Time,
        wanted: "<= 30 us",
    },
    Row {
        work: "pool_life",
        what: "Pool(3) create+close+join",
        unit: Unit::Time,
        wanted: "<= 1.5 ms",
    },
    Row {
        work: "burst",
        what: "one traced operation, burst (sender's CPU)",
        unit: Unit::Time,
        wanted: "<= 1.6 us",
    },
    Row {
        work: "sustained",
        what: "one traced operation, sustained (CPU)",
        unit: Unit::Time,
        wanted: "<= 1.5x bare",
    },
    Row {
        work: "asleep",
        what: "one traced operation, reader asleep (CPU)",
        unit: Unit::Time,
        wanted: "<= 1.5x bare",
    },
];

const ROUNDS: usize = 7;

/// Measures the rows named (all when none is) and prints them.
pub fn print(wanted: &[&str]) {
    println!(
        "{:<42} {:>12} {:>12} {:>12} {:>12} {:>9} {:>9}  wanted of mp (tracing off)",
        "work (medians of 7 rounds)", "bare", "mp", "mp traced", "CPython", "mp/bare", "CPython/mp"
    );
    for row in ROWS
        .iter()
        .filter(|row| wanted.is_empty() || wanted.contains(&row.work))
    {
        let sides = [Side::Bare, Side::Off, Side::Traced, Side::CPython];
        let mut figures = [const { Vec::<f64>::new() }; 4];
        for _ in 0..ROUNDS {
            for (side, found) in sides.iter().zip(&mut figures) {
                // What an untraced operation costs stands in the rows of the operations themselves.
                if !(row.what.starts_with("one traced") && *side == Side::Off) {
                    found.extend(measure(*side, row.work));
                }
            }
        }
        let [bare, off, traced, python] = figures.map(median);
        println!(
            "{:<42} {:>12} {:>12} {:>12} {:>12} {:>9} {:>9}  {}",
            row.what,
            show(bare, row.unit),
            show(off, row.unit),
            show(traced, row.unit),
            show(python, row.unit),
            ratio(off.or(traced), bare),
            ratio(python, off),
            row.wanted
        );
    }
}

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}

fn ratio(a: Option<f64>, b: Option<f64>) -> String {
    match (a, b) {
        (Some(a), Some(b)) => format!("{:.2}", a / b),
        _ => "-".to_owned(),
    }
}

fn show(ns: Option<f64>, unit: Unit) -> String {
    let Some(ns) = ns else { return "-".to_owned() };
    match unit {
        Unit::Time if ns < 1e3 => format!("{ns:.1} ns"),
        Unit::Time if ns < 1e6 => format!("{:.2} us", ns / 1e3),
        Unit::Time => format!("{:.2} ms", ns / 1e6),
        Unit::Rate if ns < 1e3 => format!("{:.2} M/s", 1e3 / ns),
        Unit::Rate => format!("{:.1} k/s", 1e6 / ns),
        Unit::Bytes(bytes) => format!("{:.2} GB/s", bytes / ns),
    }
}
