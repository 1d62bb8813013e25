//! The same work on `mp` (tracing off and on), on CPython's multiprocessing and by the bare system
//! call, side by side in one run.
//!
//! `cargo bench --bench multiprocessing [-- WORK…]`. Every figure is a median over rounds in which
//! the sides take turns. Quote ratios, not times. Each work runs in a process of its own: this binary,
//! executed again as a single-threaded stage, or python3 where it is installed (`FORKLORE_PYTHON`
//! names another one).
#![allow(
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a bench prints figures"
)]

#[path = "multiprocessing/bare.rs"]
mod bare;
#[path = "multiprocessing/side.rs"]
mod side;
#[path = "multiprocessing/table.rs"]
mod table;
#[path = "multiprocessing/works.rs"]
mod works;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().map(String::as_str) == Some("__work") {
        return side::stage(&args[1..]);
    }
    let wanted: Vec<&str> = args
        .iter()
        .map(String::as_str)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    table::print(&wanted);
    ExitCode::SUCCESS
}
