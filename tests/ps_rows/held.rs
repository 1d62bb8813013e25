//! Processes that the tests start, bring into a state, and end.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use forklore::engine::ps::{self, Host};
use forklore::trace::PsRow;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// A child that is ended and reaped when the test is over, whether it passed or not.
pub(crate) struct Held {
    pub(crate) child: Child,
    /// The process to look at, if it is not the child itself.
    pub(crate) pid: i32,
    /// The child's stdout; kept open so that it never writes into a closed pipe.
    output: Option<BufReader<ChildStdout>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.pid != self.child.id().cast_signed() {
            let _ = kill(Pid::from_raw(self.pid), Signal::SIGKILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Held {
    pub(crate) fn start(command: &mut Command) -> Held {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pid = child.id().cast_signed();
        Held {
            child,
            pid,
            output: None,
        }
    }

    /// Starts a command and waits for its first line, which says that it is ready. If the line is a
    /// number, it is the PID to look at.
    pub(crate) fn start_ready(command: &mut Command) -> Held {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "{command:?} ended before it was ready");
        let pid = line.trim().parse().unwrap_or(child.id().cast_signed());
        Held {
            child,
            pid,
            output: Some(output),
        }
    }

    pub(crate) fn python(program: &str) -> Held {
        Held::start_ready(Command::new("python3").args(["-u", "-c", program]))
    }

    /// Waits for the next line it prints.
    pub(crate) fn read_line(&mut self) {
        let mut line = String::new();
        self.output.as_mut().unwrap().read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "{} ended", self.pid);
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid), signal).unwrap();
    }
}

/// Whether the tools are installed; prints a message if they are not.
pub(crate) fn present(tools: &[&str]) -> bool {
    tools.iter().all(|tool| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {tool}")])
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !found {
            println!("skipped: no {tool} here");
        }
        found
    })
}

pub(crate) fn row(pid: i32, host: &mut Host) -> PsRow {
    ps::row(pid, host).unwrap_or_else(|| panic!("no row for {pid}"))
}

/// Waits until the process's state is this one.
pub(crate) fn wait_for_state(pid: i32, state: char, host: &mut Host) {
    let deadline = Instant::now() + DEADLINE;
    while !row(pid, host).stat.starts_with(state) {
        assert!(
            Instant::now() < deadline,
            "{pid} never came to {state}: {:?}",
            row(pid, host)
        );
        std::thread::yield_now();
    }
}
