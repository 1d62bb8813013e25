//! fork(2) of a single-threaded process, and leaving a child by `_exit(2)`.
//!
//! Refuses to fork a process with more than one thread: the child would inherit locks held by
//! threads that do not exist in it. Only the stage calls this; tests and benches exec the stage.

use std::io;
use std::os::unix::fs::MetadataExt as _;

use nix::unistd::{ForkResult, Pid};

/// Which side of a fork this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In the parent: the child's PID.
    Parent(Pid),
    Child,
}

/// Forks the process.
///
/// # Errors
/// What fork(2) reports (`EAGAIN` at a process limit), or that this process has several threads.
pub fn fork() -> io::Result<Side> {
    if threads()? != 1 {
        return Err(io::Error::other(
            "refusing to fork a process with more than one thread",
        ));
    }
    // SAFETY: there is one thread, so the child's memory is whole: no lock is held by anybody else.
    match unsafe { nix::unistd::fork() }? {
        ForkResult::Parent { child } => Ok(Side::Parent(child)),
        ForkResult::Child => Ok(Side::Child),
    }
}

/// Number of threads of this process: the entries of /proc/self/task, told by its link count
/// (each thread is a directory there), which is one system call instead of a listing.
fn threads() -> io::Result<u64> {
    Ok(std::fs::metadata("/proc/self/task")?
        .nlink()
        .saturating_sub(2))
}

/// Ends the process at once: no destructors, no buffers, no exit handlers (`_exit(2)`).
pub fn exit_now(code: i32) -> ! {
    // SAFETY: _exit does not return and touches no memory of ours.
    unsafe { libc::_exit(code) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_process_with_threads_is_not_forked() {
        // The test harness runs tests in threads, so this process has at least two.
        let error = super::fork().expect_err("the harness has threads");
        assert!(
            error.to_string().contains("more than one thread"),
            "{error}"
        );
    }
}
