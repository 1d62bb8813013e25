//! Runs of real processes under the supervisor, started by the real binary: what the log says about
//! them, and that no process is left behind.

#![allow(clippy::expect_used)] // helpers of tests fail like tests
#![allow(clippy::print_stdout)] // what a supervisor in a process of its own says

#[path = "engine/faults.rs"]
mod faults;
#[path = "engine/harness.rs"]
mod harness;
#[path = "engine/healthy.rs"]
mod healthy;
#[path = "engine/leavings.rs"]
mod leavings;
#[path = "engine/limits.rs"]
mod limits;
#[path = "engine/runs.rs"]
mod runs;
#[path = "engine/traced.rs"]
mod traced;
