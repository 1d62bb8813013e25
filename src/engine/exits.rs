//! How a process ended, from whoever really knows.
//!
//! Called by the collector when a pidfd says 'ended'. The kernel's own record comes first, then the
//! zombie's line in /proc, then the word of whoever reaped it; else the answer is `Unknown`. It
//! never waits for anybody's child, and it never guesses 0.

use nix::libc;

use crate::sys::{pidfd::PidFd, stat::Stat};
use crate::trace::Exit;

/// The exit that a status of wait(2) stands for.
pub(crate) fn of_status(status: i32) -> Exit {
    if libc::WIFEXITED(status) {
        Exit::Code(libc::WEXITSTATUS(status))
    } else if libc::WIFSIGNALED(status) {
        Exit::Signal(libc::WTERMSIG(status))
    } else {
        Exit::Unknown
    }
}

/// What can be known of the end of this process now. `reaper` is the word of whoever reaped it,
/// where that has come.
pub(crate) fn of_process(process: &PidFd, reaper: Option<Exit>) -> Exit {
    // Reaped already: the kernel keeps the status in the pidfd (Linux 6.15).
    if let Some(status) = process.exit_status() {
        return of_status(status);
    }
    if let Some(exit) = of_zombie(process) {
        return exit;
    }
    // Reaped between the two looks?
    match process.exit_status() {
        Some(status) => of_status(status),
        None => reaper.unwrap_or(Exit::Unknown),
    }
}

/// The status in a zombie's line of /proc, where it is one and shows it.
fn of_zombie(process: &PidFd) -> Option<Exit> {
    let stat = Stat::of(process.pid())?;
    // The PID is still this process's only while it has not been reaped.
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
