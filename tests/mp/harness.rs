//! Runs one case: the stage's side, and the runner's side with its small supervisor.
//!
//! A traced case gets an event channel. The runner answers the start handshakes and keeps the events in
//! order. If the case is gated, it grants the announced operations in the order in which they arrive.

use std::collections::HashMap;
use std::ffi::CString;
use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::process::ExitCode;
use std::time::Duration;

use forklore::model::{AnomalyKind, World};
use forklore::mp;
use forklore::sys::{clock, socket};
use forklore::trace::{Event, Exit, Kind, Op, read_packet};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};

/// How long a case may take before it counts as hung and is killed.
const DEADLINE: Duration = Duration::from_mins(1);

/// How a case is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trace {
    Off,
    On,
}

/// A program and a check of its result.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub trace: Trace,
    pub program: fn() -> mp::Result<()>,
    pub check: fn(&Finished),
    /// Buffering of the program's prints.
    pub line_buffered: bool,
}

impl Case {
    /// A case run without tracing.
    pub fn plain(name: &str, program: fn() -> mp::Result<()>, check: fn(&Finished)) -> Case {
        Case {
            name: name.to_owned(),
            trace: Trace::Off,
            program,
            check,
            line_buffered: true,
        }
    }

    /// A case run with tracing on, gate open.
    pub fn traced(name: &str, program: fn() -> mp::Result<()>, check: fn(&Finished)) -> Case {
        Case {
            trace: Trace::On,
            ..Case::plain(name, program, check)
        }
    }

    /// The same case with block-buffered prints.
    pub fn piped(self) -> Case {
        Case {
            line_buffered: false,
            ..self
        }
    }
}

/// The result of a case.
#[derive(Debug)]
pub struct Finished {
    pub stdout: String,
    pub stderr: String,
    pub exit: Exit,
    /// In the order they were received; `pid` is the kernel's.
    pub events: Vec<Event>,
}

impl Finished {
    /// Asserts a clean end.
    pub fn ok(&self) {
        assert_eq!(
            (self.exit, self.stderr.as_str()),
            (Exit::Code(0), ""),
            "{self:#?}"
        );
    }

    /// Lines of stdout.
    pub fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }

    /// Lines of stdout, sorted: for output whose order is not defined.
    pub fn sorted(&self) -> Vec<&str> {
        let mut lines = self.lines();
        lines.sort_unstable();
        lines
    }

    /// All finished operations with the PID they happened in.
    pub fn ops(&self) -> Vec<(i32, &Op)> {
        self.events
            .iter()
            .filter_map(|event| match &event.kind {
                Kind::Op(op) | Kind::OpEnd(op) => Some((event.pid, &**op)),
                _ => None,
            })
            .collect()
    }

    /// The folded log; processes are numbered in the order of their first events.
    pub fn world(&self) -> World {
        let mut world = World::new();
        let mut births = Vec::new();
        for (event, seq) in self.events.iter().zip(1..) {
            let known = births.iter().position(|pid| *pid == event.pid);
            let proc = known.unwrap_or_else(|| {
                births.push(event.pid);
                births.len() - 1
            });
            world.apply(&Event {
                seq,
                proc: u32::try_from(proc).ok(),
                ..event.clone()
            });
        }
        world
    }

    /// Asserts that the log does not contradict itself. (This small supervisor reports no exits, so
    /// what a parent reports of a child's end is left out.)
    pub fn no_contradictions(&self) {
        let world = self.world();
        let found: Vec<_> = world
            .anomalies()
            .iter()
            .filter(|anomaly| {
                !matches!(
                    anomaly.kind,
                    AnomalyKind::ReapedAlive | AnomalyKind::JoinedAlive { .. }
                )
            })
            .collect();
        assert!(found.is_empty(), "{found:?}");
    }

    /// Asserts that each object's `ver` runs 1, 2, 3 … in the order of the log.
    pub fn versions_are_in_order(&self) {
        let mut last: HashMap<&str, u64> = HashMap::new();
        for (pid, op) in self.ops() {
            if let (Some(object), Some(ver)) = (&op.object, op.ver) {
                let due = last.entry(object).or_insert(0);
                *due += 1;
                assert_eq!(ver, *due, "{object} {} of {pid}", op.op);
            }
        }
        assert!(!last.is_empty(), "no operation carried a ver");
    }
}

