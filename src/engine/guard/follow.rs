//! Following a program of one's own: whatever it starts is told before it runs its first instruction.
//!
//! The guard is its tracer (ptrace(2)), for births, new programs and ends alone. A newborn, and one
//! that has become another program, is held until the supervisor says that it holds a descriptor of it
//! and has read its row of ps; so a process that lives a millisecond is seen. Threads go on at once.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use crate::protocol::FromGuard;
use crate::sys::{
    ptrace::{self, Change},
    stat::Stat,
};

/// Processes held and told at one time: so many answers fit into the channel.
const TOLD: usize = 64;

/// Who is followed, and who is held.
#[derive(Debug)]
pub(super) struct Follower {
    me: i32,
    /// Processes and threads that have been seen to stop once.
    known: HashSet<i32>,
    threads: HashSet<i32>,
    /// Processes whose birth is told or about to be.
    announced: HashSet<i32>,
    /// Processes that stopped for the first time before the event of whoever made them came: told in
    /// the order of their birth, they wait for it.
    early: BTreeSet<i32>,
    /// Processes that a signal has stopped.
    stopped: HashSet<i32>,
    /// Ended, told, and left to their parents to collect: they come to us where those do not.
    gone: HashSet<i32>,
    /// Not told yet.
    queue: VecDeque<(i32, FromGuard)>,
    /// Told and not answered.
    told: HashSet<i32>,
    /// Stand still until the answer.
    held: HashMap<i32, Held>,
    /// Answered before they stood still.
    answered: HashSet<i32>,
    /// Nobody is held any more.
    free: bool,
    /// Set while everybody is let go for good: who was.
    detached: Option<HashSet<i32>>,
}

/// How one that is held goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Running,
    /// It was stopped by a signal, and stays so.
    Stopped,
}

impl Follower {
    /// Follows the main process, which has just become the program.
    pub(super) fn new(main: i32, tell: &mut dyn FnMut(&FromGuard)) -> Follower {
        let mut follower = Follower {
            me: std::process::id().cast_signed(),
            known: HashSet::from([main]),
            threads: HashSet::new(),
            announced: HashSet::from([main]),
            early: BTreeSet::new(),
            stopped: HashSet::new(),
            gone: HashSet::new(),
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

    /// Takes everything that has happened and says it; false when nobody is left.
    pub(super) fn news(&mut self, tell: &mut dyn FnMut(&FromGuard)) -> bool {
        loop {
            match ptrace::changed() {
                Ok(Some((pid, change))) => self.changed(pid, change, tell),
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }

    /// The supervisor has this process in its hands.
    pub(super) fn answered(&mut self, pid: i32, tell: &mut dyn FnMut(&FromGuard)) {
        if self.told.remove(&pid) {
            self.let_go(pid);
        }
        self.tell_queued(tell);
    }

    /// Lets everybody go and holds nobody from now on: the run is being ended.
    pub(super) fn release(&mut self, tell: &mut dyn FnMut(&FromGuard)) {
        self.free = true;
        self.announce_early(tell);
        self.tell_queued(tell);
        for pid in std::mem::take(&mut self.told) {
            self.let_go(pid);
        }
    }

    /// Begins to let everybody go for good: whoever does not stand still already is stopped first.
    pub(super) fn leave(&mut self) {
        let mut detached = HashSet::new();
        for pid in self.known.iter().copied() {
            if self.held.contains_key(&pid) && ptrace::detach(pid, 0).is_ok() {
                detached.insert(pid);
            } else {
                // One that has ended is collected by its parent.
                let _ = ptrace::interrupt(pid);
            }
        }
        self.known.retain(|pid| !detached.contains(pid));
        self.detached = Some(detached);
    }

    /// Whether everybody was let go for good.
    pub(super) fn has_left(&self) -> bool {
        self.detached.is_some() && self.known.is_empty()
    }

    /// A change while everybody is let go.
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
        // One that was killed meanwhile is gone as well.
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
                // One that has ended already was told then.
                let lives = !self.gone.contains(&child) && Stat::of(child).is_some();
                if lives && !self.threads.contains(&child) && !is_thread(child) {
                    self.announce(child, tell);
                }
                go_on(pid, Held::Running);
            }
            Change::Executed(former) => {
                // The other threads are gone, and this one has the number of the process now.
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
                // One that was killed meanwhile takes no other signal.
                let _ = ptrace::resume(pid, signal);
            }
            Change::Trapped => self.stopped(pid, Held::Running, tell),
            Change::Stopped(_) => self.stopped(pid, Held::Stopped, tell),
        }
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
        if is_thread(pid) {
            self.threads.insert(pid);
            return go_on(pid, held);
        }
        if self.free || self.answered.remove(&pid) {
            self.announce(pid, tell);
            go_on(pid, held);
        } else {
            self.held.insert(pid, held);
            if !self.announced.contains(&pid) {
                self.early.insert(pid);
            }
        }
        self.note_stop(pid, held, tell);
    }

    /// Tells of a birth, once.
    fn announce(&mut self, pid: i32, tell: &mut dyn FnMut(&FromGuard)) {
        self.early.remove(&pid);
        if self.announced.insert(pid) {
            self.queue.push_back((pid, birth(pid)));
            self.tell_queued(tell);
        }
    }

    /// Tells of those whose maker may never tell, for it may be the one that is gone.
    fn announce_early(&mut self, tell: &mut dyn FnMut(&FromGuard)) {
        for pid in std::mem::take(&mut self.early) {
            self.announce(pid, tell);
        }
    }

    /// Says when a process is stopped by a signal and when it goes on: to the kernel both look like
    /// being held by us.
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

    /// Tells of as many as may be told.
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

    /// One that was answered goes on, or will as soon as it stands still.
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
        if self.gone.remove(&pid) {
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
            // Killed before anybody could tell of it.
            tell(&birth(pid));
        }
        self.forget(pid, tell);
        let mine = Stat::of(pid).is_some_and(|stat| stat.ppid == self.me);
        if let Ok(status) = ptrace::reap(pid) {
            if mine {
                tell(&FromGuard::Reaped { pid, status });
            } else {
                tell(&FromGuard::Exited { pid, status });
                self.gone.insert(pid);
            }
        }
        self.tell_queued(tell);
    }

    /// Of one that was killed while it was held: what was to be told comes before its end.
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
    // One that was killed meanwhile goes nowhere; its end is the next that is heard of it.
    let _ = match held {
        Held::Running => ptrace::resume(pid, 0),
        Held::Stopped => ptrace::listen(pid),
    };
}

fn birth(pid: i32) -> FromGuard {
    let ppid = Stat::of(pid).map_or(0, |stat| stat.ppid);
    FromGuard::Forked { pid, ppid }
}

/// Whether the number is that of a thread beside its process's main one.
fn is_thread(number: i32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{number}/status")).unwrap_or_default();
    let group = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    group.is_some_and(|group| group.trim() != number.to_string())
}
