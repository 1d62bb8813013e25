//! One process as the kernel shows it: its threads, descriptors, mappings, and its Python.
//!
//! Everything comes from `/proc/PID`. A process may end while it is looked at: what is then missing is
//! left out.

use std::collections::BTreeMap;

use super::stack::{Files, Found, Python, Stack, find};
use crate::proc::{Call, Fd, Mapping, Memory, Syscall, descriptors, file, mappings, threads};
use crate::sys::stat::Stat;

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
    /// Its TID in its own PID namespace.
    pub inner: i32,
    /// Clock ticks from boot to its start.
    pub start: u64,
    pub call: Call,
    pub stack: Option<Stack>,
    /// How often it had been switched away from before it was looked at.
    switches: Option<u64>,
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
        let tids = threads(pid);
        // First of all: whoever has run since then may not be as it is seen.
        let before: Vec<(i32, Status)> = tids
            .iter()
            .map(|tid| (*tid, Status::of(pid, *tid)))
            .collect();
        let main = before.iter().find(|(tid, _)| *tid == pid);
        let caught = main.map_or(0, |(_, status)| status.caught);
        let inner: BTreeMap<i32, i32> = before
            .iter()
            .map(|(tid, status)| (status.inner.unwrap_or(*tid), *tid))
            .collect();
        let (mut python, mut unknown_python) = match find(pid, &exe, &mappings, files) {
            Found::Python(python) => (Some(*python), None),
            Found::Unknown(version) => (None, Some(version)),
            Found::No => (None, None),
        };
        let mut stacks = python
            .as_ref()
            .map(|python| python.stacks(&inner))
            .unwrap_or_default();
        // A build whose structures are others.
        if stacks.is_empty()
            && let Some(python) = python.take()
        {
            unknown_python = Some(python.version());
        }
        let mut threads: Vec<Thread> = before
            .into_iter()
            .filter_map(|(tid, status)| {
                let place = stacks.iter().position(|stack| stack.tid == tid);
                let stack = place.map(|place| stacks.swap_remove(place));
                Thread::look(pid, tid, &memory, stack, &status)
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
            caught,
        })
    }

    /// Forgets what was read of its memory.
    pub(crate) fn forget(&self) {
        self.memory.forget();
        if let Some(python) = &self.python {
            python.heap.memory.forget();
        }
    }

    /// Whether the memory at an address is shared with other processes.
    pub(crate) fn shares(&self, address: u64) -> bool {
        let mut mappings = self.mappings.iter();
        mappings.any(|mapping| mapping.shared && mapping.contains(address))
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
        status: &Status,
    ) -> Option<Thread> {
        let stat = Stat::parse(&file(pid, &format!("task/{tid}/stat")))?;
        let call = match stat.state {
            'Z' | 'X' | 'x' => return None,
            'R' => Call::Running,
            'T' | 't' => Call::Stopped,
            _ => Syscall::of(pid, tid).map_or(Call::Unseen, |call| call.decode(memory)),
        };
        Some(Thread {
            tid,
            inner: status.inner.unwrap_or(tid),
            start: stat.start,
            call,
            stack,
            switches: status.switches,
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
    /// Signals that its process handles (`SigCgt`).
    caught: u64,
}

impl Status {
    fn of(pid: i32, tid: i32) -> Status {
        let text = file(pid, &format!("task/{tid}/status"));
        let text = String::from_utf8_lossy(&text);
        let mut found = Status {
            switches: None,
            inner: None,
            caught: 0,
        };
        for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
            let value = value.rsplit('\t').next().unwrap_or_default().trim();
            match name {
                "NSpid" => found.inner = value.parse().ok(),
                "SigCgt" => found.caught = u64::from_str_radix(value, 16).unwrap_or(0),
                "voluntary_ctxt_switches" | "nonvoluntary_ctxt_switches" => {
                    let number: Option<u64> = value.parse().ok();
                    let sum = number.map(|number| number + found.switches.unwrap_or(0));
                    found.switches = sum.or(found.switches);
                }
                _ => {}
            }
        }
        found
    }
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

#[cfg(test)]
mod tests {
    use super::Process;
    use crate::inspect::stack::Files;

    #[test]
    fn no_process_is_none() {
        assert!(Process::look(i32::MAX, &mut Files::default()).is_none());
    }
}
