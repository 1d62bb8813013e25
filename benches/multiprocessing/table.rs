//! The table: the works, the target of each, and the medians of a run.

use crate::side::{Side, measure};

/// One row.
pub struct Row {
    pub work: &'static str,
    pub what: &'static str,
    /// The unit of the figures: units of work per second, or nanoseconds per unit.
    pub unit: Unit,
    /// The targets: for `mp` without tracing, or for what a traced work measures.
    pub wanted: &'static [Wanted],
}

/// A target for a figure.
#[derive(Clone, Copy)]
pub enum Wanted {
    /// At most this many times as long as the bare system call.
    Bare(f64),
    /// At least this many times as fast as CPython.
    CPython(f64),
    /// At most this many nanoseconds per unit; shown in the row's unit.
    Within(f64),
}

use Wanted::{Bare, CPython, Within};

#[derive(Clone, Copy)]
pub enum Unit {
    /// Nanoseconds per unit, shown in a suitable unit.
    Time,
    /// Units per second.
    Rate,
    /// Bytes in a unit; shown as bytes per second.
    Bytes(f64),
}

pub const ROWS: &[Row] = &[
    Row {
        work: "process",
        what: "Process start+join",
        unit: Unit::Time,
        wanted: &[Bare(1.5), CPython(6.0)],
    },
    Row {
        work: "lock",
        what: "Lock acquire+release, uncontended",
        unit: Unit::Time,
        wanted: &[CPython(1.0)],
    },
    Row {
        work: "handoff",
        what: "Lock strict hand-off, 2 processes",
        unit: Unit::Rate,
        wanted: &[CPython(1.0)],
    },
    Row {
        work: "array_get",
        what: "Array element get",
        unit: Unit::Time,
        wanted: &[CPython(1.0)],
    },
    Row {
        work: "array_set",
        what: "Array element set",
        unit: Unit::Time,
        wanted: &[CPython(1.0)],
    },
    Row {
        work: "value_add",
        what: "Value += 1 under get_lock",
        unit: Unit::Time,
        wanted: &[CPython(1.0)],
    },
    Row {
        work: "queue_small",
        what: "Queue, small, 1 -> 1",
        unit: Unit::Rate,
        wanted: &[Within(1e3), CPython(8.0)],
    },
    Row {
        work: "queue_trip",
        what: "Queue round trip",
        unit: Unit::Time,
        wanted: &[Within(20e3)],
    },
    Row {
        work: "queue_big",
        what: "Queue, 1 MiB messages",
        unit: Unit::Bytes(1_048_576.0),
        wanted: &[Within(1_048_576.0 / 4.0)],
    },
    Row {
        work: "dict",
        what: "Manager dict set or get, 1 client",
        unit: Unit::Rate,
        wanted: &[Within(1e6 / 55.0)],
    },
    Row {
        work: "pool_async",
        what: "Pool(3), 1 000 apply_async + get",
        unit: Unit::Rate,
        wanted: &[Within(5e3)],
    },
    Row {
        work: "pool_apply",
        what: "Pool(3) apply round trip",
        unit: Unit::Time,
        wanted: &[Within(30e3)],
    },
    Row {
        work: "pool_life",
        what: "Pool(3) create+close+join",
        unit: Unit::Time,
        wanted: &[Within(1.5e6)],
    },
    Row {
        work: "burst",
        what: "one traced operation, burst (sender's CPU)",
        unit: Unit::Time,
        wanted: &[Within(1.6e3)],
    },
    Row {
        work: "sustained",
        what: "one traced operation, sustained (CPU)",
        unit: Unit::Time,
        wanted: &[Bare(1.5)],
    },
    Row {
        work: "asleep",
        what: "one traced operation, reader asleep (CPU)",
        unit: Unit::Time,
        wanted: &[Bare(1.5)],
    },
];

const ROUNDS: usize = 7;

/// Measures the named rows (or all) and prints them, each with its target and whether it was met.
pub fn print(wanted: &[&str]) {
    println!(
        "{:<42} {:>12} {:>12} {:>12} {:>12} {:>9} {:>9}  wanted of mp (tracing off)",
        "work (medians of 7 rounds)", "bare", "mp", "mp traced", "CPython", "mp/bare", "CPython/mp"
    );
    let chosen = |row: &&Row| wanted.is_empty() || wanted.contains(&row.work);
    for row in ROWS.iter().filter(chosen) {
        let [bare, off, traced, python] = figures(row).map(median);
        let ours = off.or(traced);
        let verdicts: Vec<String> = row
            .wanted
            .iter()
            .map(|wanted| wanted.verdict(row.unit, ours, bare, python))
            .collect();
        println!(
            "{:<42} {:>12} {:>12} {:>12} {:>12} {:>9} {:>9}  {}",
            row.what,
            show(bare, row.unit),
            show(off, row.unit),
            show(traced, row.unit),
            show(python, row.unit),
            ratio(ours, bare),
            ratio(python, off),
            verdicts.join(", ")
        );
    }
}

/// All rounds of all sides; the sides take turns.
fn figures(row: &Row) -> [Vec<f64>; 4] {
    let sides = [Side::Bare, Side::Off, Side::Traced, Side::CPython];
    let mut figures = [const { Vec::<f64>::new() }; 4];
    for _ in 0..ROUNDS {
        for (side, found) in sides.iter().zip(&mut figures) {
            // The cost of an untraced operation is in the rows of the operations themselves.
            if !(row.what.starts_with("one traced") && *side == Side::Off) {
                found.extend(measure(*side, row.work));
            }
        }
    }
    figures
}

impl Wanted {
    /// The target, and whether it was met.
    fn verdict(
        self,
        unit: Unit,
        ours: Option<f64>,
        bare: Option<f64>,
        python: Option<f64>,
    ) -> String {
        let (text, met) = match self {
            Bare(times) => (
                format!("<= {times}x bare"),
                ours.zip(bare).map(|(ours, bare)| ours <= times * bare),
            ),
            CPython(times) => (
                format!(">= {times}x CPython"),
                ours.zip(python)
                    .map(|(ours, python)| times * ours <= python),
            ),
            Within(ns) => {
                let sign = if matches!(unit, Unit::Time) {
                    "<="
                } else {
                    ">="
                };
                (
                    format!("{sign} {}", show(Some(ns), unit)),
                    ours.map(|ours| ours <= ns),
                )
            }
        };
        let word = match met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "not measured",
        };
        format!("{text}: {word}")
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
