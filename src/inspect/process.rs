//! One process as the kernel shows it: its threads, descriptors, mappings, and its Python.
//!
//! Everything comes from `/proc/PID`. A process may end while it is looked at: what is then missing is
//! left out.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Call;
use super::maps::{Mapping, mappings};
use super::memory::Memory;
use super::stack::{Files, Found, Python, Stack, find};
use crate::sys::stat::Stat;

/// Descriptors of one process that are looked at.
const MOST_FDS: usize = 65_536;

#[derive(Debug)]
pub(crate) struct Process {
    pub pid: i32,
    /// Its PID in its own PID namespace.
    pub inner: i32,
    pub ppid: i32,
    /// Clock ticks from boot to its start.
    pub start: u64,
    pub state: char,
    /// The status of a zombie, as wait(2) gives it.
    pub exit_code: i32,
    /// The words of its command line; its name where it has none.
    pub command: Vec<String>,
    pub cwd: String,
    pub threads: Vec<Thread>,
    pub fds: Vec<Fd>,
    pub mappings: Vec<Mapping>,
    pub memory: Memory,
    pub python: Option<Python>,
    /// A Python that can't be read: its version.
    pub unknown_python: Option<String>,
    /// Whether we may see what it does.
    pub permitted: bool,
    /// Signals it handles (`SigCgt`).
    pub caught: u64,
}

#[derive(Debug)]
pub(crate) struct Thread {
    pub tid: i32,
    pub call: Call,
    pub stack: Option<Stack>,
    /// How often it had been switched away from before it was looked at.
    switches: Option<u64>,
}

/// An open descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fd {
    pub number: i32,
    pub target: String,
    pub reads: bool,
    pub writes: bool,
    /// Of a pidfd, its process; of an epoll(7) set, its descriptors.
    pub watches: Vec<i32>,
}

impl Fd {
    /// The inode of a pipe.
    pub(crate) fn pipe(&self) -> Option<u64> {
        inode(&self.target, "pipe:[")
    }

    pub(crate) fn socket(&self) -> Option<u64> {
        inode(&self.target, "socket:[")
    }
}

fn inode(target: &str, kind: &str) -> Option<u64> {
    target.strip_prefix(kind)?.strip_suffix(']')?.parse().ok()
}

fn file(pid: i32, name: &str) -> Vec<u8> {
    std::fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default()
}

impl Process {
    /// Looks at a process; `None` when there is none any more.
    pub(crate) fn look(pid: i32, files: &mut Files) -> Option<Process> {
        let stat = Stat::of(pid)?;
        let memory = Memory::of(pid);
        let exe = std::fs::read_link(format!("/proc/{pid}/exe"));
        let permitted = stat.is_dead() || exe.is_ok();
        let exe = exe.unwrap_or_default().to_string_lossy().into_owned();
        let cwd = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
        let mappings = mappings(pid);
        let tids = numbers(&format!("/proc/{pid}/task"));
        // First of all: whoever has run since then may not be as it is seen.
        let before: Vec<(i32, Status)> = tids
            .iter()
            .map(|tid| (*tid, Status::of(pid, *tid)))
            .collect();
        let inner: BTreeMap<i32, i32> = before
            .iter()
            .map(|(tid, status)| (status.inner.unwrap_or(*tid), *tid))
            .collect();
        let (python, unknown_python) = match find(pid, &exe, &mappings, files) {
            Found::Python(python) => (Some(*python), None),
            Found::Unknown(version) => (None, Some(version)),
            Found::No => (None, None),
        };
        let mut stacks = python
            .as_ref()
            .map(|python| python.stacks(&inner))
            .unwrap_or_default();
        let mut threads: Vec<Thread> = before
            .into_iter()
            .filter_map(|(tid, status)| {
                let place = stacks.iter().position(|stack| stack.tid == tid);
                let stack = place.map(|place| stacks.swap_remove(place));
                Thread::look(pid, tid, &memory, stack, status.switches)
            })
            .collect();
        threads.sort_by_key(|thread| (thread.tid != pid, thread.tid));
        let own = inner.iter().find(|(_, outer)| **outer == pid);
        Some(Process {
            pid,
            inner: own.map_or(pid, |(inner, _)| *inner),
            ppid: stat.ppid,
            start: stat.start,
            state: stat.state,
            exit_code: stat.exit_code,
            command: command(pid, &stat.name),
            cwd: cwd.to_string_lossy().into_owned(),
            threads,
            fds: descriptors(pid),
            mappings,
            memory,
            python,
            unknown_python,
            permitted,
            caught: caught(pid),
        })
    }

    pub(crate) fn is_dead(&self) -> bool {
        matches!(self.state, 'Z' | 'X' | 'x')
    }

