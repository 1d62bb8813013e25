//! A part of CPython's own tests under the real `trace` (tests/trace/suites.txt): none fails that passes
//! plainly. Skipped, with a word, where the interpreter doesn't carry them.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use forklore::engine::Run;
use forklore::engine::traced::{Buffering, TraceConfig};
use forklore::model::World;
use forklore::trace::{Exit, Kind, Stream};

use super::native::rest_within;
use super::python::Python;

const LIST: &str = include_str!("../trace/suites.txt");

/// No line of the list takes as long on an idle machine; on a busy one this is generous.
const DEADLINE: Duration = Duration::from_mins(3);

/// What tests/trace/suites.py ends with where there is no such module.
const ABSENT: i32 = 77;

fn argv(python: &Python, line: &str) -> Vec<OsString> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trace/suites.py");
    let mut argv = vec![OsString::from(&python.program), program.into()];
    argv.extend(line.split_whitespace().map(OsString::from));
    argv
}

/// Exit code and stderr of a traced run.
fn traced(argv: Vec<OsString>) -> (Option<Exit>, String) {
    let mut run = Run::trace(TraceConfig {
        argv,
        buffering: Buffering::Blocks,
        input: None,
        forklore: Some(PathBuf::from(env!("CARGO_BIN_EXE_forklore"))),
        environment: Vec::new(),
        wait: false,
    })
    .expect("it starts");
    let mut world = World::new();
    let mut said = String::new();
    for event in rest_within(&mut run, DEADLINE) {
        world.apply(&event);
        match &event.kind {
            Kind::Output(output) if output.stream == Stream::Stderr => {
                said.push_str(&String::from_utf8_lossy(&output.data));
            }
            _ => {}
        }
    }
    let exit = world.process(0).and_then(forklore::model::Process::exit);
    (exit, said)
}

/// The tests that failed, by `unittest`'s headings; all of it where it does not say which.
fn failed(said: &str) -> BTreeSet<&str> {
    let heading = |line: &&str| line.starts_with("FAIL: ") || line.starts_with("ERROR: ");
    let failed: BTreeSet<&str> = said.lines().filter(heading).collect();
    if failed.is_empty() {
        BTreeSet::from([said])
    } else {
        failed
    }
}

#[test]
fn cpythons_own_tests_pass_under_trace_as_they_do_plainly() {
    let Some(python) = Python::find() else { return };
    let mut wrong = Vec::new();
    for line in LIST.lines().filter(|line| !line.starts_with('#')) {
        let (exit, said) = traced(argv(&python, line));
        match exit {
            Some(Exit::Code(0)) => {}
            Some(Exit::Code(ABSENT)) => {
                eprintln!("skipped: {} doesn't carry {line}", python.program);
            }
            _ => {
                let argv = argv(&python, line);
                let plainly = Command::new(&argv[0]).args(&argv[1..]).output();
                let plainly = plainly.expect("python runs").stderr;
                let plainly = String::from_utf8_lossy(&plainly);
                let more: Vec<&str> = failed(&said)
                    .difference(&failed(&plainly))
                    .copied()
                    .collect();
                if !more.is_empty() {
                    wrong.push(format!("{line}: {exit:?} {more:?}\n{said}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
