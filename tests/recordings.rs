//! Recordings from the outside: they are lossless, damage is reported, and other programs can read
//! what is exported.
#![allow(clippy::print_stdout, reason = "a test says what it leaves out")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by panicking"
)]

#[path = "recordings/bounds.rs"]
mod bounds;
#[path = "recordings/compare.rs"]
mod compare;
#[path = "recordings/damage.rs"]
mod damage;
#[path = "recordings/examples.rs"]
mod examples;
#[path = "recordings/exports.rs"]
mod exports;
#[path = "recordings/film.rs"]
mod film;
#[path = "recordings/front_ends.rs"]
mod front_ends;
#[path = "cli/harness.rs"]
mod harness;
#[path = "recordings/hostile.rs"]
mod hostile;
#[path = "recordings/lossless.rs"]
mod lossless;
#[path = "recordings/perfetto.rs"]
mod perfetto;
#[path = "recordings/written.rs"]
mod written;
