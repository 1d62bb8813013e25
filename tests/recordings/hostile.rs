//! Recordings made to harm, against everything that reads one: bounded memory and time, no escape for
//! the terminal, a sentence and the right exit code. And every long way through a recording can be
//! stopped in its middle.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use forklore::sys::clock;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::harness::{Said, ended, finish, forklore, plain};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/format-1.jsonl");
const HEADER: &str = include_str!("../golden/format-1.jsonl");
/// Address space a command may take, KiB: threads reserve much of it and use little.
const MEMORY: u32 = 2_000_000;
/// Longer than any of them takes on a busy machine, in a build that isn't optimised.
const PATIENCE: Duration = Duration::from_mins(1);

fn write(path: &Path, header: &Value, events: impl IntoIterator<Item = Value>) {
    let mut head: Value = serde_json::from_str(HEADER.lines().next().unwrap()).unwrap();
    if let (Some(head), Some(other)) = (head.as_object_mut(), header.as_object()) {
        head.extend(other.clone());
    }
    let mut text = format!("{head}\n");
    for (index, mut event) in events.into_iter().enumerate() {
        event["seq"] = json!(index + 1);
        if event.get("t").is_none() {
            event["t"] = json!(index * 1000);
        }
        let _ = writeln!(text, "{event}");
    }
    std::fs::write(path, text).unwrap();
}

fn start(proc: u32, name: &str) -> Value {
    json!({"proc": proc, "pid": proc + 100, "kind": "process.start", "ppid": 1, "name": name, "role": "process"})
}

fn op(proc: u32, kind: &str, op: &str, object: &str, args: &Value) -> Value {
    json!({"proc": proc, "pid": proc + 100, "kind": kind, "op": op, "object": object, "args": args})
}

/// Runs the command on a memory diet.
fn bounded(arguments: &[&str]) -> Said {
    let mut shell = Command::new("sh");
    let script = format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_forklore")]);
    shell.args(arguments);
    plain(&mut shell);
    finish(&mut shell)
}

/// Reads it in every way there is.
fn read(path: &Path) {
    let path = path.to_str().unwrap();
    for words in [
        &["replay", "--headless", path][..],
        &["export", path, "--to", "csv"],
        &["export", path, "--to", "perfetto"],
        &["export", path, "--to", "svg"],
        &["export", path, "--to", "asciicast"],
        &["export", path, "--to", "asciicast", "--screen", "80x24"],
        &["compare", path, GOLDEN],
    ] {
        let begun = clock::instant();
        let said = bounded(words);
        assert!(
            matches!(said.code, Some(0 | 1 | 4)),
            "{words:?}: {:?} {}",
            said.code,
            said.err
        );
        assert!(
            begun.elapsed() < PATIENCE,
            "{words:?}: {:?}",
            begun.elapsed()
        );
        let escape = |c: &char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert_eq!(said.err.chars().find(escape), None, "{words:?}");
        // What is told in words ends somewhere; an export is as long as its events.
        assert!(said.err.len() < 100_000, "{words:?}: {}", said.err.len());
        if !words.contains(&"export") {
            assert_eq!(said.out.chars().find(escape), None, "{words:?}");
        }
        if said.code == Some(4) {
            assert!(!said.err.trim().is_empty(), "{words:?}");
        }
    }
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.jsonl");
    (folder, path)
}

#[test]
fn a_header_that_names_a_file_without_an_end_makes_nobody_read_it() {
    let (_folder, path) = folder();
    for file in [
        "/proc/self/pagemap",
        "/proc/kmsg",
        "/dev/zero",
        "/dev/stdin",
    ] {
        let header = json!({"engine": "trace", "lesson": "x", "argv": ["sh", file]});
        write(&path, &header, [start(0, "sh")]);
        read(&path);
        let film = ["--to", "asciicast", "--screen", "80x24", "--source"];
        let words = [&["export", path.to_str().unwrap()], &film[..]].concat();
        assert_eq!(bounded(&words).code, Some(4), "{file}");
    }
}

#[test]
fn names_of_megabytes() {
    let (_folder, path) = folder();
    write(
        &path,
        &json!({}),
        (0..10).map(|proc| start(proc, &"n".repeat(2_000_000))),
    );
    read(&path);
}

#[test]
fn processes_without_end() {
    let (_folder, path) = folder();
    write(&path, &json!({}), (0..20_000).map(|proc| start(proc, "P")));
    read(&path);
}

