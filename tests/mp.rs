//! `mp` with real forks. Every case is a small program and a check of its result. This binary runs
//! the program by executing itself as a single-threaded stage.
//!
//! The runner has threads and never forks; the stage has one thread and forks.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects"
)]

#[path = "mp/connection.rs"]
mod connection;
#[path = "mp/harness.rs"]
mod harness;
#[path = "mp/managers.rs"]
mod managers;
#[path = "mp/misuse.rs"]
mod misuse;
#[path = "mp/order.rs"]
mod order;
#[path = "mp/pool.rs"]
mod pool;
#[path = "mp/process.rs"]
mod process;
#[path = "mp/queues.rs"]
mod queues;
#[path = "mp/sharedctypes.rs"]
mod sharedctypes;
#[path = "mp/synchronize.rs"]
mod synchronize;

use std::process::ExitCode;

fn main() -> ExitCode {
    let cases = [
        managers::cases(),
        connection::cases(),
        misuse::cases(),
        order::cases(),
        process::cases(),
        queues::cases(),
        sharedctypes::cases(),
        pool::cases(),
        synchronize::cases(),
    ]
    .concat();
    let mut args = std::env::args();
    if args.nth(1).as_deref() == Some("__case") {
        return harness::stage(
            &cases,
            &args.next().unwrap_or_default(),
            args.next().as_deref(),
        );
    }
    let arguments = libtest_mimic::Arguments::from_args();
    let trials = cases
        .into_iter()
        .map(|case| {
            libtest_mimic::Trial::test(case.name.clone(), move || {
                harness::run(&case);
                Ok(())
            })
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
