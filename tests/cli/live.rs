//! A run of the real binary that a test watches while it goes on, to damage it at a chosen moment.
//!
//! The test reads the events from the recording as it grows. The run has its own folder for run
//! directories, and a mark in its environment: afterwards nothing may be left of either.

use std::collections::BTreeMap;
use std::process::Child;

use forklore::trace::{Event, Exit, Kind, Op, Reader, Role, RunEnd};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::harness::{Said, ended, forklore};
use crate::marks::{assert_nothing_left, mark, marked, wait_until};

pub struct Live {
    child: Option<Child>,
    mark: String,
    folder: TempDir,
    /// Size of the recording, in bytes, when it was last read.
    length: usize,
    /// The events so far.
    pub seen: Vec<Event>,
}

/// A run that is over, with all its events.
#[derive(Debug)]
pub struct Over {
    pub said: Said,
    pub seen: Vec<Event>,
}

impl Live {
    /// `run` with these arguments.
    pub fn start(arguments: &[&str]) -> Live {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = forklore(&["run"]);
        command.args(arguments);
        command.arg("--record").arg(folder.path().join("recording"));
        let runs = folder.path().join("runs");
        std::fs::create_dir(&runs).expect("a folder");
        command.env("XDG_RUNTIME_DIR", &runs).env("TMPDIR", &runs);
        let mark = mark(&mut command);
        Live {
            child: Some(command.spawn().expect("it can be run")),
            mark,
            folder,
            length: 0,
            seen: Vec::new(),
        }
    }

    /// forklore's own PID.
    pub fn pid(&self) -> i32 {
        self.child.as_ref().expect("it runs").id().cast_signed()
    }

    /// The guard's PID: the main process's parent.
    pub fn guard(&mut self) -> i32 {
        self.started("MainProcess");
        let parent = self.seen.iter().find_map(|event| match &event.kind {
            Kind::ProcessStart(start) if start.role == Role::Main => Some(start.ppid),
            _ => None,
        });
        parent.expect("it was started")
    }

    /// Reads what is in the recording by now; its last line may be half written.
    fn read(&mut self) {
        let Ok(bytes) = std::fs::read(self.folder.path().join("recording")) else {
            return;
        };
        if bytes.len() == self.length {
            return;
        }
        self.length = bytes.len();
        let Ok(mut reader) = Reader::new(bytes.as_slice()) else {
            return;
        };
        self.seen.clear();
        while let Ok(Some(event)) = reader.next_event() {
            self.seen.push(event);
        }
    }

    /// Waits for an event.
    pub fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Event {
        self.until_nth(1, wanted)
    }

    /// Waits for the nth event of this kind.
    pub fn until_nth(&mut self, nth: usize, wanted: impl Fn(&Event) -> bool) -> Event {
        let mut found = None;
        wait_until(|| {
            self.read();
            let mut such = self.seen.iter().filter(|event| wanted(event));
            found = such.nth(nth - 1).cloned();
            found.is_some()
        });
        found.expect("it came")
    }

    /// Waits for a process of this name and returns its PID.
    pub fn started(&mut self, name: &str) -> i32 {
        self.until(|event| matches!(&event.kind, Kind::ProcessStart(start) if start.name == name))
            .pid
    }

    /// Waits for the lesson's nth process, main not counted.
    pub fn crowd(&mut self, count: usize) {
        self.until_nth(
            count,
            |event| matches!(&event.kind, Kind::ProcessStart(start) if start.role != Role::Main),
        );
    }

    /// Sends a signal to a living process of the run.
    #[track_caller]
    pub fn signal(&self, pid: i32, signal: Signal) {
        let ours = marked(&self.mark).contains(&pid.to_string());
        assert!(ours, "{pid} is no process of this run any more");
        kill(Pid::from_raw(pid), signal).expect("it lives");
    }

    #[track_caller]
    pub fn kill(&self, pid: i32) {
        self.signal(pid, Signal::SIGKILL);
    }

    /// As `kill`, at once and of one that may be gone: a process whose parent has ended may be collected.
    pub fn kill_if_there(&self, pid: i32) {
        if marked(&self.mark).contains(&pid.to_string()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }

    /// Waits for the end of the run: nothing may be left of it.
    #[track_caller]
    pub fn over(mut self) -> Over {
        let said = ended(self.child.take().expect("it runs"));
        assert_nothing_left(&self.mark);
        let runs = std::fs::read_dir(self.folder.path().join("runs")).expect("our folder");
        let left: Vec<_> = runs.flatten().map(|entry| entry.path()).collect();
        assert!(left.is_empty(), "{left:?}");
        self.read();
        Over {
            said,
            seen: self.seen,
        }
    }

    /// As `over`, when guard and forklore were killed: the next run removes the directory.
    #[track_caller]
    pub fn gone(mut self) {
        ended(self.child.take().expect("it runs"));
        assert_nothing_left(&self.mark);
    }
}

impl Over {
    #[track_caller]
    pub fn end(&self) -> &RunEnd {
        match self.seen.last().map(|event| &event.kind) {
            Some(Kind::End(end)) => end,
            _ => panic!("no end: {self:#?}"),
        }
    }

    /// How each process ended, by name.
    pub fn exits(&self) -> BTreeMap<&str, Exit> {
        let exits = self.seen.iter().filter_map(|event| match event.kind {
            Kind::ProcessExit(exit) => Some((event.proc?, exit)),
            _ => None,
        });
        let names = self.names();
        exits.map(|(proc, exit)| (names[&proc], exit)).collect()
    }

    fn names(&self) -> BTreeMap<u32, &str> {
        let starts = self.seen.iter().filter_map(|event| match &event.kind {
            Kind::ProcessStart(start) => Some((event.proc?, start.name.as_str())),
            _ => None,
        });
        starts.collect()
    }

    /// The words of the failed checks, in their order.
    pub fn failed(&self) -> Vec<&str> {
        let lines = self.said.out.lines();
        lines
            .filter_map(|line| line.strip_prefix("✗ FAILED  "))
            .collect()
    }

    #[track_caller]
    pub fn assert_told(&self, words: &[&str]) {
        for word in words {
            assert!(
                self.said.out.contains(word),
                "no {word:?} in {}{}",
                self.said.out,
                self.said.err
            );
        }
    }
}

/// The operation in an event, finished or about to block.
pub fn op_of(event: &Event) -> Option<&Op> {
    match &event.kind {
        Kind::Op(op) | Kind::OpEnd(op) | Kind::OpWait(op) => Some(op),
        _ => None,
    }
}
