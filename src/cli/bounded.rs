//! A small program that is run to its end within a time: a probe, or a Python that is asked something.
//!
//! It runs in a process group of its own. At the deadline, and once it has ended, the group is killed, so that
//! what it started does not stay. What it prints beyond a bound is thrown away.

use std::io::{self, Read, Write as _};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::sys::clock;

/// Bytes that are kept of what a program prints.
const KEPT: usize = 1 << 20;

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` where it was ended at the deadline.
    pub status: Option<ExitStatus>,
    pub stdout: String,
    pub stderr: String,
}

/// How long it is waited for until it is asked whether to stop.
const LOOK_UP: Duration = Duration::from_millis(50);

/// Runs it, with `input` to read, until its end, the deadline, or `stop` says so.
pub(crate) fn run(
    command: &mut Command,
    input: Vec<u8>,
    patience: Duration,
    stop: &mut dyn FnMut() -> bool,
) -> io::Result<Ended> {
    let deadline = clock::instant() + patience;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let group = Pid::from_raw(child.id().cast_signed());
    let mut stdin = child.stdin.take();
    let writer = std::thread::spawn(move || {
        // One that does not read it all says so by what it prints.
        let _ = stdin.take().map(|mut stdin| stdin.write_all(&input));
    });
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let errors = std::thread::spawn(move || read(stderr, deadline, &mut || false));
    let (stdout, in_time) = read(stdout, deadline, stop);
    let mut status = None;
    while in_time && status.is_none() && clock::instant() < deadline {
        // It has closed its output, so its end is near.
        status = child.try_wait()?;
        std::thread::yield_now();
    }
    // Not collected, or a group whose leader has ended: a number of its own still.
    let _ = killpg(group, Signal::SIGKILL);
    let _ = child.wait();
    let _ = writer.join();
    let (stderr, _) = errors.join().unwrap_or_default();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Ended {
        status,
        stdout: text(stdout),
        stderr: text(stderr),
    })
}

/// What comes until its end, and whether that came in time.
fn read(
    source: Option<impl Read + AsFd>,
    deadline: Instant,
    stop: &mut dyn FnMut() -> bool,
) -> (Vec<u8>, bool) {
    let mut kept = Vec::new();
    let Some(mut source) = source else {
        return (kept, true);
    };
    let mut some = [0; 1 << 13];
    loop {
        let left = deadline.saturating_duration_since(clock::instant());
        if left.is_zero() || stop() {
            return (kept, false);
        }
        let wait = PollTimeout::try_from(left.min(LOOK_UP)).unwrap_or(PollTimeout::ZERO);
        let mut fds = [PollFd::new(source.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, wait) {
            Ok(1..) => {}
            Ok(_) | Err(Errno::EINTR) => continue,
            Err(_) => return (kept, false),
        }
        match source.read(&mut some) {
            Ok(0) | Err(_) => return (kept, true),
            Ok(length) => {
                let room = KEPT - kept.len();
                kept.extend_from_slice(&some[..length.min(room)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::run;
    use crate::sys::clock;

    fn shell(script: &str, patience: Duration) -> super::Ended {
        run(
            Command::new("sh").args(["-c", script]),
            b"hello\n".to_vec(),
            patience,
            &mut || false,
        )
        .unwrap()
    }

    #[test]
    fn what_a_program_prints_comes_with_its_status() {
        let ended = shell("cat; echo no >&2; exit 3", Duration::from_secs(20));
        assert_eq!(
            (ended.stdout.as_str(), ended.stderr.as_str()),
            ("hello\n", "no\n")
        );
        assert_eq!(ended.status.unwrap().code(), Some(3));
    }

    #[test]
    fn one_that_does_not_end_is_ended_with_what_it_started() {
        let began = clock::instant();
        let ended = shell("trap '' TERM; sleep 1000 & yes", Duration::from_millis(300));
        assert!(ended.status.is_none() && ended.stdout.starts_with("y\ny\n"));
        assert!(clock::instant().duration_since(began) < Duration::from_secs(10));
    }
}
