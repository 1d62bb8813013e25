//! Follows the user's own program: every process that it starts is reported before it runs its first
//! instruction.
//!
//! The guard is the tracer (ptrace(2)), for fork, exec and exit only. A new process, and one that has
//! executed another program, is held until the supervisor has a pidfd of it and has read its row of
//! ps. So a process that lives a millisecond is seen. Threads continue at once.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use crate::protocol::FromGuard;
use crate::sys::{
    process,
    ptrace::{self, Change},
    stat::Stat,
};

/// Most processes that are held and reported at one time: so many answers fit into the channel.
const TOLD: usize = 64;

/// The processes that are followed, and those that are held.
#[derive(Debug)]
pub(super) struct Follower {
    me: i32,
    /// Processes and threads that have stopped for the first time.
    known: HashSet<i32>,
    threads: HashSet<i32>,
    /// Processes whose start has been reported or is about to be.
    announced: HashSet<i32>,
    /// Processes whose first stop came before the event of the process that made them. They wait for
    /// that event, so that processes are reported in the order of their birth.
    early: BTreeSet<i32>,
    /// Processes that a signal has stopped.
    stopped: HashSet<i32>,
    /// Processes that have ended and been reported, with when they started: the kernel gives their PIDs
    /// again. Their parents collect them; else they become our children.
    gone: HashMap<i32, u64>,
    /// Not reported yet.
    queue: VecDeque<(i32, FromGuard)>,
    /// Reported and not answered yet.
    told: HashSet<i32>,
    /// Stopped until the answer comes.
    held: HashMap<i32, Held>,
    /// Answered before they had stopped.
    answered: HashSet<i32>,
    /// No process is held any more.
    free: bool,
    /// Set while all are being detached: those that already are.
    detached: Option<HashSet<i32>>,
}

/// How a held process continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Running,
    /// It was stopped by a signal and stays stopped.
    Stopped,
}

impl Follower {
    /// Follows the main process, which has just executed the program.
    pub(super) fn new(main: i32, tell: &mut dyn FnMut(&FromGuard)) -> Follower {
        let mut follower = Follower {
            me: std::process::id().cast_signed(),
            known: HashSet::from([main]),
            threads: HashSet::new(),
            announced: HashSet::from([main]),
            early: BTreeSet::new(),
            stopped: HashSet::new(),
            gone: HashMap::new(),
            queue: VecDeque::new(),
            told: HashSet::new(),
            held: HashMap::new(),
            answered: HashSet::new(),
            free: false,
            detached: None,
        };
        follower.executed(main, tell);
        follower
    }

