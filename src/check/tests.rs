//! Every kind of check on a run that holds it and on one that breaks it, and that the detail says
//! which. `Run` writes the events of a run; `judge` evaluates one check of a small lesson.

mod lines;
mod objects;
mod predictions;
mod processes;
mod tasks;

use super::{Verdict, evaluate};
use crate::lesson::{CheckKind, Circumstances, Files, Lesson, Origin, Params};
use crate::model::World;
use crate::trace::{
    Engine, Event, Exit, Kind, Op, OpName, Output, ProcessStart, Role, RunEnd, RunStatus,
    StartMethod, Stream,
};

/// A run being written: a main process (0) and whoever is started; PIDs are 100 and up.
struct Run {
    world: World,
    seq: u64,
}

impl Run {
    fn new() -> Run {
        let mut run = Run {
            world: World::new(),
            seq: 0,
        };
        run.start(0, "MainProcess", Role::Main);
        run
    }

    /// Main and `n` children, `Process-1` …
    fn with_children(n: u32) -> Run {
        let mut run = Run::new();
        for child in 1..=n {
            run.start(child, &format!("Process-{child}"), Role::Process);
        }
        run
    }

    fn push(&mut self, proc: Option<u32>, kind: Kind) -> u64 {
        self.seq += 1;
        let pid = proc.map_or(0, |proc| 100 + i32::try_from(proc).unwrap());
        self.world.apply(&Event {
            seq: self.seq,
            t: i64::try_from(self.seq).unwrap() * 1_000_000,
            proc,
            pid,
            tid: None,
            kind,
        });
        self.seq
    }

    fn start(&mut self, proc: u32, name: &str, role: Role) -> &mut Run {
        let start = ProcessStart {
            ppid: if proc == 0 { 1 } else { 100 },
            name: name.to_owned(),
            role,
            daemon: false,
            method: StartMethod::Fork,
        };
        self.push(Some(proc), Kind::ProcessStart(start));
        self
    }

    fn exit(&mut self, proc: u32, code: i32) -> &mut Run {
        self.push(Some(proc), Kind::ProcessExit(Exit::Code(code)));
        self
    }

    fn killed(&mut self, proc: u32, signal: i32) -> &mut Run {
        self.push(Some(proc), Kind::ProcessExit(Exit::Signal(signal)));
        self
    }

    fn print(&mut self, proc: u32, line: &str) -> &mut Run {
        self.write(proc, Stream::Stdout, line)
    }

    fn write(&mut self, proc: u32, stream: Stream, line: &str) -> &mut Run {
        let output = Output {
            stream,
            data: format!("{line}\n").into_bytes(),
            at: None,
            left_out: None,
        };
        self.push(Some(proc), Kind::Output(output));
        self
    }

    fn op(&mut self, proc: u32, op: Op) -> &mut Run {
        self.push(Some(proc), Kind::Op(Box::new(op)));
        self
    }

    fn wait(&mut self, proc: u32, op: Op) -> &mut Run {
        self.push(Some(proc), Kind::OpWait(Box::new(op)));
        self
    }

    fn end(&mut self, status: RunStatus, ended: &[i32]) -> &mut Run {
        let end = RunEnd {
            status,
            detail: None,
            ended: ended.to_vec(),
        };
        self.push(None, Kind::End(end));
        self
    }

    /// Everybody exits with 0 and the run is over.
    fn finish(&mut self) -> &mut Run {
        let alive: Vec<u32> = self
            .world
            .processes()
            .filter(|process| process.is_alive())
            .map(|process| process.proc)
            .collect();
        for proc in alive.into_iter().rev() {
            self.exit(proc, 0);
        }
        self.end(RunStatus::Finished, &[])
    }
}

fn on(op: OpName, object: &str) -> Op {
    Op {
        op,
        object: Some(object.to_owned()),
        ..Op::default()
    }
}

