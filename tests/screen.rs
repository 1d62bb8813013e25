//! The real binary in a terminal of its own: whole lessons, by keys alone.
//!
//! Each case has a pseudo-terminal and reads the screen as a person would. It waits for what has to
//! appear, with a deadline. Every process of a case carries a mark in its environment.
#![allow(
    clippy::disallowed_methods,
    clippy::large_stack_arrays,
    reason = "a test waits with deadlines of its own"
)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by panicking"
)]

#[path = "screen/choosing.rs"]
mod choosing;
#[path = "screen/manners.rs"]
mod manners;
#[path = "screen/own.rs"]
mod own;
#[path = "screen/packs.rs"]
mod packs;
#[path = "screen/picture.rs"]
mod picture;
#[path = "screen/pty.rs"]
#[allow(dead_code, reason = "the other users need the rest")]
mod pty;
#[path = "screen/python.rs"]
mod python;
#[path = "screen/senses.rs"]
mod senses;

#[path = "screen/recordings.rs"]
mod recordings;
#[path = "screen/session.rs"]
mod session;
