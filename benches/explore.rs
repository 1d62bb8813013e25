//! Exploring: lessons and programs whose traces were counted by others, as one table, beside the bare
//! fork(2), `_exit` and wait(2) of as many processes.
//!
//! `cargo bench --bench explore [-- NAME…]`. Quote the last column: executions cost so many times what
//! their processes cost alone, measured right before. This binary, executed again, is both the zygote
//! of a program and the bare side, for this process may have threads.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a bench prints figures"
)]

#[path = "../tests/explore/programs.rs"]
mod programs;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use forklore::explore::native::{Config, Launch, Native, Projection};
use forklore::explore::{Budget, Came, Explored, explore};
use forklore::mp;
use forklore::protocol::StageConfig;
use forklore::sys::clock;
use forklore::sys::fork::{Side, exit_now, fork};

/// What the programs say of themselves.
struct Case {
    name: &'static str,
    program: fn(i64) -> mp::Result<()>,
    projection: Projection,
    #[allow(dead_code, reason = "for the tests of the same programs")]
    expected: &'static [(i64, u64, u64, usize)],
}

/// A lesson, its parameters and its processes.
const LESSONS: &[(&str, &str, u32)] = &[
    ("create-process", "processes=3", 4),
    ("no-sharing", "processes=3", 4),
    ("array", "processes=3", 4),
    ("queue", "processes=3", 4),
    ("lock", "processes=3", 4),
    ("lock", "processes=5", 6),
    ("lost-update", "times=3", 3),
    ("philosophers", "philosophers=5", 6),
];

/// A program, its `n` and its processes.
const PROGRAMS: &[(&str, i64, u32)] = &[("lastzero", 10, 12), ("mpat", 4, 9), ("inc", 4, 5)];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("__explored") => {
            let config: StageConfig = serde_json::from_str(&args[4]).expect("a configuration");
            let cases = programs::cases();
            let mut cases = cases.iter();
            let case = cases.find(|case| case.name == args[2]).expect("a case");
            let n = args[3].parse().expect("a number");
            forklore::stage::zygote(config, || (case.program)(n));
        }
        Some("__bare") => {
            let processes = args[2].parse().expect("a number");
            return println!("{}", bare(processes));
        }
        _ => {}
    }
    let wanted: Vec<&String> = args[1..]
        .iter()
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|it| *it == name);
    println!(
        "{:<30} {:>5} {:>21} {:>7} {:>10} {:>8} {:>8} {:>8} {:>7} {:>6}",
        "program",
        "procs",
        "interleavings",
        "traces",
        "executions",
        "given up",
        "outcomes",
        "seconds",
        "exec/s",
        "x bare"
    );
    for (lesson, set, processes) in LESSONS.iter().filter(|(name, ..)| is_wanted(name)) {
        let found = of_lesson(lesson, set);
        row(&format!("{lesson} {set}"), *processes, &found);
    }
    for (name, n, processes) in PROGRAMS.iter().filter(|(name, ..)| is_wanted(name)) {
        row(&format!("{name}({n})"), *processes, &of_program(name, *n));
    }
}

struct Found {
    interleavings: String,
    executions: u64,
    given_up: u64,
    outcomes: usize,
    seconds: f64,
}

fn row(name: &str, processes: u32, found: &Found) {
    let me = std::env::current_exe().expect("own path");
    let bare = Command::new(me)
        .args(["__bare", &processes.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .expect("it runs");
    let bare: f64 = String::from_utf8_lossy(&bare.stdout)
        .trim()
        .parse()
        .expect("seconds");
    let each = found.seconds / found.executions as f64;
    println!(
        "{name:<30} {processes:>5} {:>21} {:>7} {:>10} {:>8} {:>8} {:>8.2} {:>7.0} {:>6.1}",
        found.interleavings,
        found.executions - found.given_up,
        found.executions,
        found.given_up,
        found.outcomes,
        found.seconds,
        1.0 / each,
        each / bare
    );
}

/// Seconds for one process that forks all the others and waits for them.
fn bare(processes: u32) -> f64 {
    const ROUNDS: u32 = 200;
    let began = clock::instant();
    for _ in 0..ROUNDS {
        let Ok(Side::Parent(_)) = fork() else {
            for _ in 1..processes {
                if matches!(fork(), Ok(Side::Child)) {
                    exit_now(0);
                }
            }
            while nix::sys::wait::wait().is_ok() {}
            exit_now(0);
        };
        nix::sys::wait::wait().expect("a child");
    }
    began.elapsed().as_secs_f64() / f64::from(ROUNDS)
}

fn of_lesson(lesson: &str, set: &str) -> Found {
    let said = Command::new(env!("CARGO_BIN_EXE_forklore"))
        .args([
            "explore", lesson, "--set", set, "--budget", "5m", "--format", "json",
        ])
        .output()
        .expect("it runs");
    let found: serde_json::Value = serde_json::from_slice(&said.stdout).expect("a document");
    assert_eq!(found["complete"], true, "{lesson}");
    Found {
        interleavings: found["interleavings"].as_str().unwrap_or("many").to_owned(),
        executions: found["executions"].as_u64().expect("a number"),
        given_up: found["given_up"].as_u64().expect("a number"),
        outcomes: found["outcomes"].as_array().map_or(0, Vec::len),
        seconds: found["seconds"].as_f64().expect("a number"),
    }
}

fn of_program(name: &str, n: i64) -> Found {
    let cases = programs::cases();
    let case = cases.iter().find(|case| case.name == name).expect("a case");
    let dir = tempfile::tempdir().expect("a directory");
    let argv = ["explore", "__explored", name, &n.to_string()].map(OsString::from);
    let config = Config {
        launch: Launch {
            program: PathBuf::from("/proc/self/exe"),
            argv: argv.to_vec(),
            stage: StageConfig {
                lesson: name.to_owned(),
                params: BTreeMap::new(),
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
    let began = clock::instant();
    let came = |native: &Native, schedule: &[u32]| Came {
        label: String::from_utf8_lossy(native.printed()).into_owned(),
        schedule: native.births(schedule),
    };
    let found: Explored =
        explore(&mut native, Budget::default(), 0, came, |_| true).expect("it is explored");
    Found {
        interleavings: found
            .interleavings
            .map_or("many".to_owned(), |n| n.to_string()),
        executions: found.executions,
        given_up: found.given_up,
        outcomes: found.outcomes.len(),
        seconds: began.elapsed().as_secs_f64(),
    }
}
