//! How a process ended, from the best source there is.
//!
//! The collector calls it when a pidfd becomes readable. The sources, in order: the status that the
//! kernel keeps in the pidfd, the zombie's line in /proc, the report of the process that reaped it.
//! Without any of these the answer is `Unknown`. It never waits for a child, and never guesses 0.

use nix::libc;

use crate::sys::{pidfd::PidFd, stat::Stat};
use crate::trace::Exit;

/// The exit behind a status of wait(2).
pub(crate) fn of_status(status: i32) -> Exit {
    if libc::WIFEXITED(status) {
        Exit::Code(libc::WEXITSTATUS(status))
    } else if libc::WIFSIGNALED(status) {
        Exit::Signal(libc::WTERMSIG(status))
    } else {
        Exit::Unknown
    }
}

/// What can be known now of how this process ended. `reaper` is the report of the process that reaped
/// it, if it has come.
pub(crate) fn of_process(process: &PidFd, reaper: Option<Exit>) -> Exit {
    // For a process that was reaped, the kernel keeps the status in the pidfd (Linux 6.15).
    if let Some(status) = process.exit_status() {
        return of_status(status);
    }
    if let Some(exit) = of_zombie(process) {
        return exit;
    }
    // It may have been reaped between the two readings.
    match process.exit_status() {
        Some(status) => of_status(status),
        None => reaper.unwrap_or(Exit::Unknown),
    }
}

/// The status in the /proc line of a zombie, if the process is one and the line has it.
fn of_zombie(process: &PidFd) -> Option<Exit> {
    let stat = Stat::of(process.pid())?;
    // Until the process is reaped, the PID is its own.
    process.signal(None).ok()?;
    if !stat.is_dead() || (stat.exit_code == 0 && !stat.permitted) {
        return None;
    }
    Some(of_status(stat.exit_code))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;
    use std::process::Command;

    use nix::poll::{PollFd, PollFlags, poll};

    use super::{of_process, of_status};
    use crate::sys::pidfd::PidFd;
    use crate::trace::Exit;

    #[test]
    fn a_status_is_read_as_wait_gives_it() {
        assert_eq!(of_status(0), Exit::Code(0));
        assert_eq!(of_status(255 << 8), Exit::Code(255));
        assert_eq!(of_status(9), Exit::Signal(9));
        assert_eq!(of_status(128 + 11), Exit::Signal(11), "with a core");
    }

    #[test]
    fn an_end_is_known_before_and_after_it_is_reaped() {
        for (script, exit) in [
            ("exit 0", Exit::Code(0)),
            ("exit 9", Exit::Code(9)),
            ("kill -9 $$", Exit::Signal(9)),
        ] {
            let mut child = Command::new("sh")
                .args(["-c", script])
                .spawn()
                .expect("sh is there");
            let process = PidFd::open(child.id().cast_signed()).expect("not waited for");
            let mut fds = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
            assert_eq!(poll(&mut fds, 5_000_u16), Ok(1));
            assert_eq!(of_process(&process, None), exit, "as a zombie");
            child.wait().expect("our own child");
            if process.exit_status().is_some() {
                assert_eq!(of_process(&process, None), exit, "reaped");
            } else {
                assert_eq!(
                    of_process(&process, None),
                    Exit::Unknown,
                    "the kernel does not say"
                );
                assert_eq!(
                    of_process(&process, Some(exit)),
                    exit,
                    "but its reaper does"
                );
            }
        }
    }
}
