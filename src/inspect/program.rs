//! A program: the processes that belong to one another, and what they share.
//!
//! The tree is read from the process that is asked about: upwards as long as the parent is the same
//! Python program, then down to the last descendant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::names::{Child, Names};
use super::place;
use super::process::Process;
use super::stack::Files;
use crate::proc::{file, numbers};
use crate::sys::stat::Stat;

/// Processes of one program that are looked at.
const MOST: usize = 4096;

#[derive(Debug)]
pub(crate) struct Program {
    /// In the order of their birth; the first is the root.
    pub processes: Vec<Process>,
    /// Of each process, in the same order.
    pub names: Vec<Names>,
    /// More processes than are looked at.
    pub bounded: bool,
}

/// What a process is for `multiprocessing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    ResourceTracker,
    Forkserver,
}

/// Every process of the system and its parent.
fn parents() -> BTreeMap<i32, Stat> {
    let stat = |pid| Some((pid, Stat::of(pid)?));
    numbers("/proc").into_iter().filter_map(stat).collect()
}

fn exe(pid: i32) -> Option<std::path::PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// Whether the parent is the Python that made this child by `multiprocessing` or fork(2).
fn is_same_program(child: i32, parent: i32) -> bool {
    let Some(program) = exe(child) else {
        return false;
    };
    if exe(parent) != Some(program) {
        return false;
    }
    let line = file(child, "cmdline");
    let of_multiprocessing = b"from multiprocessing".as_slice();
    line == file(parent, "cmdline")
        || line
            .windows(of_multiprocessing.len())
            .any(|window| window == of_multiprocessing)
}

/// The first process of the program that this one belongs to.
pub(crate) fn root_of(pid: i32, all: &BTreeMap<i32, Stat>) -> i32 {
    let mut root = pid;
    while let Some(stat) = all.get(&root)
        && stat.ppid > 1
        && is_same_program(root, stat.ppid)
    {
        root = stat.ppid;
    }
    root
}

fn outer(processes: &[Process], by: &Process, pid: i32) -> i32 {
    if by.inner == by.pid {
        return pid;
    }
    let same = processes.iter().find(|process| process.inner == pid);
    same.map_or(pid, |process| process.pid)
}

impl Program {
    /// Looks at the program of a process; `None` when there is no such process.
    pub(crate) fn look(pid: i32) -> Option<Program> {
        let all = parents();
        let root = root_of(pid, &all);
        let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
        for (pid, stat) in &all {
            children.entry(stat.ppid).or_default().push(*pid);
        }
        let mut pids = vec![root];
        let mut seen = BTreeSet::from([root]);
        let mut at = 0;
        while let Some(pid) = pids.get(at).copied() {
            let born = children.get(&pid).into_iter().flatten();
            pids.extend(born.filter(|pid| seen.insert(**pid)));
            at += 1;
        }
        let bounded = pids.len() > MOST;
        pids.truncate(MOST);
        let own = std::process::id().cast_signed();
        let mut files = Files::default();
        let processes = pids.into_iter().filter(|pid| *pid != own);
        let mut processes: Vec<Process> = processes
            .filter_map(|pid| Process::look(pid, &mut files))
            .collect();
        processes.sort_by_key(|process| (process.pid != root, process.start, process.pid));
        processes.first()?;
        let named = |process: &Process| {
            let names = Names::of(process);
            // Most of its memory is not asked for again.
            process.forget();
            names
        };
        let mut names: Vec<Names> = processes.iter().map(named).collect();
        for (process, names) in processes.iter().zip(&mut names) {
            for child in &mut names.children {
                child.pid = outer(&processes, process, child.pid);
            }
        }
        Some(Program {
            processes,
            names,
            bounded,
        })
    }

    /// Our PID of a process that another names by its own PID namespace.
    pub(crate) fn outer(&self, by: &Process, pid: i32) -> i32 {
        outer(&self.processes, by, pid)
    }

