//! The processes of a run and their birth numbers.
//!
//! A PID names a process only until the kernel gives it away again; the birth number names it for
//! ever. A PID whose process has exited and that is born again is a new process.

use std::collections::{BTreeMap, HashMap};

use crate::trace::{Exit, ProcessStart, Role};

/// A process of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member {
    pub proc: u32,
    pub role: Role,
    pub daemon: bool,
    /// PID of its parent at its birth.
    pub parent: i32,
    /// How it ended, once that was told.
    pub exit: Option<Exit>,
    /// That its status was collected was told.
    pub reaped: bool,
}

impl Member {
    fn is_alive(&self) -> bool {
        self.exit.is_none()
    }

    /// The run goes on as long as this lives, its main process ended or not: daemons, workers,
    /// services and strangers are not waited for, as CPython does not wait for them.
    fn is_awaited(&self) -> bool {
        self.is_alive() && !self.daemon && self.role == Role::Process
    }
}

#[derive(Debug, Default)]
pub(crate) struct Processes {
    births: u32,
    /// The latest process under each PID.
    members: HashMap<i32, Member>,
    /// PIDs of those that have ended and of which nobody said that their status was collected, by birth
    /// number.
    zombies: BTreeMap<u32, i32>,
}

impl Processes {
    /// The birth number of the latest process under this PID.
    pub(crate) fn proc(&self, pid: i32) -> Option<u32> {
        self.members.get(&pid).map(|member| member.proc)
    }

    /// Enters a process. One that lives under this PID keeps its number and changes its role: it
    /// wrote something before it introduced itself.
    pub(crate) fn enter(&mut self, pid: i32, start: &ProcessStart) -> Member {
        let proc = match self.members.get(&pid) {
            Some(member) if member.is_alive() => member.proc,
            _ => {
                self.births += 1;
                self.births - 1
            }
        };
        let member = Member {
            proc,
            role: start.role,
            daemon: start.daemon,
            parent: start.ppid,
            exit: None,
            reaped: false,
        };
        if let Some(before) = self.members.insert(pid, member) {
            self.zombies.remove(&before.proc);
        }
        member
    }

    /// The latest process under this PID.
    pub(crate) fn member(&self, pid: i32) -> Option<Member> {
        self.members.get(&pid).copied()
    }

    /// Whether the process under this PID lives.
    pub(crate) fn lives(&self, pid: i32) -> bool {
        self.members.get(&pid).is_some_and(Member::is_alive)
    }

    /// Notes an exit.
    pub(crate) fn exited(&mut self, pid: i32, exit: Exit) {
        if let Some(member) = self.members.get_mut(&pid) {
            member.exit = Some(exit);
            if !member.reaped {
                self.zombies.insert(member.proc, pid);
            }
        }
    }

    /// Notes that a status was collected; true where that is news.
    pub(crate) fn reaped(&mut self, pid: i32) -> bool {
        let Some(member) = self.members.get_mut(&pid) else {
            return false;
        };
        self.zombies.remove(&member.proc);
        !std::mem::replace(&mut member.reaped, true)
    }

    /// Processes that have ended and of which nobody said that their status was collected, in birth order.
    pub(crate) fn zombies(&self) -> Vec<(i32, Member)> {
        let pids = self.zombies.values();
        pids.filter_map(|pid| Some((*pid, self.member(*pid)?)))
            .collect()
    }

    /// Number of the run's own processes alive.
    pub(crate) fn alive(&self) -> usize {
        self.members
            .values()
            .filter(|member| member.is_alive() && member.role != Role::Guest)
            .count()
    }

    /// Whether a process lives that the run waits for though its main process has ended.
    pub(crate) fn awaits(&self) -> bool {
        self.members.values().any(Member::is_awaited)
    }
}

#[cfg(test)]
mod tests {
    use super::Processes;
    use crate::trace::{Exit, ProcessStart, Role, StartMethod};

    fn start(role: Role, daemon: bool) -> ProcessStart {
        ProcessStart {
            ppid: 1,
            name: String::new(),
            role,
            daemon,
            method: StartMethod::Fork,
        }
    }

    #[test]
    fn a_pid_born_again_is_another_process() {
        let mut processes = Processes::default();
        assert_eq!(processes.enter(70, &start(Role::Main, false)).proc, 0);
        assert_eq!(processes.enter(71, &start(Role::Foreign, false)).proc, 1);
        assert_eq!(
            processes.enter(71, &start(Role::Process, false)).proc,
            1,
            "the same, introduced at last"
        );
        assert!(processes.awaits());
        processes.exited(71, Exit::Code(0));
        let zombies = processes.zombies();
        assert_eq!(
            zombies.iter().map(|(pid, _)| *pid).collect::<Vec<_>>(),
            [71]
        );
        assert!(processes.reaped(71) && !processes.reaped(71), "told once");
        assert!(processes.zombies().is_empty());
        assert!(!processes.lives(71) && !processes.awaits());
        assert_eq!(
            processes.proc(71),
            Some(1),
            "what follows its exit is its own"
        );
        assert_eq!(processes.enter(71, &start(Role::Worker, true)).proc, 2);
        assert!(!processes.awaits(), "workers are not waited for");
        assert_eq!(processes.alive(), 2);
    }
}