/// The stage's side: runs the program of the case as a main process and does not return.
pub fn stage(cases: &[Case], name: &str, channel: Option<&str>) -> ExitCode {
    let Some(case) = cases.iter().find(|case| case.name == name) else {
        return ExitCode::from(2);
    };
    mp::configure(mp::Settings {
        title: "mp-test".to_owned(),
        line_buffered: case.line_buffered,
        dir: std::env::temp_dir(),
        ..mp::Settings::default()
    });
    if let Some(channel) = channel.and_then(|channel| channel.parse().ok()) {
        mp::tracer::connect(channel, None, 0);
    }
    mp::exit_main(mp::run_main(0, case.program))
}

/// Runs a case and checks it.
pub fn run(case: &Case) {
    let finished = execute(case);
    (case.check)(&finished);
}

fn pipe() -> (OwnedFd, OwnedFd) {
    nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).expect("a pipe")
}

fn execute(case: &Case) -> Finished {
    let (stdout, stdout_writer) = pipe();
    let (stderr, stderr_writer) = pipe();
    let (reader, writer) = socket::event_channel().expect("an event channel");
    let mut actions = nix::spawn::PosixSpawnFileActions::init().expect("file actions");
    actions
        .add_dup2(stdout_writer.as_raw_fd(), 1)
        .expect("stdout");
    actions
        .add_dup2(stderr_writer.as_raw_fd(), 2)
        .expect("stderr");
    let mut args = vec!["mp-test", "__case", &case.name];
    if case.trace == Trace::On {
        actions
            .add_dup2(writer.as_raw_fd(), 3)
            .expect("event channel");
        args.push("3");
    } else {
        args.push("-");
    }
    let exe = std::env::current_exe().expect("own path");
    // Room for the title that the stage writes over its arguments.
    let padding = " ".repeat(120);
    args.push(&padding);
    let args: Vec<CString> = args
        .iter()
        .map(|arg| CString::new(*arg).expect("no NUL"))
        .collect();
    let env: Vec<CString> = std::env::vars()
        .map(|(key, value)| CString::new(format!("{key}={value}")).expect("no NUL"))
        .collect();
    let attr = nix::spawn::PosixSpawnAttr::init().expect("spawn attributes");
    let pid = nix::spawn::posix_spawn(exe.as_path(), &actions, &attr, &args, &env)
        .expect("the stage starts");
    drop((stdout_writer, stderr_writer, writer));
    let out = std::thread::spawn(move || read_all(stdout));
    let err = std::thread::spawn(move || read_all(stderr));
    let events = std::thread::spawn(move || collect(&reader));
    let exit = wait_for(pid, &case.name);
    Finished {
        stdout: out.join().expect("stdout is read"),
        stderr: err.join().expect("stderr is read"),
        exit,
        events: events.join().expect("events are read"),
    }
}

fn wait_for(pid: nix::unistd::Pid, name: &str) -> Exit {
    let end = clock::deadline(DEADLINE).expect("a time the clock counts");
    loop {
        match waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG).expect("own child")
        {
            WaitStatus::Exited(_, code) => return Exit::Code(code),
            WaitStatus::Signaled(_, signal, _) => return Exit::Signal(signal as i32),
            _ if clock::monotonic_ns() > end => {
                let _ = nix::sys::signal::kill(pid, nix::sys::signal::SIGKILL);
                panic!("{name} did not end in {DEADLINE:?}");
            }
            _ => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

fn read_all(fd: OwnedFd) -> String {
    let mut text = String::new();
    File::from(fd)
        .read_to_string(&mut text)
        .expect("the program prints UTF-8");
    text
}

/// Reads events until the last writer is gone, and answers the start handshakes.
fn collect(reader: &OwnedFd) -> Vec<Event> {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    let mut inbox = socket::Inbox::new(64, 256 << 10);
    let mut gates = Vec::new();
    let mut events = Vec::new();
    loop {
        let _ = poll(
            &mut [PollFd::new(reader.as_fd(), PollFlags::POLLIN)],
            PollTimeout::NONE,
        );
        let Ok(count) = inbox.receive(reader.as_fd()) else {
            continue;
        };
        for index in 0..count {
            let Some(received) = inbox.take(index) else {
                break;
            };
            if received.bytes.is_empty() {
                return events;
            }
            let mut event = read_packet(received.bytes).unwrap_or_else(|error| {
                panic!("{error}: {}", String::from_utf8_lossy(received.bytes))
            });
            if event.pid == 0 {
                event.pid = received.pid;
            }
            if let Some(gate) = received.descriptor {
                // A child that was killed at its start has closed its end.
                let _ = socket::send_packet(gate.as_fd(), b"g");
                gates.push(gate);
            }
            events.push(event);
        }
    }
}