    /// Our TID of a thread that a process names by its own PID namespace; `None` where it has none.
    pub(crate) fn outer_thread(&self, by: &Process, tid: i32) -> Option<i32> {
        let known = by.threads.iter().find(|thread| thread.inner == tid);
        known.map(|thread| thread.tid).or_else(|| {
            let mut others = self.processes.iter().flat_map(|process| &process.threads);
            others
                .find(|thread| thread.inner == tid)
                .map(|thread| thread.tid)
        })
    }

    pub(crate) fn place(&self, pid: i32) -> Option<usize> {
        self.processes.iter().position(|process| process.pid == pid)
    }

    pub(crate) fn process(&self, pid: i32) -> Option<&Process> {
        self.place(pid).map(|place| &self.processes[place])
    }

    /// `Process-1`, `MainProcess`; of another program its name.
    pub(crate) fn name(&self, place: usize) -> String {
        let process = &self.processes[place];
        if let Some(service) = process.service() {
            return match service {
                Service::ResourceTracker => "resource_tracker".to_owned(),
                Service::Forkserver => "forkserver".to_owned(),
            };
        }
        let known = self.names.iter().flat_map(|names| &names.children);
        let given = known
            .filter(|child| child.pid == process.pid && child.name != "subprocess")
            .map(|child| child.name.clone())
            .next();
        let own = process.python.as_ref().map(|python| {
            let main = process
                .threads
                .first()
                .and_then(|thread| thread.stack.as_ref());
            let named = main.and_then(|stack| {
                let object = place::caller(
                    &python.heap,
                    stack,
                    "multiprocessing/process.py",
                    "_bootstrap",
                )?;
                python.heap.text(python.heap.attr(object, "_name")?)
            });
            let named = named.or_else(|| given.clone());
            named.or_else(|| (place == 0).then(|| "MainProcess".to_owned()))
        });
        let own = own.flatten();
        own.or(given).unwrap_or_else(|| {
            let base = |word: &String| word.rsplit('/').next().unwrap_or(word).to_owned();
            let script = process.command.get(1).filter(|word| {
                process.python.is_some()
                    && word.strip_suffix(".py").is_some()
                    && !word.starts_with('-')
            });
            let first = script.or(process.command.first());
            first.map_or_else(|| "?".to_owned(), base)
        })
    }

    /// Children that a process knows to have ended, and zombies that nobody has collected.
    pub(crate) fn ended(&self) -> Vec<Child> {
        let known = self.names.iter().flat_map(|names| &names.children);
        let mut found: Vec<Child> = Vec::new();
        for child in known.filter(|child| child.exit.is_some()) {
            if !found.iter().any(|other| other.pid == child.pid) {
                found.push(child.clone());
            }
        }
        for (place, process) in self.processes.iter().enumerate() {
            if process.is_dead() && !found.iter().any(|other| other.pid == process.pid) {
                found.push(Child {
                    name: self.name(place),
                    pid: process.pid,
                    exit: Some(exit_of(process.exit_code)),
                });
            }
        }
        found
    }
}

/// `exitcode` as `multiprocessing` has it, of a status as wait(2) gives it.
pub(crate) fn exit_of(status: i32) -> i64 {
    match status & 127 {
        0 => i64::from(status >> 8 & 255),
        signal => -i64::from(signal),
    }
}

impl Process {
    pub(crate) fn service(&self) -> Option<Service> {
        let code = self
            .command
            .iter()
            .find(|word| word.starts_with("from multiprocessing."))?;
        if code.contains("resource_tracker") || code.contains("semaphore_tracker") {
            return Some(Service::ResourceTracker);
        }
        let runs_program = self.threads.iter().any(|thread| {
            let stack = thread.stack.as_ref();
            stack.is_some_and(|stack| {
                place::call(stack, "multiprocessing/process.py", "_bootstrap").is_some()
            })
        });
        (code.contains("forkserver") && !runs_program).then_some(Service::Forkserver)
    }
}