    /// Handles everything that has happened and reports it. False when no process is left.
    pub(super) fn news(&mut self, tell: &mut dyn FnMut(&FromGuard)) -> bool {
        loop {
            match ptrace::changed() {
                Ok(Some((pid, change))) => self.changed(pid, change, tell),
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }

    /// The supervisor has a pidfd and the row of this process.
    pub(super) fn answered(&mut self, pid: i32, tell: &mut dyn FnMut(&FromGuard)) {
        if self.told.remove(&pid) {
            self.let_go(pid);
        }
        self.tell_queued(tell);
    }

    /// Releases all processes and holds none from now on: the run is being ended.
    pub(super) fn release(&mut self, tell: &mut dyn FnMut(&FromGuard)) {
        self.free = true;
        self.announce_early(tell);
        self.tell_queued(tell);
        for pid in std::mem::take(&mut self.told) {
            self.let_go(pid);
        }
    }

    /// Begins to detach from all processes. A process that is not stopped is stopped first.
    pub(super) fn leave(&mut self) {
        let mut detached = HashSet::new();
        for pid in self.known.iter().copied() {
            if self.held.contains_key(&pid) && ptrace::detach(pid, 0).is_ok() {
                detached.insert(pid);
            } else {
                // If it has ended, its parent collects it.
                let _ = ptrace::interrupt(pid);
            }
        }
        self.known.retain(|pid| !detached.contains(pid));
        self.detached = Some(detached);
    }

    /// Whether all processes are detached.
    pub(super) fn has_left(&self) -> bool {
        self.detached.is_some() && self.known.is_empty()
    }

    /// A change of state while all are being detached.
    fn detach(&mut self, pid: i32, change: Change) {
        let Some(detached) = &mut self.detached else {
            return;
        };
        let signal = match change {
            Change::Signalled(signal) => signal,
            Change::Forked(child) => {
                if !detached.contains(&child) && Stat::of(child).is_some() {
                    self.known.insert(child);
                }
                0
            }
            Change::Executed(former) => {
                self.known.remove(&former);
                0
            }
            Change::Trapped | Change::Stopped(_) | Change::Ended => 0,
        };
        // A process that was killed meanwhile is gone too.
        let _ = ptrace::detach(pid, signal);
        detached.insert(pid);
        self.known.remove(&pid);
    }

    fn changed(&mut self, pid: i32, change: Change, tell: &mut dyn FnMut(&FromGuard)) {
        if self.detached.is_some() && change != Change::Ended {
            return self.detach(pid, change);
        }
        match change {
            Change::Ended => self.ended(pid, tell),
            Change::Forked(child) => {
                // A process that has ended was reported then.
                let known = self.threads.contains(&child);
                if !known
                    && let Some(stat) = Stat::of(child)
                    && !self.is_gone(child, &stat)
                    && !is_thread(child)
                {
                    self.announce(child, Some(stat.ppid), tell);
                }
                go_on(pid, Held::Running);
            }
            Change::Executed(former) => {
                // The other threads are gone, and this one has the PID of the process now.
                self.threads.remove(&pid);
                if former != pid {
                    self.threads.remove(&former);
                    self.known.remove(&former);
                }
                self.known.insert(pid);
                self.announce_early(tell);
                self.executed(pid, tell);
            }
            Change::Signalled(signal) => {
                // A process that was killed meanwhile takes no other signal.
                let _ = ptrace::resume(pid, signal);
            }
            Change::Trapped => self.stopped(pid, Held::Running, tell),
            Change::Stopped(_) => self.stopped(pid, Held::Stopped, tell),
        }
    }

    /// Whether this is a process that has ended and been reported, and not a new one of its PID.
    fn is_gone(&self, pid: i32, stat: &Stat) -> bool {
        stat.is_dead() && self.gone.get(&pid) == Some(&stat.start)
    }

    fn executed(&mut self, pid: i32, tell: &mut dyn FnMut(&FromGuard)) {
        self.held.insert(pid, Held::Running);
        self.queue.push_back((pid, FromGuard::Executed { pid }));
        self.tell_queued(tell);
    }

    fn stopped(&mut self, pid: i32, held: Held, tell: &mut dyn FnMut(&FromGuard)) {
        self.gone.remove(&pid);
        if !self.known.insert(pid) {
            self.note_stop(pid, held, tell);
            return go_on(pid, held);
        }
        if !self.announced.contains(&pid) && is_thread(pid) {
            self.threads.insert(pid);
            return go_on(pid, held);
        }
        if self.free || self.answered.remove(&pid) {
            self.announce(pid, None, tell);
            go_on(pid, held);
        } else {
            self.held.insert(pid, held);
            if !self.announced.contains(&pid) {
                self.early.insert(pid);
            }
        }
        self.note_stop(pid, held, tell);
    }

    /// Reports a new process, once; `ppid` where it is known.
    fn announce(&mut self, pid: i32, ppid: Option<i32>, tell: &mut dyn FnMut(&FromGuard)) {
        self.early.remove(&pid);
        if self.announced.insert(pid) {
            let word = ppid.map_or_else(|| birth(pid), |ppid| FromGuard::Forked { pid, ppid });
            self.queue.push_back((pid, word));
            self.tell_queued(tell);
        }
    }

    /// Reports the processes whose parent's event may never come, because the parent is gone.
    fn announce_early(&mut self, tell: &mut dyn FnMut(&FromGuard)) {
        for pid in std::mem::take(&mut self.early) {
            self.announce(pid, None, tell);
        }
    }

    /// Reports when a signal stops a process and when it continues. In /proc both look like being held
    /// by us.
    fn note_stop(&mut self, pid: i32, held: Held, tell: &mut dyn FnMut(&FromGuard)) {
        let stopped = held == Held::Stopped;
        let news = if stopped {
            !self.threads.contains(&pid) && self.stopped.insert(pid)
        } else {
            self.stopped.remove(&pid)
        };
        if news {
            tell(&FromGuard::Stopped { pid, stopped });
        }
    }

    /// Reports as many as the channel allows.
    fn tell_queued(&mut self, tell: &mut dyn FnMut(&FromGuard)) {
        while self.free || self.told.len() < TOLD {
            let Some((pid, word)) = self.queue.pop_front() else {
                return;
            };
            tell(&word);
            if self.free {
                self.let_go(pid);
            } else {
                self.told.insert(pid);
            }
        }
    }

    /// Continues a process that was answered, now or as soon as it stops.
    fn let_go(&mut self, pid: i32) {
        match self.held.remove(&pid) {
            Some(held) => go_on(pid, held),
            None => {
                self.answered.insert(pid);
            }
        }
    }

    fn ended(&mut self, pid: i32, tell: &mut dyn FnMut(&FromGuard)) {
        self.announce_early(tell);
        let stat = Stat::of(pid);
        let was_gone = stat.as_ref().is_some_and(|stat| self.is_gone(pid, stat));
        if self.gone.remove(&pid).is_some() && was_gone {
            // Its parent ended without collecting it.
            if let Ok(status) = ptrace::reap(pid) {
                tell(&FromGuard::Reaped { pid, status });
            }
            return;
        }
        let known = self.known.remove(&pid);
        if self.threads.remove(&pid) || (!known && is_thread(pid)) {
            let _ = ptrace::reap(pid);
            return;
        }
        if !self.announced.remove(&pid) {
            // It was killed before it could be reported.
            tell(&birth(pid));
        }
        self.forget(pid, tell);
        let mine = stat.as_ref().is_some_and(|stat| stat.ppid == self.me);
        if let Ok(status) = ptrace::reap(pid) {
            if mine {
                tell(&FromGuard::Reaped { pid, status });
            } else {
                tell(&FromGuard::Exited { pid, status });
                self.gone.extend(stat.map(|stat| (pid, stat.start)));
            }
        }
        self.tell_queued(tell);
    }

    /// For a process that was killed while it was held: its start is reported before its end.
    fn forget(&mut self, pid: i32, tell: &mut dyn FnMut(&FromGuard)) {
        self.queue.retain(|(held, word)| {
            if *held == pid {
                tell(word);
            }
            *held != pid
        });
        self.told.remove(&pid);
        self.held.remove(&pid);
        self.answered.remove(&pid);
        self.stopped.remove(&pid);
    }
}

fn go_on(pid: i32, held: Held) {
    // A process that was killed meanwhile cannot continue; its end comes next.
    let _ = match held {
        Held::Running => ptrace::resume(pid, 0),
        Held::Stopped => ptrace::listen(pid),
    };
}

fn birth(pid: i32) -> FromGuard {
    let ppid = Stat::of(pid).map_or(0, |stat| stat.ppid);
    FromGuard::Forked { pid, ppid }
}

/// Whether the number is that of a thread other than its process's main thread.
fn is_thread(number: i32) -> bool {
    if process::is_leader(number) {
        return false;
    }
    // Gone, or a thread.
    let status = std::fs::read_to_string(format!("/proc/{number}/status")).unwrap_or_default();
    let group = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    group.is_some_and(|group| group.trim() != number.to_string())
}
