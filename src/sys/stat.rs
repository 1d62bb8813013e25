//! The fields of `/proc/PID/stat` by which the processes of a run judge each other
//! (`proc_pid_stat(5)`).
//!
//! Read for how a zombie ended, who descends from whom, and what an unknown process is. Rows of ps
//! are read elsewhere, by the sampler.

use std::io;

/// Whether something failed for want of a descriptor.
pub fn at_limit(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

/// One reading of `/proc/PID/stat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// The command's name, at most 15 bytes, as the process may have changed it.
    pub name: String,
    pub state: char,
    pub ppid: i32,
    /// Clock ticks from boot to its start: with the PID, the identity of a process.
    pub start: u64,
    /// Field 35 (`wchan`) is not 0: the reader is allowed to see what only tracers may, `exit_code`
    /// among them. (Since Linux 5.16 it is 1 for whatever does not run.)
    pub permitted: bool,
    /// Field 52, the status as wait(2) gives it; 0 also where it may not be seen.
    pub exit_code: i32,
}

impl Stat {
    /// Reads the file; `None` when there is no such process.
    pub fn of(pid: i32) -> Option<Stat> {
        Stat::read(pid).ok().flatten()
    }

    /// The same, where it matters why nothing could be read.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE` at the descriptor limit.
    pub fn read(pid: i32) -> io::Result<Option<Stat>> {
        match std::fs::read(format!("/proc/{pid}/stat")) {
            Ok(line) => Ok(Stat::parse(&line)),
            Err(error) if at_limit(&error) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Ended, and not yet reaped.
    pub fn is_dead(&self) -> bool {
        matches!(self.state, 'Z' | 'X' | 'x')
    }

    /// The name may hold spaces and parentheses: the last parenthesis ends it.
    pub fn parse(line: &[u8]) -> Option<Stat> {
        let open = line.iter().position(|byte| *byte == b'(')?;
        let close = line.iter().rposition(|byte| *byte == b')')?;
        let name = String::from_utf8_lossy(line.get(open + 1..close)?).into_owned();
        let rest = std::str::from_utf8(&line[close + 1..]).ok()?;
        let mut fields = rest.split_ascii_whitespace();
        // The first field after the name is the third of the line; `nth` counts on from the last.
        let state = fields.next()?.chars().next()?;
        let ppid = fields.next()?.parse().ok()?;
        let start = fields.nth(22 - 5)?.parse().ok()?;
        let permitted = fields.nth(35 - 23)? != "0";
        let exit_code = fields
            .nth(52 - 36)
            .and_then(|field| field.parse().ok())
            .unwrap_or(0);
        Some(Stat {
            name,
            state,
            ppid,
            start,
            permitted,
            exit_code,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Stat;

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let line = b"7 (a) (b) Z 3 7 3 0 -1 4228100 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0 \
            18446744073709551615 0 0 0 0 0 0 0 4096 0 1 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 768";
        let stat = Stat::parse(line).expect("a whole line");
        assert_eq!(
            stat,
            Stat {
                name: "a) (b".to_owned(),
                state: 'Z',
                ppid: 3,
                start: 4711,
                permitted: true,
                exit_code: 768,
            }
        );
        assert_eq!(Stat::parse(b"7 (sh"), None);
    }

    #[test]
    fn a_zombie_tells_its_status() {
        let mut child = std::process::Command::new("sh")
            .args(["-c", "exit 5"])
            .spawn()
            .expect("sh is there");
        let pid = child.id().cast_signed();
        let pidfd = crate::sys::pidfd::PidFd::open(pid).expect("a child we have not waited for");
        let mut fds = [nix::poll::PollFd::new(
            std::os::fd::AsFd::as_fd(&pidfd),
            nix::poll::PollFlags::POLLIN,
        )];
        assert_eq!(nix::poll::poll(&mut fds, 5_000_u16), Ok(1));
        let stat = Stat::of(pid).expect("a zombie has a stat");
        assert!(stat.is_dead() && stat.permitted, "{stat:?}");
        assert_eq!(stat.exit_code, 5 << 8);
        assert_eq!(stat.ppid, std::process::id().cast_signed());
        child.wait().expect("our own child");
        assert_eq!(Stat::of(pid), None);
    }
}
