//! Programs made for tests, run as main processes under the real supervisor: the gate, deadlocks,
//! exits, many processes.
//!
//! This binary is also the stage: the guard executes it again with the name of a scene, in one thread.

#![allow(clippy::expect_used)] // helpers of tests fail like tests
#![allow(clippy::print_stdout)] // what a process in a test says

#[path = "engine/forged.rs"]
mod forged;
#[path = "engine/harness.rs"]
#[allow(dead_code, reason = "the other users need the rest")]
mod harness;
#[path = "engine/rogues.rs"]
mod rogues;
#[path = "engine/scenes.rs"]
mod scenes;
#[path = "engine/timed.rs"]
mod timed;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if let [_, word, name, json] = args.as_slice()
        && word == "__scene"
    {
        scenes::perform(name, json);
    }
    if let [_, word, path] = args.as_slice()
        && word == "__outside"
    {
        forged::outside(path);
        return ExitCode::SUCCESS;
    }
    let arguments = libtest_mimic::Arguments::from_args();
    let trial = |(name, check): (&str, fn())| {
        libtest_mimic::Trial::test(name, move || {
            check();
            Ok(())
        })
    };
    let trials = scenes::TESTS.iter().copied().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
