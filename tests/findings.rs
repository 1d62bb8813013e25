//! What `forklore findings` says of whole programs. No healthy program (tests/findings/healthy) gets a
//! finding above 'hint'; each broken one (tests/findings/broken) gets the one that its head names, and so
//! does each that hangs (tests/findings/hanging), at once. Every program runs under the real `trace`,
//! several at a time.
//!
//! Skipped with a message where there is no python3 of 3.8 or later. `FORKLORE_TEST_PYTHON` names one.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects"
)]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use forklore::sys::clock::monotonic_ns;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// Programs that run at the same time.
const TOGETHER: usize = 3;
/// A program that stands still is told of after a second; some never stand still as a whole.
const TOLD_BY: i64 = 6_000_000_000;
/// No program here takes a second on an idle machine.
const DEADLINE: Duration = Duration::from_secs(40);

/// A python3 that the programs are written for.
struct Python {
    program: String,
    version: (u32, u32),
}

fn python() -> Option<Python> {
    let program = std::env::var("FORKLORE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let ask = "import sys; print(*sys.version_info[:2])";
    let answer = Command::new(&program).args(["-c", ask]).output().ok()?;
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    let (major, minor) = answer.trim().split_once(' ')?;
    let version = (major.parse().ok()?, minor.parse().ok()?);
    if version < (3, 8) {
        eprintln!("skipped: {program} is older than 3.8");
        return None;
    }
    Some(Python { program, version })
}

/// The programs of a folder, in order.
fn programs(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/findings")
        .join(folder);
    let entries = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path());
    let mut programs: Vec<PathBuf> = entries.collect();
    programs.sort();
    programs
}

fn folder_of(program: &Path) -> &str {
    let folder = program.parent().and_then(Path::file_name);
    folder.and_then(std::ffi::OsStr::to_str).expect("a folder")
}

/// What became of a program.
struct Told {
    name: String,
    /// What the program was to say of itself: lines `# key: words` at its head.
    head: BTreeMap<String, String>,
    output: String,
    findings: Vec<Value>,
}

impl Told {
    fn says(&self, finding: &Value) -> String {
        let word = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        format!(
            "{}: {} {}: {}",
            self.name,
            word("certainty"),
            word("rule"),
            word("text")
        )
    }
}

/// Runs a program under `trace` with a recording, and asks for the findings of that.
fn run(python: &Python, program: &Path, folder: &Path) -> Told {
    let name = program
        .file_stem()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let text = fs::read_to_string(program).expect("a program");
    let head = text
        .lines()
        .filter_map(|line| line.strip_prefix("# ")?.split_once(": "));
    let head = head
        .map(|(key, words)| (key.to_owned(), words.to_owned()))
        .collect();
    let (recording, said) = (
        folder.join(format!("{name}.jsonl")),
        folder.join(format!("{name}.out")),
    );
    let output = File::create(&said).expect("a file");
    let child = Command::new(env!("CARGO_BIN_EXE_forklore"))
        .arg("trace")
        .arg("--record")
        .arg(&recording)
        .args(["--", &python.program])
        .arg(program)
        .env_remove("PYTHONUNBUFFERED")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(output.try_clone().expect("a descriptor"))
        .stderr(output)
        .spawn()
        .expect("forklore starts");
    if folder_of(program) == "hanging" {
        hangs(child, &said);
    } else {
        ends(child);
    }
    let mut output = String::new();
    File::open(said)
        .and_then(|mut file| file.read_to_string(&mut output))
        .expect("UTF-8");
    let told = Command::new(env!("CARGO_BIN_EXE_forklore"))
        .args(["findings", "--format", "json"])
        .arg(&recording)
        .output()
        .expect("forklore starts");
    let document: Value = serde_json::from_slice(&told.stdout).unwrap_or_else(|error| {
        panic!(
            "{name}: {error}: {}\n{output}",
            String::from_utf8_lossy(&told.stderr)
        )
    });
    assert_eq!(document["forklore_findings"], 1, "{name}");
    let findings = document["findings"].as_array().cloned().unwrap_or_default();
    Told {
        name,
        head,
        output,
        findings,
    }
}