    pub(crate) fn fd(&self, number: i32) -> Option<&Fd> {
        self.fds.iter().find(|fd| fd.number == number)
    }
}

impl Thread {
    fn look(
        pid: i32,
        tid: i32,
        memory: &Memory,
        stack: Option<Stack>,
        switches: Option<u64>,
    ) -> Option<Thread> {
        let stat = Stat::parse(&file(pid, &format!("task/{tid}/stat")))?;
        let call = match stat.state {
            'Z' | 'X' | 'x' => return None,
            'R' => Call::Running,
            'T' | 't' => Call::Stopped,
            _ => {
                let line = file(pid, &format!("task/{tid}/syscall"));
                Call::parse(&String::from_utf8_lossy(&line), memory)
            }
        };
        Some(Thread {
            tid,
            call,
            stack,
            switches,
        })
    }

    /// Whether it has not run since it was looked at: what was seen of it is still so.
    pub(crate) fn stood_still(&self, pid: i32) -> bool {
        self.switches.is_some() && Status::of(pid, self.tid).switches == self.switches
    }
}

/// What `proc_pid_status(5)` says of a thread.
struct Status {
    /// How often it gave up the processor or lost it.
    switches: Option<u64>,
    /// Its number in its own PID namespace (`NSpid`).
    inner: Option<i32>,
}

impl Status {
    fn of(pid: i32, tid: i32) -> Status {
        let text = file(pid, &format!("task/{tid}/status"));
        let text = String::from_utf8_lossy(&text);
        let last = |line: &str| {
            line.rsplit('\t')
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let counts = text.lines().filter(|line| line.contains("ctxt_switches:"));
        let numbers = counts.filter_map(|line| last(line).parse::<u64>().ok());
        let inner = text.lines().find(|line| line.starts_with("NSpid:"));
        Status {
            switches: numbers.reduce(|sum, number| sum + number),
            inner: inner.and_then(|line| last(line).parse().ok()),
        }
    }
}

/// The numbers that a directory of /proc lists.
pub(crate) fn numbers(path: &str) -> BTreeSet<i32> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn command(pid: i32, name: &str) -> Vec<String> {
    let line = file(pid, "cmdline");
    let line = String::from_utf8_lossy(&line).into_owned();
    let words: Vec<String> = line
        .trim_end_matches('\0')
        .split('\0')
        .map(str::to_owned)
        .collect();
    match words.as_slice() {
        [] => vec![format!("[{name}]")],
        [only] if only.is_empty() => vec![format!("[{name}]")],
        _ => words,
    }
}

fn caught(pid: i32) -> u64 {
    let status = file(pid, "status");
    let status = String::from_utf8_lossy(&status);
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// What a process has open.
pub(crate) fn descriptors(pid: i32) -> Vec<Fd> {
    let numbers = numbers(&format!("/proc/{pid}/fd"));
    let found = numbers.into_iter().take(MOST_FDS).filter_map(|fd| {
        let target = std::fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok()?;
        let target = target.to_string_lossy().into_owned();
        let info = String::from_utf8(file(pid, &format!("fdinfo/{fd}"))).unwrap_or_default();
        let mut flags = 0;
        let mut watches = Vec::new();
        for line in info.lines() {
            if let Some(octal) = line.strip_prefix("flags:") {
                flags = i32::from_str_radix(octal.trim(), 8).unwrap_or(0) & libc::O_ACCMODE;
            }
            let watched = line
                .strip_prefix("Pid:")
                .or_else(|| line.strip_prefix("tfd:"));
            let watched = watched.and_then(|rest| rest.split_ascii_whitespace().next());
            watches.extend(watched.and_then(|number| number.parse::<i32>().ok()));
        }
        Some(Fd {
            number: fd,
            target,
            reads: flags != libc::O_WRONLY,
            writes: flags != libc::O_RDONLY,
            watches,
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd as _;

    use super::{Process, descriptors};
    use crate::inspect::stack::Files;

    #[test]
    fn the_ends_of_a_pipe_are_told_apart() {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let fds = descriptors(std::process::id().cast_signed());
        let of = |number| {
            fds.iter()
                .find(|fd| fd.number == number)
                .expect("it is open")
        };
        let (reader, writer) = (of(reader.as_raw_fd()), of(writer.as_raw_fd()));
        assert!(reader.reads && !reader.writes && writer.writes && !writer.reads);
        assert!(reader.pipe().is_some() && reader.pipe() == writer.pipe());
    }

    #[test]
    fn no_process_is_none() {
        assert!(Process::look(i32::MAX, &mut Files::default()).is_none());
    }
}
