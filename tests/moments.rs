//! A session under stress: floods of output, hostile output, a panic on the screen.
//!
//! This binary also plays forklore: in a terminal it does what `main.rs` does, but its stage runs the
//! program that a case asks for instead of the lesson's. Everything else is the real session with real
//! processes, in a pseudo-terminal.
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

#[path = "moments/cases.rs"]
mod cases;
#[path = "moments/panics.rs"]
mod panics;
#[path = "moments/programs.rs"]
mod programs;
#[path = "screen/pty.rs"]
#[allow(dead_code, reason = "the other users need the rest")]
mod pty;

use std::process::ExitCode;

/// The part this binary plays in a terminal: `forklore`, or a session that panics.
const ACTOR: &str = "FORKLORE_TEST_ACTOR";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let word = |index: usize| args.get(index).map(String::as_str);
    let rest: Vec<std::ffi::OsString> = std::env::args_os().skip(3).collect();
    match (word(1), word(2), std::env::var(ACTOR).as_deref()) {
        (Some("__stage"), Some(json), _) => programs::perform(json),
        (Some("__guard"), Some(json), _) => forklore::engine::guard::main(json, &rest).into(),
        (_, _, Ok("forklore")) => forklore::cli::main(),
        (_, _, Ok("panic")) => panics::session(),
        _ => test(),
    }
}

fn test() -> ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let trial = |(name, check): (&str, fn())| {
        libtest_mimic::Trial::test(name, move || {
            check();
            Ok(())
        })
    };
    let trials = cases::TESTS.iter().copied().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
