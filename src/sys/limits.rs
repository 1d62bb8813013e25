//! Resource limits of another process, by prlimit(2): a process of a run is given them from outside.
//!
//! Called by the cli for programs that may be wrong. Core dumps are always forbidden with them.

use std::io;

use nix::errno::Errno;

/// What each process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of address space.
    pub memory: u64,
    /// Bytes of a file it writes.
    pub file: u64,
    /// Processes and threads of its user, others of this user among them. The superuser has no such limit.
    pub processes: u64,
}

/// Sets them for one process; what it starts from then on inherits them.
///
/// # Errors
/// `ESRCH` where it has ended.
pub fn set(pid: i32, limits: Limits) -> io::Result<()> {
    for (resource, most) in [
        (libc::RLIMIT_AS, limits.memory),
        (libc::RLIMIT_FSIZE, limits.file),
        (libc::RLIMIT_NPROC, limits.processes),
        (libc::RLIMIT_CORE, 0),
    ] {
        let limit = libc::rlimit {
            rlim_cur: most,
            rlim_max: most,
        };
        // SAFETY: the new limit is ours and lives through the call; no old one is asked for.
        let result =
            unsafe { libc::prlimit(pid, resource, &raw const limit, std::ptr::null_mut()) };
        Errno::result(result)?;
    }
    Ok(())
}

/// How many processes and threads the machine has now (proc_loadavg(5)); cheap to ask.
#[must_use]
pub fn tasks_of_machine() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    let (_, total) = text.split_whitespace().nth(3)?.split_once('/')?;
    total.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::{Limits, set};

    #[test]
    fn a_process_has_the_limits_it_is_given() {
        let mut shell = Command::new("sh")
            .args(["-c", "read go; ulimit -v; ulimit -c; ulimit -f"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let limits = Limits {
            memory: 1 << 30,
            file: 1 << 20,
            processes: 1 << 15,
        };
        set(shell.id().cast_signed(), limits).unwrap();
        writeln!(shell.stdin.take().unwrap(), "go").unwrap();
        let said = shell.wait_with_output().unwrap();
        // In KiB; files in blocks of 512 bytes (POSIX) or 1 KiB (bash).
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.starts_with("1048576\n0\n"), "{said}");
        assert!(
            said.ends_with("\n2048\n") || said.ends_with("\n1024\n"),
            "{said}"
        );
    }
}