/// A lesson of one parameter, `n` = 2, and what `rest` says.
fn lesson(rest: &str) -> Lesson {
    let manifest = format!(
        r#"
slug = "test"
order = 1
title = {{ en = "a", zh = "啊" }}
summary = {{ en = "a", zh = "啊" }}

[[parameters]]
name = "n"
kind = "int"
default = 2
min = 0
max = 9
label = {{ en = "n", zh = "数" }}

{rest}
"#
    );
    let files = Files {
        manifest: Some(manifest),
        python: "N = 2\n".to_owned(),
        ..Files::default()
    };
    Lesson::new("01-test", "lesson.toml", Origin::Embedded, files).unwrap()
}

fn verdicts(check: &str, world: &World) -> Vec<Verdict> {
    let lesson = lesson(&format!(
        "[[checks]]\nid = \"it\"\nwords = {{ en = \"it\", zh = \"它\" }}\n{check}\n"
    ));
    let params = Params::defaults(&lesson.manifest.parameters);
    evaluate(&lesson, &params, &Circumstances::default(), world)
}

/// Whether the check passed, and its detail; both languages have one.
fn judge(check: &str, run: &Run) -> (bool, String) {
    let found = verdicts(check, &run.world);
    assert_eq!(found.len(), 1, "{check}");
    assert!(!found[0].detail.zh.is_empty());
    (found[0].passed, found[0].detail.en.clone())
}

#[track_caller]
fn holds(check: &str, run: &Run) {
    let (passed, detail) = judge(check, run);
    assert!(passed, "{detail}");
}

#[track_caller]
fn breaks(check: &str, run: &Run, detail: &str) {
    assert_eq!(judge(check, run), (false, detail.to_owned()));
}

/// The text of the test of this name, in the files beside this one.
fn test_called(name: &str) -> Option<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/tests");
    let start = format!("#[test]\nfn {name}() {{\n");
    std::fs::read_dir(folder).unwrap().find_map(|entry| {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let (_, rest) = text.split_once(&start)?;
        rest.split("\n}\n").next().map(str::to_owned)
    })
}

#[test]
fn every_kind_has_a_run_that_holds_it_and_one_that_breaks_it() {
    for word in CheckKind::words() {
        let name = word.replace('-', "_");
        let text = test_called(&name).unwrap_or_else(|| panic!("no test is called {name}"));
        for needed in ["holds(", "breaks("] {
            assert!(text.contains(needed), "{name} lacks {needed}…)");
        }
    }
}

#[test]
fn a_check_whose_condition_is_false_is_left_out() {
    let mut run = Run::new();
    run.finish();
    let count = |when: &str| {
        let check = format!("kind = \"nothing-left\"\nwhen = \"{when}\"");
        verdicts(&check, &run.world).len()
    };
    assert_eq!(count("n == 2 and stdout == 'tty'"), 1);
    assert_eq!(count("n == 3"), 0);
    assert_eq!(count("stdout == 'pipe'"), 0);
}

#[test]
fn a_check_that_has_no_value_is_red_and_blames_the_lesson() {
    let check = "kind = \"lines-exact\"\nlines = [\"{1 % (n - 2)}\"]";
    let (passed, detail) = judge(check, &Run::new());
    assert!(!passed);
    assert!(
        detail.starts_with("the lesson is at fault: lesson.toml:15: in `1 % (n - 2)`"),
        "{detail}"
    );
}

#[test]
fn the_circumstances_of_a_recording_come_from_its_header() {
    let header = crate::trace::Header {
        engine: Engine::Python.into(),
        time_scale: 0.05,
        stdout: "pipe".into(),
        python: Some("3.11.7".into()),
        ..crate::trace::Header::of("lock")
    };
    let found = super::circumstances(&header);
    assert_eq!(
        (found.stdout.as_str(), found.engine),
        ("pipe", Engine::Python)
    );
    assert_eq!(found.python, 311);
}
