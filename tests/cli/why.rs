//! `why`: programs that hang are explained from outside, programs that merely wait are left in peace.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use forklore::sys::clock;
use serde_json::Value;

use crate::harness::say;

/// A Python program in a process group of its own, ended with it.
struct Program {
    child: Child,
    /// Its script, where it has no file of its own, and what it makes.
    _folder: tempfile::TempDir,
}

impl Program {
    /// `None` where there is no Python.
    fn start(text: &str) -> Option<Program> {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("program.py");
        fs::write(&script, text).unwrap();
        Program::run(&script, folder)
    }

    /// Runs a script that makes its files in a folder.
    fn run(script: &Path, folder: tempfile::TempDir) -> Option<Program> {
        let child = Command::new("python3")
            .arg(script)
            .env("TMPDIR", folder.path())
            .env_remove("PYTHONUNBUFFERED")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        Some(Program {
            child,
            _folder: folder,
        })
    }

    fn look(&self) -> Value {
        let said = say(&["why", &self.child.id().to_string(), "--format", "json"]);
        serde_json::from_str(&said.out).unwrap_or_else(|_| Value::from(said.err))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let group = nix::unistd::Pid::from_raw(self.child.id().cast_signed());
        let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

/// What is wrong with a program, once something is; `None` where there is no Python.
fn wrong(text: &str) -> Option<Value> {
    let program = Program::start(text)?;
    let deadline = clock::deadline(Duration::from_secs(20)).unwrap();
    loop {
        let seen = program.look();
        let first = &seen["findings"][0];
        if first["certainty"] == "certain" {
            return Some(first.clone());
        }
        assert!(clock::monotonic_ns() < deadline, "{text}\n{seen}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

const LOCKS: &str = "
import multiprocessing as mp
def f(first, second, met):
    with first:
        met.wait()
        with second: pass
if __name__ == '__main__':
    a, b, met = mp.Lock(), mp.RLock(), mp.Barrier(2)
    for pair in ((a, b), (b, a)):
        mp.Process(target=f, args=(*pair, met)).start()
";

const OWNER: &str = "
import multiprocessing as mp, os
def f(guard):
    guard.acquire()
    os.kill(os.getpid(), 9)
if __name__ == '__main__':
    guard = mp.Lock()
    p = mp.Process(target=f, args=(guard,)); p.start(); p.join()
    guard.acquire()
";

const UNREAD: &str = "
import multiprocessing as mp
def f(out): out.put('x' * 300_000)
if __name__ == '__main__':
    out = mp.Queue()
    p = mp.Process(target=f, args=(out,)); p.start()
    p.join()
";

const LOST: &str = "
import multiprocessing as mp, os
def f(n): return os._exit(3) if n == 2 else n
if __name__ == '__main__':
    with mp.Pool(2) as pool:
        pool.map(f, range(4), chunksize=1)
";

const FORKED: &str = "
import os, threading
held = threading.Lock()
taken, done = threading.Event(), threading.Event()
def hold():
    with held:
        taken.set(); done.wait()
threading.Thread(target=hold, daemon=True).start()
taken.wait()
child = os.fork()
if child == 0: held.acquire()
os.waitpid(child, 0)
";

const PIPE: &str = "
import subprocess, sys
p = subprocess.Popen([sys.executable, '-c', 'print(\"x\" * 200000)'], stdout=subprocess.PIPE)
p.wait()
";

#[test]
fn a_hang_is_told_by_its_cause_with_object_line_and_processes() {
    for (program, rule, object, line, says) in [
        (LOCKS, "lock-order", "b", 6, "b (RLock)"),
        (OWNER, "owner-died", "guard", 9, "was killed by SIGKILL"),
        (UNREAD, "queue-not-drained", "out", 7, "waits for Process-1"),
        (
            LOST,
            "task-lost",
            "pool",
            6,
            "the first missing is number 2",
        ),
        (FORKED, "lock-copied-by-fork", "held", 11, "moment of fork"),
        (PIPE, "pipe-full", "", 4, "65536 bytes are unread"),
    ] {
        let Some(found) = wrong(program) else {
            println!("skipped: no python3 here");
            return;
        };
        assert_eq!(found["rule"], rule, "{found}");
        assert_eq!(found["kind"], "hang", "{found}");
        assert!(found["text"].as_str().unwrap().contains(says), "{found}");
        assert!(!found["pids"].as_array().unwrap().is_empty(), "{found}");
        let places = found["places"].to_string();
        assert!(places.contains(&format!(".py:{line}\"")), "{found}");
        let objects = found["objects"].to_string();
        assert!(
            object.is_empty() || objects.contains(&format!("\"{object}\"")),
            "{found}"
        );
    }
}

/// A program of tests/cli/why. Its head says what is found: `# finds: rule` (or `rule|rule`; `hint` where
/// it is no more than that) and `# says:` words of the finding.
fn is_told(script: &Path) -> Result<(), String> {
    let text = fs::read_to_string(script).unwrap();
    let head = |key: &str| {
        let mut lines = text.lines();
        lines
            .find_map(|line| line.strip_prefix(key))
            .unwrap_or_default()
    };
    let (rules, sure) = match head("# finds: ").split_once(' ') {
        Some((rules, least)) => (rules, least != "hint"),
        None => (head("# finds: "), true),
    };
    let Some(program) = Program::run(script, tempfile::tempdir().unwrap()) else {
        return Ok(());
    };
    let deadline = clock::deadline(Duration::from_secs(20)).unwrap();
    loop {
        let seen = program.look();
        let found = seen["findings"].as_array().into_iter().flatten();
        let mut fitting = found.filter(|finding| {
            rules.split('|').any(|rule| finding["rule"] == rule)
                && (!sure || finding["certainty"] == "certain")
                && finding.to_string().contains(head("# says: ").trim())
        });
        if fitting.next().is_some() {
            return Ok(());
        }
        if clock::monotonic_ns() > deadline {
            return Err(format!("{}: {seen}", script.display()));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn each_kind_of_hang_is_told_by_its_cause() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/why");
    let scripts = fs::read_dir(folder).unwrap();
    let scripts: Vec<PathBuf> = scripts.map(|entry| entry.unwrap().path()).collect();
    assert!(scripts.len() > 30);
    let (next, untold) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(script) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    untold.lock().unwrap().extend(is_told(script).err());
                }
            });
        }
    });
    let untold = untold.into_inner().unwrap();
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

#[test]
fn a_recorded_look_has_its_findings() {
    let Some(program) = Program::start(OWNER) else {
        println!("skipped: no python3 here");
        return;
    };
    let deadline = clock::deadline(Duration::from_secs(20)).unwrap();
    while program.look()["findings"][0]["certainty"] != "certain" {
        assert!(clock::monotonic_ns() < deadline);
        std::thread::sleep(Duration::from_millis(50));
    }
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("look.jsonl");
    let recording = recording.to_str().unwrap();
    let seen = program.look();
    say(&[
        "why",
        &program.child.id().to_string(),
        "--record",
        recording,
    ]);
    let told = say(&["findings", recording, "--format", "json"]);
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(told["findings"], seen["findings"]);
    let played = say(&["replay", recording, "--headless"]);
    let all = played.out + &played.err;
    assert!(all.contains("was killed by SIGKILL"), "{all}");
    let chinese = say(&["--lang", "zh", "findings", recording]);
    assert!(chinese.out.contains("没有释放就结束了"), "{}", chinese.out);
}

const SLEEPS: &str = "
import multiprocessing as mp, time
if __name__ == '__main__':
    with mp.Pool(2) as pool: pool.map(time.sleep, [60] * 2)
";

const READS: &str = "
import multiprocessing as mp
if __name__ == '__main__':
    with mp.Pool(2) as pool:
        pool.map(abs, range(4))
        input()
";

const ACCEPTS: &str = "
import socket
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); s.accept()
";

const BUSY: &str = "
import multiprocessing as mp
def f(c):
    while True: c.send(c.recv())
if __name__ == '__main__':
    a, b = mp.Pipe()
    mp.Process(target=f, args=(b,), daemon=True).start()
    while True: a.send(1); a.recv()
";

/// The write end of the pipe is in a message that nobody has received yet.
const ON_ITS_WAY: &str = "
import array, os, socket
r, w = os.pipe()
a, b = socket.socketpair()
a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [w]))])
os.close(w)
os.read(r, 1)
";

