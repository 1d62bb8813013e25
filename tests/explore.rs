//! The explorer on real processes: programs written against `mp` whose traces others have counted.
//!
//! The runner has threads and never forks; each program runs in stages forked from a zygote that
//! this binary becomes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects"
)]

#[path = "explore/generated.rs"]
mod generated;
#[path = "explore/programs.rs"]
mod programs;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use forklore::explore::execution::Clock;
use forklore::explore::native::{Config, Launch, Native, NativeError, Projection};
use forklore::explore::operation::Footprint;
use forklore::explore::search::{Ended, Search, SearchError};
use forklore::explore::{Budget, Came, Explored, Unreduced, explore};
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
        if args[2] == GENERATED {
            let seed = args[3].parse().expect("a number");
            forklore::stage::zygote(config, || generated::program(seed));
        }
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
    let generated = libtest_mimic::Trial::test(GENERATED, || {
        all_agree();
        Ok(())
    });
    libtest_mimic::run(&arguments, trials.chain([generated]).collect()).exit_code()
}

const GENERATED: &str = "generated";

/// Holds programs that are drawn against all their interleavings, those apart that have too many. The
/// environment may ask for others: `GENERATED=FROM,TO,MOST`.
fn all_agree() {
    let given = std::env::var("GENERATED").unwrap_or_else(|_| "0,40,150".to_owned());
    let numbers: Vec<u64> = given
        .split(',')
        .map(|n| n.parse().expect("a number"))
        .collect();
    let [from, to, most] = numbers[..] else {
        panic!("FROM,TO,MOST");
    };
    let (mut compared, mut deadlocks, mut traces, mut interleavings) = (0, 0, 0, 0);
    for seed in from..to {
        let native = || Native::new(config(GENERATED, seed.cast_signed(), Projection::Processes));
        let mut all = Unreduced::new(native().expect("it starts"));
        let Some(all) = interleave(&mut all, most, seed) else {
            continue;
        };
        let budget = Budget::default();
        let found = explore(&mut native().expect("it starts"), budget, 0, ended, |_| {
            true
        });
        let found = match found {
            Err(SearchError::Machine(NativeError::Unsupported { .. })) => continue,
            found => found.unwrap_or_else(|error| panic!("program {seed}: {error}")),
        };
        let outcomes: BTreeSet<(String, bool)> = found
            .outcomes
            .iter()
            .map(|outcome| (outcome.label.clone(), outcome.deadlock))
            .collect();
        assert_eq!(outcomes, all.outcomes, "program {seed}");
        assert_eq!(
            (found.executions, found.given_up),
            (all.traces.len() as u64, 0),
            "program {seed}"
        );
        compared += 1;
        deadlocks += u64::from(outcomes.iter().any(|(_, deadlock)| *deadlock));
        traces += found.executions;
        interleavings += all.executions;
    }
    println!(
        "{compared} programs, {deadlocks} with a deadlock, {traces} traces, {interleavings} interleavings"
    );
    assert!(
        compared * 3 > to - from && deadlocks > 0,
        "nothing happens in them"
    );
}

/// What all interleavings come to.
struct All {
    outcomes: BTreeSet<(String, bool)>,
    traces: BTreeSet<Vec<(u32, Clock, Footprint)>>,
    executions: u64,
}

/// … `None` where they are too many, or what it does can't be explored.
fn interleave(machine: &mut Unreduced<Native>, most: u64, seed: u64) -> Option<All> {
    let mut all = All {
        outcomes: BTreeSet::new(),
        traces: BTreeSet::new(),
        executions: 0,
    };
    let mut search = Search::default();
    loop {
        let how = match search.advance(machine) {
            Ok(None) => break,
            Ok(Some(how)) => how,
            Err(SearchError::Machine(NativeError::Unsupported { .. })) => return None,
            Err(error) => {
                let steps = search.execution().schedule();
                panic!("program {seed}: {error}, after {steps:?}")
            }
        };
        if how == Ended::Anew {
            (all.outcomes, all.traces, all.executions) = Default::default();
            continue;
        }
        all.executions += 1;
        if all.executions > most {
            return None;
        }
        let came = ended(&machine.machine, &[]);
        all.outcomes.insert((came.label, how == Ended::Deadlock));
        all.traces.insert(machine.trace());
    }
    Some(all)
}

/// How each process ended, and what main printed.
fn ended(native: &Native, schedule: &[u32]) -> Came {
    let world = native.world();
    let ends = world
        .processes()
        .map(|process| format!("{:?}", process.exit()));
    Came {
        label: ends.collect::<Vec<_>>().join(" ") + &came(native, schedule).label,
        schedule: native.births(schedule),
    }
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

fn config(name: &str, n: i64, projection: Projection) -> Config {
    let argv = ["explore", "__explored", name, &n.to_string()].map(OsString::from);
    Config {
        launch: Launch {
            program: std::env::current_exe().expect("own path"),
            argv: argv.to_vec(),
            stage: StageConfig {
                lesson: name.to_owned(),
                params: std::collections::BTreeMap::new(),
                time_scale: 1.0,
                line_buffered: true,
                seed: 0,
                // No program here has a manager, which would keep its socket there.
                dir: std::env::temp_dir(),
                supervisor: 0,
                zygote: true,
            },
        },
        projection,
        listing: None,
        any_timing: false,
    }
}

fn run(case: &Case, n: i64) -> Explored {
    let config = config(case.name, n, case.projection);
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
