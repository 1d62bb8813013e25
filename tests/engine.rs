//! Runs of real processes under the supervisor, by the real binary: what is seen of them, and that
//! nothing of them is left.

#![allow(clippy::expect_used)] // helpers of tests fail like tests
#![allow(clippy::print_stdout)] // what a supervisor in a process of its own says

#[path = "engine/faults.rs"]
mod faults;
#[path = "engine/harness.rs"]
mod harness;
#[path = "engine/runs.rs"]
mod runs;
#[path = "engine/traced.rs"]
mod traced;