const NOT_ACCEPTED_YET: &str = "
import os, socket, time
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
if os.fork() == 0:
    time.sleep(600); s.accept()
socket.create_connection(s.getsockname()).recv(1)
";

#[test]
fn a_program_that_waits_for_something_outside_or_runs_is_not_called_stuck() {
    let programs: Vec<Program> = [SLEEPS, READS, ACCEPTS, BUSY, ON_ITS_WAY, NOT_ACCEPTED_YET]
        .into_iter()
        .filter_map(Program::start)
        .collect();
    for _ in 0..6 {
        for program in &programs {
            let seen = program.look();
            let told = seen["findings"].as_array().expect("a document");
            let sure = told.iter().filter(|finding| finding["certainty"] != "hint");
            assert_eq!(sure.count(), 0, "{seen}");
        }
    }
}

#[test]
fn what_can_t_be_looked_at_is_said_with_what_to_do() {
    for (given, code, says) in [
        ("999999999", 3, "no process 999999999 runs"),
        ("no such program", 3, "no program by the name"),
    ] {
        let said = say(&["why", given]);
        assert_eq!(
            (said.code, said.out.as_str()),
            (Some(code), ""),
            "{}",
            said.err
        );
        assert!(said.err.contains(says), "{}", said.err);
    }
}

#[test]
fn a_thread_is_known_by_its_number() {
    let Some(program) = Program::start("import threading\nthreading.Thread(target=input).start()")
    else {
        println!("skipped: no python3 here");
        return;
    };
    let pid = program.child.id();
    let tasks = format!("/proc/{pid}/task");
    let deadline = clock::deadline(Duration::from_secs(20)).unwrap();
    let thread = loop {
        let numbers = fs::read_dir(&tasks).unwrap();
        let mut numbers = numbers.filter_map(|entry| entry.unwrap().file_name().into_string().ok());
        if let Some(thread) = numbers.find(|number| *number != pid.to_string()) {
            break thread;
        }
        assert!(clock::monotonic_ns() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    };
    let said = say(&["why", &thread, "--format", "json"]);
    let seen: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(seen["processes"][0]["pid"], pid);
}

#[test]
fn a_process_without_python_has_its_line() {
    let mut cat = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let said = say(&["why", &cat.id().to_string()]);
    drop(cat.stdin.take());
    cat.wait().unwrap();
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(
        said.out.contains("waits for input from outside"),
        "{}",
        said.out
    );
}
