//! Descriptors of processes: `pidfd_open(2)`, `pidfd_send_signal(2)` and `PIDFD_GET_INFO`.
//!
//! A `PidFd` names one process for as long as it is held, however often the kernel gives its PID
//! away again. It polls readable once the process has ended, whoever its parent is.

use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::signal::Signal;

/// One process, held by a descriptor.
#[derive(Debug)]
pub struct PidFd {
    fd: OwnedFd,
    pid: i32,
}

impl PidFd {
    /// Takes hold of the process that has this PID now; a zombie counts.
    ///
    /// # Errors
    /// `ESRCH` when there is none, `EMFILE` at the descriptor limit.
    pub fn open(pid: i32) -> io::Result<PidFd> {
        // SAFETY: pidfd_open takes two integers and touches no memory.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        let fd = RawFd::try_from(Errno::result(fd)?).map_err(io::Error::other)?;
        // SAFETY: the kernel has just made this descriptor for us alone.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(PidFd { fd, pid })
    }

    /// The PID the process had when it was taken hold of.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Sends `signal`, or with `None` only asks whether the process is still there (not reaped).
    ///
    /// # Errors
    /// `ESRCH` once the process is reaped, `EPERM` when it is somebody else's.
    pub fn signal(&self, signal: Option<Signal>) -> io::Result<()> {
        let number = signal.map_or(0, |signal| signal as i32);
        let no_info = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: the descriptor is ours and open; a null siginfo is allowed and means that of kill.
        let result = unsafe {
            libc::syscall(
                libc::SYS_pidfd_send_signal,
                self.fd.as_raw_fd(),
                number,
                no_info,
                0,
            )
        };
        Errno::result(result)?;
        Ok(())
    }

    /// The status the process ended with, as wait(2) gives it.
    ///
    /// `None` while the kernel has not got it to give: before the process is reaped, and always
    /// before Linux 6.15.
    pub fn exit_status(&self) -> Option<i32> {
        let mut info = Info {
            mask: EXIT,
            ..Info::default()
        };
        // SAFETY: the descriptor is a pidfd and `info` is a whole pidfd_info of the size the
        // request number names.
        let result = unsafe { get_info(self.fd.as_raw_fd(), &raw mut info) };
        (result.is_ok() && info.mask & EXIT != 0).then_some(info.exit_code)
    }
}

impl AsFd for PidFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// `PIDFD_INFO_EXIT` of linux/pidfd.h.
const EXIT: u64 = 1 << 3;

/// `struct pidfd_info` of linux/pidfd.h in its first size (64 bytes), which every later kernel takes.
#[repr(C)]
#[derive(Default)]
struct Info {
    mask: u64,
    cgroupid: u64,
    pid: u32,
    tgid: u32,
    ppid: u32,
    ruid: u32,
    rgid: u32,
    euid: u32,
    egid: u32,
    suid: u32,
    sgid: u32,
    fsuid: u32,
    fsgid: u32,
    exit_code: i32,
}

nix::ioctl_readwrite!(get_info, 0xFF, 11, Info);

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Command;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::sys::signal::Signal;

    use super::{AsFd as _, Info, PidFd};

    fn ended(pidfd: &PidFd) -> bool {
        let mut fds = [PollFd::new(pidfd.as_fd(), PollFlags::POLLIN)];
        poll(&mut fds, PollTimeout::from(5_000_u16)).expect("poll works") == 1
    }

    #[test]
    fn the_end_of_a_process_is_seen_and_its_status_agrees_with_the_parents() {
        let mut child = Command::new("sh")
            .args(["-c", "exit 7"])
            .spawn()
            .expect("sh is there");
        let pidfd = PidFd::open(child.id().cast_signed()).expect("a child we have not waited for");
        assert!(ended(&pidfd));
        pidfd.signal(None).expect("a zombie is still there");
        assert_eq!(pidfd.exit_status(), None, "not before it is reaped");
        let status = child.wait().expect("our own child");
        assert!(pidfd.signal(None).is_err(), "reaped");
        // Before Linux 6.15 the kernel does not say; it never says anything else.
        if let Some(raw) = pidfd.exit_status() {
            assert_eq!(raw, status.into_raw());
        }
    }

    #[test]
    fn a_signal_reaches_the_process() {
        let mut child = Command::new("sleep")
            .arg("100")
            .spawn()
            .expect("sleep is there");
        let pidfd = PidFd::open(child.id().cast_signed()).expect("it runs");
        pidfd.signal(Some(Signal::SIGKILL)).expect("it is ours");
        assert!(ended(&pidfd));
        assert_eq!(child.wait().expect("our own child").signal(), Some(9));
    }

    #[test]
    fn the_structure_has_the_size_of_the_kernels() {
        assert_eq!(size_of::<Info>(), 64);
    }
}
