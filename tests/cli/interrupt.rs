//! Every command that may take long, stopped in the middle: it obeys a signal within half a second and
//! leaves no process.
//!
//! A signal is sent once the command is seen to be at work. The best of three tries counts: the machine
//! may have other things to do.

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use forklore::sys::clock;
use forklore::sys::pidfd::PidFd;
use nix::sys::signal::Signal;

use crate::harness::forklore;
use crate::marks::{assert_nothing_left, mark, marked, wait_until};

const SOON: Duration = Duration::from_millis(500);
const TRIES: usize = 3;

/// Commands that start processes.
const STARTING: &[&str] = &[
    "run lock --pace 0.5",
    "test --runs 5000",
    "explore lock --set processes=7 --budget 10m",
    "reproduce no-sharing --set processes=8 --outcome 999999 --budget 10m",
    "trace -- sh -c DEAF",
];
/// The same, of which Python is a part.
const OF_PYTHON: &[&str] = &[
    "run lock --engine python --pace 0.5",
    "test --runs 500 --engine python",
    "test --claims",
    "lessons check --run",
    "compare --start-methods queue",
    "grade lock DEAF.py --timeout 100",
];
/// Commands that work on a recording alone.
const READING: &[&str] = &[
    "replay LONG --headless",
    "findings LONG",
    "compare LONG LONG",
    "export LONG --to asciicast --screen",
    "export LONG --to svg",
    "export LONG --to perfetto",
];

/// A command in a folder that has what the commands above name.
fn command(words: &str, folder: &Path) -> Command {
    let word = |word: &str| match word {
        // A program that ignores what it is asked.
        "DEAF" => "trap '' INT TERM HUP; while :; do sleep 1; done".to_owned(),
        "DEAF.py" | "LONG" => folder.join(word).display().to_string(),
        word => word.to_owned(),
    };
    let words: Vec<String> = words.split(' ').map(word).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut command = forklore(&words);
    command
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder)
        // Nobody reads a pipe here.
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let deaf = "import signal, time\n\
                for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)\n\
                while True: time.sleep(1)\n";
    std::fs::write(folder.path().join("DEAF.py"), deaf).unwrap();
    folder
}

/// A recording that takes seconds to read.
fn write_long(folder: &Path) {
    let file = std::fs::File::create(folder.join("LONG")).unwrap();
    let mut file = std::io::BufWriter::new(file);
    let golden = include_str!("../golden/format-1.jsonl");
    let head: Vec<&str> = golden.lines().take(2).collect();
    writeln!(file, "{}", head.join("\n")).unwrap();
    for seq in 2..600_000 {
        writeln!(
            file,
            r#"{{"seq":{seq},"t":{seq}000,"proc":0,"pid":100,"kind":"output","stream":"stdout","data":"{seq}\n"}}"#
        )
        .unwrap();
    }
}

/// Clock ticks that a process has used; all of them where it has ended.
fn ticks(child: &Child) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let mut field = || fields.next().and_then(|field| field.parse::<u64>().ok());
    field()
        .zip(field())
        .map_or(u64::MAX, |(user, system)| user + system)
}

/// Sends a signal to a command at work; how long it took to end.
fn stop(command: &mut Command, signal: Signal, at_work: &dyn Fn(&Child, &str) -> bool) -> Duration {
    let mark = mark(command);
    let mut child = command.spawn().unwrap();
    wait_until(|| at_work(&child, &mark));
    let process = PidFd::open(child.id().cast_signed()).unwrap();
    assert!(child.try_wait().unwrap().is_none(), "{command:?} is over");
    let begun = clock::instant();
    process.signal(Some(signal)).unwrap();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{command:?}");
        std::thread::sleep(Duration::from_millis(2));
    };
    let took = begun.elapsed();
    let number = signal as i32;
    assert!(
        status.code() == Some(128 + number) || status.signal() == Some(number),
        "{command:?} {signal}: {status}"
    );
    assert_nothing_left(&mark);
    took
}

fn all_obey(commands: &[&str], folder: &Path, at_work: &dyn Fn(&Child, &str) -> bool) {
    let signals = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP];
    for (place, words) in commands.iter().enumerate() {
        // The first Ctrl-C is the traced program's own.
        let own = words.starts_with("trace");
        let signal = if own {
            Signal::SIGTERM
        } else {
            signals[place % 3]
        };
        let mut took = Vec::new();
        while took.len() < TRIES && took.iter().all(|time| *time > SOON) {
            took.push(stop(&mut command(words, folder), signal, at_work));
        }
        assert!(
            took.iter().any(|time| *time <= SOON),
            "{words} {signal}: {took:?}"
        );
    }
}

/// forklore's own process, and one at least that it has started.
fn has_started(_: &Child, mark: &str) -> bool {
    marked(mark).len() > 1
}

#[test]
fn what_starts_processes_obeys_at_once() {
    all_obey(STARTING, folder().path(), &has_started);
}

#[test]
fn what_runs_python_obeys_at_once() {
    if Command::new("python3").arg("-V").output().is_err() {
        return;
    }
    all_obey(OF_PYTHON, folder().path(), &has_started);
}

#[test]
fn what_reads_a_long_recording_obeys_at_once() {
    let folder = folder();
    write_long(folder.path());
    // A tenth of a second of work.
    all_obey(READING, folder.path(), &|child, _| ticks(child) > 10);
}

#[test]
fn a_watch_over_a_program_obeys_at_once() {
    let folder = folder();
    let mut watched = Command::new("sleep").arg("1000").spawn().unwrap();
    let words = format!("why {} --watch", watched.id());
    let at_work = |child: &Child, _: &str| ticks(child) > 2;
    all_obey(&[words.as_str()], folder.path(), &at_work);
    watched.kill().unwrap();
    watched.wait().unwrap();
}
