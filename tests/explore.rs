//! The explorer on real processes: programs written against `mp` whose traces others have counted.
//!
//! The runner has threads and never forks; each program runs in stages forked from a zygote that
//! this binary becomes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects"
)]

#[path = "explore/programs.rs"]
mod programs;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use forklore::explore::native::{Config, Launch, Native, Projection};
use forklore::explore::{Budget, Came, Explored, explore};
use forklore::mp;
use forklore::protocol::StageConfig;

/// A program and what is to be found of it.
struct Case {
    name: &'static str,
    program: fn(i64) -> mp::Result<()>,
    projection: Projection,
    /// `n`, traces, deadlocks among them, outcomes.
    expected: &'static [(i64, u64, u64, usize)],
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if args.get(1).is_some_and(|arg| arg == "__explored") {
        let config: StageConfig = serde_json::from_str(&args[4]).expect("a configuration");
        let cases = programs::cases();
        let case = cases
            .iter()
            .find(|case| case.name == args[2])
            .expect("a case");
        let n = args[3].parse().expect("a number");
        forklore::stage::zygote(config, || (case.program)(n));
    }
    let arguments = libtest_mimic::Arguments::from_args();
    let trials = programs::cases().into_iter().map(|case| {
        libtest_mimic::Trial::test(case.name, move || {
            for expected in case.expected {
                check(&case, *expected);
            }
            Ok(())
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn check(case: &Case, (n, traces, deadlocks, outcomes): (i64, u64, u64, usize)) {
    let found = run(case, n);
    let stuck = found.outcomes.iter().filter(|outcome| outcome.deadlock);
    let stuck: u64 = stuck.map(|outcome| outcome.executions).sum();
    let seen: Vec<_> = found
        .outcomes
        .iter()
        .map(|outcome| &outcome.label)
        .collect();
    assert!(found.complete);
    assert_eq!(
        (
            found.executions,
            found.given_up,
            stuck,
            found.outcomes.len()
        ),
        (traces, 0, deadlocks, outcomes),
        "{}({n}): {seen:?}",
        case.name
    );
}

fn run(case: &Case, n: i64) -> Explored {
    let dir = tempfile::tempdir().expect("a directory");
    let argv = ["explore", "__explored", case.name, &n.to_string()].map(OsString::from);
    let config = Config {
        launch: Launch {
            program: std::env::current_exe().expect("own path"),
            argv: argv.to_vec(),
            stage: StageConfig {
                lesson: case.name.to_owned(),
                params: std::collections::BTreeMap::new(),
                time_scale: 1.0,
                line_buffered: true,
                seed: 0,
                dir: dir.path().to_owned(),
                supervisor: 0,
                zygote: true,
            },
        },
        projection: case.projection,
        listing: None,
        any_timing: false,
    };
    let mut native = Native::new(config).expect("it starts");
    let budget = Budget {
        time: Some(Duration::from_mins(2)),
        ..Budget::default()
    };
    explore(&mut native, budget, 0, came, |_| true).expect("it is explored")
}

/// What each process printed.
fn came(native: &Native, schedule: &[u32]) -> Came {
    let world = native.world();
    let lines = world
        .processes()
        .flat_map(|process| world.log().lines_of(process.proc));
    let lines: Vec<_> = lines.map(|line| line.text().into_owned()).collect();
    Came {
        label: lines.join("\n"),
        schedule: native.births(schedule),
    }
}
