//! Recordings from the outside: lossless, honest about damage, taken elsewhere and read there by
//! readers that are not ours.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by panicking"
)]

#[path = "recordings/damage.rs"]
mod damage;
#[path = "cli/harness.rs"]
mod harness;
#[path = "recordings/lossless.rs"]
mod lossless;
