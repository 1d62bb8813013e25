//! `why`: programs that hang are explained from outside, programs that merely wait are left in peace.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use forklore::sys::clock;
use serde_json::Value;

use crate::harness::say;

/// A Python program in a process group of its own, ended with it.
struct Program {
    child: Child,
    _script: tempfile::NamedTempFile,
}

impl Program {
    /// `None` where there is no Python.
    fn start(text: &str) -> Option<Program> {
        let mut script = tempfile::Builder::new().suffix(".py").tempfile().unwrap();
        script.write_all(text.as_bytes()).unwrap();
        let child = Command::new("python3")
            .arg(script.path())
            .env_remove("PYTHONUNBUFFERED")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        Some(Program {
            child,
            _script: script,
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

#[test]
fn a_program_that_waits_for_something_outside_or_runs_is_not_called_stuck() {
    let programs: Vec<Program> = [SLEEPS, READS, ACCEPTS, BUSY]
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
