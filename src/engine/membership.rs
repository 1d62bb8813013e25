//! Whose is it? The one answer to 'is this process part of this run?'.
//!
//! A process is the run's own by proved descent (its chain of parents leads to the guard, which adopts
//! every orphan of the run) or by the mark in its environment that every process of the run inherits.
//! Only the run's own processes are signalled, sampled, and believed about themselves. Everybody else
//! who turns up is a guest: a server that was handed the program's stdout, for instance. A guest's
//! output is shown under its name, and it is never touched.

use std::io;

use nix::libc;

use crate::protocol::environment;
use crate::sys::pidfd::PidFd;
use crate::sys::stat::{Stat, at_limit};

/// What a process is to the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Proved to be the run's own.
    Own,
    /// Seen, and not proved to be the run's own.
    Guest,
    /// Ended before it could be looked at.
    Gone,
}

/// Longest chain of parents that is followed: a table read while processes come and go could show
/// a circle.
const GENERATIONS: usize = 4096;
/// Looks at a chain that ended in a process that had just gone.
const LOOKS: usize = 3;

/// What a run's own processes are known by.
#[derive(Debug, Clone)]
pub(crate) struct Membership {
    guard: i32,
    mark: Vec<u8>,
}

impl Membership {
    pub(crate) fn new(guard: i32) -> Membership {
        Membership {
            guard,
            mark: format!("{}={guard}", environment::GUARD).into_bytes(),
        }
    }

    pub(crate) fn guard(&self) -> i32 {
        self.guard
    }

    /// Judges the process that has this PID, held by a descriptor where there was one left.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`: at the descriptor limit nothing is known of it.
    pub(crate) fn of(&self, pid: i32, process: Option<&PidFd>) -> io::Result<Standing> {
        let own = self.descends(pid)? || self.bears_mark(pid)?;
        // /proc was read under its PID: only while it is not collected was that its own.
        let gone = match process {
            Some(process) => process
                .signal(None)
                .is_err_and(|error| error.raw_os_error() == Some(libc::ESRCH)),
            None => Stat::read(pid)?.is_none(),
        };
        Ok(match (gone, own) {
            (true, _) => Standing::Gone,
            (false, true) => Standing::Own,
            (false, false) => Standing::Guest,
        })
    }

    /// Whether the environment of this process bears the run's mark.
    pub(crate) fn is_marked(&self, pid: i32) -> bool {
        self.bears_mark(pid).unwrap_or(false)
    }

    fn bears_mark(&self, pid: i32) -> io::Result<bool> {
        match std::fs::read(format!("/proc/{pid}/environ")) {
            Ok(environment) => Ok(environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == self.mark)),
            Err(error) if at_limit(&error) => Err(error),
            Err(_) => Ok(false),
        }
    }

    fn descends(&self, pid: i32) -> io::Result<bool> {
        for _ in 0..LOOKS {
            if self.chain_leads_to_guard(pid)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn chain_leads_to_guard(&self, pid: i32) -> io::Result<bool> {
        let mut at = pid;
        for _ in 0..GENERATIONS {
            match Stat::read(at)? {
                Some(stat) if stat.ppid == self.guard => return Ok(true),
                Some(stat) if stat.ppid > 1 => at = stat.ppid,
                _ => return Ok(false),
            }
        }
        Ok(false)
    }
}
