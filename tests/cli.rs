//! The real binary, from the outside: what it prints where, and how it ends.
//!
//! Every case runs `forklore` as a person or a script would. No case relies on luck between
//! processes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by panicking"
)]

#[path = "cli/grade.rs"]
mod grade;
#[path = "cli/harness.rs"]
mod harness;
#[path = "cli/live.rs"]
mod live;
#[path = "cli/marks.rs"]
mod marks;

#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/explore.rs"]
mod explore;
#[path = "cli/faults.rs"]
mod faults;
#[path = "cli/install.rs"]
mod install;
#[path = "cli/interrupt.rs"]
mod interrupt;
#[path = "cli/lessons.rs"]
mod lessons;
#[path = "cli/methods.rs"]
mod methods;
#[path = "cli/packs.rs"]
mod packs;
#[path = "cli/replay.rs"]
mod replay;
#[path = "cli/reproduce.rs"]
mod reproduce;
#[path = "cli/run.rs"]
mod run;
#[path = "cli/schedule.rs"]
mod schedule;
#[path = "cli/test.rs"]
mod test;
#[path = "cli/trace.rs"]
mod trace;
#[path = "cli/usage.rs"]
mod usage;
#[path = "cli/why.rs"]
mod why;
