//! The session as its user experiences it: the real program in a pseudo-terminal.
//!
//! Measures the time to the first frame, the time from a key to the frame that shows its effect (when idle
//! and while a child floods output), and the cost of a finished run while no key is pressed. `htop` is
//! measured in the same way where it is installed. Run with `cargo bench --bench session`; it takes about a
//! minute.
//!
//! For the flood this binary also plays forklore, as `tests/moments.rs` does.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::large_stack_arrays,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench reads a clock, prints its table and says what went wrong by panicking"
)]

#[path = "../tests/moments/programs.rs"]
mod programs;
#[path = "../tests/screen/pty.rs"]
#[allow(dead_code, reason = "the other users need the rest")]
mod pty;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use pty::Screen;

/// The part this binary plays in a terminal.
const ACTOR: &str = "FORKLORE_TEST_ACTOR";
const SIZE: (u16, u16) = (200, 60);
/// How long an idle program is watched.
const WATCHED: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let word = |index: usize| args.get(index).map(String::as_str);
    let rest: Vec<std::ffi::OsString> = std::env::args_os().skip(3).collect();
    match (word(1), word(2), std::env::var(ACTOR)) {
        (Some("__stage"), Some(json), _) => programs::perform(json),
        (Some("__guard"), Some(json), _) => forklore::engine::guard::main(json, &rest).into(),
        (_, _, Ok(_)) => forklore::cli::main(),
        _ => {
            measure();
            ExitCode::SUCCESS
        }
    }
}

fn measure() {
    println!("{:<46} {:>9} {:>9} {:>9}", "", "median", "p99", "most");
    first_frames(
        "forklore, first frame, ms",
        &[env!("CARGO_BIN_EXE_forklore"), "lock"],
        "quit",
    );
    let htop = std::path::Path::new("/usr/bin/htop").exists();
    if htop {
        first_frames("htop, first frame, ms", &["/usr/bin/htop"], "F10");
    }
    let mut session = Screen::open(&["lock"], SIZE);
    session.wait_for("quit");
    keys("a key to its frame, at rest, ms", &mut session);
    session.press("q");
    session.ended();
    let mut session = flooded();
    keys("a key to its frame, in a flood, ms", &mut session);
    println!(
        "memory after {} s of flood: {:.1} MiB at most",
        5,
        memory(session.pid(), "VmHWM:")
    );
    session.press("qq");
    session.ended();
    println!(
        "{:<46} {:>9} {:>9} {:>9}",
        "at rest over 20 s", "CPU s", "RSS MiB", "woken"
    );
    let mut session = finished();
    at_rest("forklore, a finished run", session.pid());
    session.press("q");
    session.ended();
    if htop {
        let state = tempfile::tempdir().unwrap();
        let htop = Screen::start(&["/usr/bin/htop"], SIZE, state, &[]);
        htop.wait_for("F10");
        at_rest("htop", htop.pid());
        htop.signal(Signal::SIGTERM);
    }
}

fn told(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |place: usize| times[place].as_secs_f64() * 1e3;
    let last = times.len() - 1;
    println!(
        "{name:<46} {:>9.2} {:>9.2} {:>9.2}",
        at(last / 2),
        at(last * 99 / 100),
        at(last)
    );
}

/// The time from before the start to the last words of the first frame, repeated.
fn first_frames(name: &str, words: &[&str], last: &str) {
    let times = (0..20).map(|_| {
        let state = tempfile::tempdir().unwrap();
        let began = Instant::now();
        let screen = Screen::start(words, SIZE, state, &[]);
        screen.wait_for_bytes(0, last.as_bytes());
        let taken = began.elapsed();
        screen.signal(Signal::SIGTERM);
        screen.gone();
        taken
    });
    told(name, times.collect());
}

/// The time from the key to the help that it opens, repeated.
fn keys(name: &str, session: &mut Screen) {
    let times = (0..100).map(|_| {
        let before = session.written();
        let began = Instant::now();
        session.press("?");
        session.wait_for_bytes(before, " Keys ".as_bytes());
        let taken = began.elapsed();
        session.press("\x1b");
        session.wait("the help is gone", |text| !text.contains(" Keys "));
        taken
    });
    told(name, times.collect());
}

fn begin(session: &mut Screen) {
    session.wait_for("Lesson");
    session.press("r");
    session.wait_for("Question 1 of");
    session.press("r");
}

/// A session whose child prints without end, after five seconds.
fn flooded() -> Screen {
    let this = std::env::current_exe().expect("this binary");
    let variables = [(ACTOR, "forklore"), (programs::PROGRAM, "endless")];
    let words = [this.to_str().expect("text"), "lock"];
    let state = tempfile::tempdir().unwrap();
    let mut session = Screen::start(&words, SIZE, state, &variables);
    begin(&mut session);
    session.wait_for("older lines left out");
    std::thread::sleep(Duration::from_secs(5));
    session
}

fn finished() -> Screen {
    let mut session = Screen::open(&["create-process"], SIZE);
    begin(&mut session);
    session.wait_for("finished");
    session.press("\x1b");
    // A first run is shown again slowly; here the session rests.
    session.press("e");
    session
}

/// A line of /proc/PID/status, in MiB or as it stands.
fn status(pid: i32, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it lives");
    let line = status.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .expect("the kernel tells it")
}

fn memory(pid: i32, name: &str) -> f64 {
    status(pid, name) / 1024.0
}

/// CPU seconds of a process, by its schedstat.
fn spent(pid: i32) -> f64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"))
        .expect("it lives")
        .flatten();
    tasks
        .map(|task| {
            let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            let ns: f64 = text
                .split_whitespace()
                .next()
                .and_then(|ns| ns.parse().ok())
                .unwrap_or(0.0);
            ns / 1e9
        })
        .sum()
}

fn at_rest(name: &str, pid: i32) {
    std::thread::sleep(Duration::from_secs(1));
    let (before, woken) = (spent(pid), status(pid, "voluntary_ctxt_switches:"));
    std::thread::sleep(WATCHED);
    println!(
        "{name:<46} {:>9.4} {:>9.1} {:>9}",
        spent(pid) - before,
        memory(pid, "VmRSS:"),
        status(pid, "voluntary_ctxt_switches:") - woken
    );
}