/// Waits until `trace` has said why the program hangs, then has the run end.
fn hangs(mut child: Child, said: &Path) {
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a PID"));
    let deadline = monotonic_ns() + TOLD_BY;
    let told = || fs::read_to_string(said).is_ok_and(|text| text.contains("nothing goes on: "));
    let lives = |child: &mut Child| child.try_wait().is_ok_and(|end| end.is_none());
    while !told() && monotonic_ns() < deadline && lives(&mut child) {
        std::thread::park_timeout(Duration::from_millis(50));
    }
    // It may have ended this very moment.
    let _ = kill(pid, Signal::SIGTERM);
    ends(child);
}

/// Waits for the end; at the deadline the run is asked to end.
fn ends(mut child: Child) {
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a PID"));
    let (sender, receiver) = mpsc::channel();
    let waiter = std::thread::spawn(move || {
        let status = child.wait();
        // The receiver may have given up.
        let _ = sender.send(status.is_ok());
    });
    if receiver.recv_timeout(DEADLINE).is_err() {
        // It may have ended this very moment.
        let _ = kill(pid, Signal::SIGTERM);
    }
    waiter.join().expect("the waiting thread");
}

/// Runs all programs of a folder, a few at a time.
fn run_all(python: &Python, folder: &str) -> Vec<Told> {
    let temporary = tempfile::tempdir().expect("a folder");
    let programs = programs(folder);
    let (next, told) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(|| {
                while let Some(program) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = run(python, program, temporary.path());
                    told.lock().expect("no panic").push(one);
                }
            });
        }
    });
    told.into_inner().expect("no panic")
}

#[test]
fn no_healthy_program_gets_more_than_a_hint() {
    let Some(python) = python() else { return };
    let all = run_all(&python, "healthy");
    assert!(all.len() >= 60, "{} programs", all.len());
    let mut wrong = Vec::new();
    for told in &all {
        let sure = told
            .findings
            .iter()
            .filter(|finding| finding["certainty"] != "hint");
        wrong.extend(sure.map(|finding| told.says(finding)));
        let ended = told.output.trim_end().lines().last().unwrap_or_default();
        if !ended.contains("ended with exit code") && !told.output.contains("ended with exit code")
        {
            wrong.push(format!("{} did not end: {}", told.name, told.output));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_broken_program_gets_its_finding() {
    each_gets_its_finding("broken");
}

#[test]
fn every_hanging_program_gets_its_cause() {
    each_gets_its_finding("hanging");
}

fn each_gets_its_finding(folder: &str) {
    let Some(python) = python() else { return };
    let mut wrong = Vec::new();
    for told in run_all(&python, folder) {
        if let Some(reason) = misses(&python, &told) {
            let all: Vec<String> = told
                .findings
                .iter()
                .map(|finding| told.says(finding))
                .collect();
            wrong.push(format!("{}: {reason}\n  {}", told.name, all.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is missing of the finding that the program's head asks for.
fn misses(python: &Python, told: &Told) -> Option<String> {
    let below = told
        .head
        .get("below")
        .and_then(|below| below.split_once('.'));
    let below = below.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    if below.is_some_and(|below: (u32, u32)| python.version >= below) {
        return None;
    }
    let finds = told
        .head
        .get("finds")
        .expect("every broken program says what it finds");
    let mut words = finds.split(' ');
    let (rule, certainty) = (words.next(), words.next());
    let right = |finding: &&Value| {
        finding["rule"].as_str() == rule
            && certainty.is_none_or(|certainty| finding["certainty"].as_str() == Some(certainty))
    };
    let found: Vec<&Value> = told.findings.iter().filter(right).collect();
    if found.is_empty() {
        return Some(format!("no {finds}"));
    }
    let text: String = found.iter().map(|finding| told.says(finding)).collect();
    let says = told.head.get("says").map_or("", String::as_str);
    let missing = says.split(", ").find(|word| !text.contains(word));
    missing.map(|word| format!("not a word of '{word}'"))
}