#[test]
fn all_wait_for_one_lock() {
    let (_folder, path) = folder();
    let starts = (0..3000).map(|proc| start(proc, "P"));
    let waits = (0..3000).map(|proc| op(proc, "op.wait", "acquire", "RLock-1", &json!({})));
    let gets = (0..3000).map(|proc| op(proc, "op", "acquire", "RLock-1", &json!({})));
    write(&path, &json!({}), starts.chain(waits).chain(gets));
    read(&path);
}

#[test]
fn times_at_both_ends() {
    let (_folder, path) = folder();
    let sleep = |n: i64| {
        let t = if n % 2 == 0 { i64::MAX } else { i64::MIN };
        json!({"t": t, "proc": 0, "pid": 100, "kind": "op.wait", "op": "sleep", "args": {"timeout": 1e308}})
    };
    let end = json!({"t": i64::MAX, "kind": "end", "status": "finished"});
    let events = std::iter::once(start(0, "M"))
        .chain((0..500).map(sleep))
        .chain([end]);
    write(
        &path,
        &json!({"time_scale": 1e308, "started": 1e308}),
        events,
    );
    read(&path);
}

#[test]
fn numbers_beyond_all_sense() {
    let (_folder, path) = folder();
    let most = json!({"n": i64::MAX});
    let class = |class: &str| json!({"class": class, "n": i64::MAX, "values": ["1"]});
    let mut events = vec![start(0, "M")];
    for name in ["Pool", "Array", "Barrier", "Semaphore", "Queue"] {
        events.push(op(0, "op", "create", &format!("{name}-1"), &class(name)));
    }
    let task = |task: u64| json!({"task": task, "n": i64::MAX});
    for n in 0..500 {
        events.push(op(0, "op", "submit", "Pool-1", &task(n)));
        events.push(op(0, "op", "result.ready", "Pool-1", &task(n)));
        events.push(op(0, "op", "result.get", "Pool-1", &task(n)));
        events.push(op(0, "op.wait", "result.wait", "Pool-1", &task(u64::MAX)));
    }
    events.push(op(0, "op", "notify", "Condition-1", &most));
    for index in [i64::MAX, i64::MIN] {
        let args = json!({"index": index, "n": i64::MAX, "value": "1", "values": ["1"]});
        events.push(op(0, "op", "set", "Array-1", &args));
        events.push(op(0, "op", "set_slice", "Array-1", &args));
    }
    write(&path, &json!({"cpus": u32::MAX}), events);
    read(&path);
}

#[test]
fn signs_that_steer_a_terminal() {
    let (_folder, path) = folder();
    let evil = "\u{202e}\u{2066}\u{9b}2J\u{1b}]0;x\u{7}\u{1b}[2J\u{ffff}\u{200f}\u{301}".repeat(20);
    let events = [
        start(0, &evil),
        op(
            0,
            "op",
            "create",
            &evil,
            &json!({"class": evil, "name": evil}),
        ),
        json!({"proc": 0, "pid": 100, "kind": "output", "stream": "stdout", "data": evil}),
        json!({"kind": "fault", "fault": "other", "detail": evil}),
        json!({"kind": "marker", "text": evil}),
        json!({"kind": "end", "status": "failed", "detail": evil}),
    ];
    write(
        &path,
        &json!({"lesson": evil, "version": evil, "kernel": evil, "stdout": evil}),
        events,
    );
    read(&path);
}

#[test]
fn a_header_without_measure() {
    let (_folder, path) = folder();
    let params: serde_json::Map<_, _> = (0..5000)
        .map(|n| (n.to_string(), json!("x".repeat(500))))
        .collect();
    let argv = vec!["x".repeat(50_000); 20];
    write(
        &path,
        &json!({"params": params, "argv": argv, "engine": "trace"}),
        [start(0, "M")],
    );
    read(&path);
}

#[test]
fn ends_after_the_end() {
    let (_folder, path) = folder();
    let pids: Vec<i32> = (0..10_000).collect();
    let end = || json!({"kind": "end", "status": "finished", "ended": pids});
    let exit =
        |n: u32| json!({"proc": n % 7, "pid": i32::MIN, "kind": "process.exit", "code": i32::MIN});
    let reaped = |n: u32| json!({"proc": n % 7, "pid": -1, "kind": "process.reaped", "by": -1, "signal": i32::MAX});
    let events = (0..20)
        .map(|_| end())
        .chain((0..2000).map(exit))
        .chain((0..2000).map(reaped));
    write(&path, &json!({}), events);
    read(&path);
}

