//! Start and end of a process: descriptors with agreed numbers, and collecting children.
//!
//! The guard and the stage call it. A number that is not open is refused, so that a process started
//! by hand ends with an error instead of writing into an unrelated file. It never collects just any
//! child: it finds one that has ended and then collects it by its PID.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};

/// Takes over the descriptor `number` that the parent left open across exec(2), and marks it so
/// that the next exec(2) closes it.
///
/// Call it once for a number, before anything else in the process can own it.
///
/// # Errors
/// `EBADF` when the number is not open or is one of the three standard ones.
pub fn inherited(number: RawFd) -> io::Result<OwnedFd> {
    if number <= libc::STDERR_FILENO {
        return Err(Errno::EBADF.into());
    }
    // SAFETY: fcntl with F_SETFD changes a flag of the descriptor and touches no memory; a number
    // that is not open gives EBADF.
    let result = unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) };
    Errno::result(result)?;
    // SAFETY: the number is open (just looked at) and, by this function's contract, nobody else in
    // this process owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// A duplicate of the descriptor, closed by exec(2), with a number of at least `lowest`.
///
/// # Errors
/// `EMFILE` at the descriptor limit.
pub fn duplicate(fd: BorrowedFd<'_>, lowest: RawFd) -> io::Result<OwnedFd> {
    let number = fcntl(fd, FcntlArg::F_DUPFD_CLOEXEC(lowest))?;
    // SAFETY: the kernel has just made this descriptor for us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// The PID of a child that has ended; the child is not collected. `None` while all of them run.
///
/// # Errors
/// `ECHILD` when this process has no children that are not collected.
pub fn ended_child() -> io::Result<Option<i32>> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the structure is ours and of the kernel's size.
    let result = unsafe { libc::waitid(libc::P_ALL, 0, info.as_mut_ptr(), flags) };
    Errno::result(result)?;
    // SAFETY: zeroed is a valid siginfo_t, and so is what the kernel made of it.
    let info = unsafe { info.assume_init() };
    // SAFETY: waitid fills the fields of a child; where it found none they are still zero.
    let pid = unsafe { info.si_pid() };
    Ok((pid != 0).then_some(pid))
}

/// Collects this child, which has ended, and returns its status as wait(2) does.
///
/// # Errors
/// `ECHILD` when it is not a child of this process; `EAGAIN` when it has not ended.
pub fn reap(pid: i32) -> io::Result<i32> {
    if pid <= 0 {
        return Err(Errno::ECHILD.into());
    }
    let mut status = 0;
    // SAFETY: the pointer leads to an int of ours.
    let result = unsafe { libc::waitpid(pid, &raw mut status, libc::WNOHANG) };
    match Errno::result(result)? {
        0 => Err(Errno::EAGAIN.into()),
        _ => Ok(status),
    }
}

/// Whether the number is that of a process, a zombie included, and not of another thread of one.
pub fn is_leader(number: i32) -> bool {
    // SAFETY: tgkill with signal 0 only asks; it takes three integers and touches no memory.
    let result = unsafe { libc::syscall(libc::SYS_tgkill, number, number, 0) };
    matches!(Errno::result(result), Ok(_) | Err(Errno::EPERM))
}

/// Gives up the controlling terminal, for this process and those it will start. Session and process
/// group stay as they are. Does nothing without a controlling terminal.
///
/// # Errors
/// `ENOTTY` where the terminal was taken away meanwhile.
pub fn leave_terminal() -> io::Result<()> {
    let Ok(terminal) = std::fs::File::open("/dev/tty") else {
        return Ok(());
    };
    // SAFETY: TIOCNOTTY takes no argument and touches no memory of ours.
    unsafe { no_terminal(terminal.as_raw_fd()) }?;
    Ok(())
}

nix::ioctl_none_bad!(no_terminal, libc::TIOCNOTTY);

#[cfg(test)]
mod tests {
    use std::os::fd::{AsRawFd as _, IntoRawFd as _};

    #[test]
    fn an_open_number_is_taken_over_and_a_closed_one_refused() {
        let (ours, theirs) = std::io::pipe().expect("a pipe");
        let number = std::os::fd::OwnedFd::from(theirs).into_raw_fd();
        let taken = super::inherited(number).expect("it is open");
        assert_eq!(taken.as_raw_fd(), number);
        drop(taken);
        // Closed: the reader sees the end. (The number itself may be in use again by another test.)
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut &ours, &mut rest).expect("the end of the pipe");
        assert!(super::inherited(1_000_000).is_err());
        assert!(super::inherited(2).is_err());
    }

    #[test]
    fn a_thread_leads_no_process() {
        let own = nix::unistd::getpid().as_raw();
        assert!(super::is_leader(own));
        let thread = std::thread::spawn(|| super::is_leader(nix::unistd::gettid().as_raw()));
        assert!(!thread.join().expect("it ends"));
    }

    #[test]
    #[expect(
        clippy::zombie_processes,
        reason = "it is collected by the function under test"
    )]
    fn a_child_is_collected_by_its_pid_alone() {
        let child = std::process::Command::new("sh")
            .args(["-c", "exit 3"])
            .spawn()
            .expect("sh is there");
        let pid = child.id().cast_signed();
        let stranger = super::reap(1).expect_err("init is nobody's child");
        assert_eq!(stranger.raw_os_error(), Some(libc::ECHILD));
        let process = crate::sys::pidfd::PidFd::open(pid).expect("not waited for");
        let mut fds = [nix::poll::PollFd::new(
            std::os::fd::AsFd::as_fd(&process),
            nix::poll::PollFlags::POLLIN,
        )];
        assert_eq!(nix::poll::poll(&mut fds, 5_000_u16), Ok(1));
        // Other tests have children too, so the test can only say that one is found.
        assert!(super::ended_child().expect("there is one").is_some());
        assert_eq!(super::reap(pid).expect("it has ended"), 3 << 8);
        assert!(super::reap(pid).is_err(), "once");
    }
}