#[test]
fn rows_of_ps_without_end() {
    let (_folder, path) = folder();
    let gone: Vec<i32> = (0..1000).collect();
    let long = "c".repeat(5000);
    let row = |pid: u32| json!({"pid": pid, "ppid": 1, "user": long, "cpu": u32::MAX, "mem": u32::MAX, "vsz": u64::MAX, "rss": u64::MAX, "tty": long, "stat": "Z", "start": "s", "time": "t", "command": long});
    let rows = |n: u32| json!({"kind": "ps", "rows": (0..10).map(|k| row(n * 10 + k)).collect::<Vec<_>>(), "gone": gone});
    write(&path, &json!({}), (0..40).map(rows));
    read(&path);
}

#[test]
fn output_of_everybody_without_end() {
    let (_folder, path) = folder();
    let lines = |_| json!({"proc": 0, "pid": 100, "kind": "output", "stream": "stdout", "data": "\n".repeat(60_000), "left_out": [u64::MAX, u64::MAX]});
    let byte = |n: u32| json!({"proc": n, "pid": n + 100, "kind": "output", "stream": "stderr", "data_b64": "/w=="});
    write(
        &path,
        &json!({}),
        (0..10).map(lines).chain((0..3000).map(byte)),
    );
    read(&path);
}

#[test]
fn objects_without_end() {
    let (_folder, path) = folder();
    let args =
        json!({"class": "Queue", "name": "q".repeat(900), "value": "v".repeat(900), "item": "1:1"});
    let made = |n: u32| op(0, "op", "create", &format!("Queue-{n}"), &args);
    let put = |n: u32| op(0, "op", "put", &format!("Queue-{n}"), &args);
    write(
        &path,
        &json!({}),
        (0..3000).map(made).chain((0..3000).map(put)),
    );
    read(&path);
}

/// How far the process has read a file.
fn bytes_read(pid: Pid, path: &str) -> u64 {
    let fds = std::fs::read_dir(format!("/proc/{pid}/fd"));
    let place = |fd: std::fs::DirEntry| {
        let file = std::fs::read_link(fd.path()).ok()?;
        let info = format!("/proc/{pid}/fdinfo/{}", fd.file_name().to_str()?);
        let info = std::fs::read_to_string(info).ok()?;
        let place = info.lines().find_map(|line| line.strip_prefix("pos:"))?;
        (file == Path::new(path)).then(|| place.trim().parse().ok())?
    };
    let places = fds.into_iter().flatten().flatten().filter_map(place);
    places.max().unwrap_or(0)
}

/// Each long way through a recording ends within half a second of the signal, by it.
#[test]
fn every_long_way_through_a_recording_can_be_stopped_in_its_middle() {
    let (folder, path) = folder();
    let line = |n: u32| json!({"proc": n % 50, "pid": n % 50 + 100, "kind": "output", "stream": "stdout", "data": format!("line {n}\n")});
    write(&path, &json!({}), (0..150_000).map(line));
    let (path, other) = (path.to_str().unwrap(), folder.path().join("out"));
    let other = other.to_str().unwrap();
    let signals = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];
    for words in [
        &["replay", "--headless", path, "--speed", "0.125"][..],
        &["export", path, "--to", "csv", "--output", other],
        &["export", path, "--to", "perfetto", "--output", other],
        &["export", path, "--to", "svg", "--output", other],
        &["export", path, "--to", "asciicast", "--output", other],
        &[
            "export",
            path,
            "--to",
            "asciicast",
            "--screen",
            "--output",
            other,
        ],
        &["compare", path, path],
    ] {
        for signal in signals {
            // Nobody reads what is printed: a full pipe would hold the reader of the recording as well.
            let child = forklore(words).stdout(Stdio::null()).spawn().unwrap();
            let pid = Pid::from_raw(child.id().cast_signed());
            let deadline = clock::instant() + PATIENCE;
            while bytes_read(pid, path) < 1 << 20 {
                assert!(clock::instant() < deadline, "{words:?}: it does not read");
                std::thread::yield_now();
            }
            let begun = clock::instant();
            kill(pid, signal).unwrap();
            let said = ended(child);
            let took = begun.elapsed();
            assert!(
                took < Duration::from_millis(500),
                "{words:?} {signal}: {took:?}"
            );
            assert!(
                said.code.is_none() || said.code == Some(128 + signal as i32),
                "{words:?} {signal}: {:?}",
                said.code
            );
        }
    }
}
