//! Following a program of one's own: whatever it starts is told before it runs its first instruction.
//!
//! The guard is its tracer (ptrace(2)), for births, new programs and ends alone. A newborn, and one
//! that has become another program, is held until the supervisor says that it holds a descriptor of it
//! and has read its row of ps; so a process that lives a millisecond is seen. Threads go on at once.

use std::collections::{HashMap, HashSet, VecDeque};

use super::super::stat::Stat;
use super::Word;
use crate::sys::ptrace::{self, Change};

/// Processes held and told at one time: so many answers fit into the channel.
const TOLD: usize = 64;

/// Who is followed, and who is held.
#[derive(Debug)]
pub(super) struct Follower {
    me: i32,
    /// Processes and threads that have been seen to stop once.
    known: HashSet<i32>,
    threads: HashSet<i32>,
    /// Processes that a signal has stopped.
    halted: HashSet<i32>,
    /// Ended, told, and left to their parents to collect: they come to us where those do not.
    gone: HashSet<i32>,
    /// Held and not told yet.
    queue: VecDeque<(i32, Held, Word)>,
    /// Told, and held until the supervisor answers.
    told: HashMap<i32, Held>,
    /// Nobody is held any more.
    free: bool,
}

/// How one that is held goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Running,
    /// It was stopped by a signal, and stays so.
    Halted,
}

impl Follower {
    /// Follows the main process, which has just become the program.
    pub(super) fn new(main: i32, say: &mut dyn FnMut(&Word)) -> Follower {
        let mut follower = Follower {
            me: std::process::id().cast_signed(),
            known: HashSet::from([main]),
            threads: HashSet::new(),
            halted: HashSet::new(),
            gone: HashSet::new(),
            queue: VecDeque::new(),
            told: HashMap::new(),
            free: false,
        };
        follower.hold(main, Held::Running, Word::Became { pid: main }, say);
        follower
    }

    /// Takes everything that has happened and says it; false when nobody is left.
    pub(super) fn news(&mut self, say: &mut dyn FnMut(&Word)) -> bool {
        loop {
            match ptrace::changed() {
                Ok(Some((pid, change))) => self.changed(pid, change, say),
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }

    /// The supervisor has this process in its hands.
    pub(super) fn answered(&mut self, pid: i32, say: &mut dyn FnMut(&Word)) {
        if let Some(held) = self.told.remove(&pid) {
            go_on(pid, held);
        }
        self.tell(say);
    }

    /// Lets everybody go and holds nobody from now on: the run is being ended.
    pub(super) fn release(&mut self, say: &mut dyn FnMut(&Word)) {
        self.free = true;
        self.tell(say);
        for (pid, held) in self.told.drain() {
            go_on(pid, held);
        }
    }

    fn changed(&mut self, pid: i32, change: Change, say: &mut dyn FnMut(&Word)) {
        match change {
            Change::Ended => self.ended(pid, say),
            // The one made stops by itself, before it does anything.
            Change::Made(_) => go_on(pid, Held::Running),
            Change::Became(former) => {
                // The other threads are gone, and this one has the number of the process now.
                self.threads.remove(&pid);
                if former != pid {
                    self.threads.remove(&former);
                    self.known.remove(&former);
                }
                self.known.insert(pid);
                self.hold(pid, Held::Running, Word::Became { pid }, say);
            }
            Change::Signalled(signal) => {
                // One that was killed meanwhile takes no other signal.
                let _ = ptrace::resume(pid, signal);
            }
            Change::Paused => self.stopped(pid, Held::Running, say),
            Change::Halted(_) => self.stopped(pid, Held::Halted, say),
        }
    }

    fn stopped(&mut self, pid: i32, held: Held, say: &mut dyn FnMut(&Word)) {
        self.gone.remove(&pid);
        if !self.known.insert(pid) {
            self.halts(pid, held, say);
            go_on(pid, held);
        } else if is_thread(pid) {
            self.threads.insert(pid);
            go_on(pid, held);
        } else {
            self.hold(pid, held, birth(pid), say);
            self.halts(pid, held, say);
        }
    }

    /// Says when a process is stopped by a signal and when it goes on: to the kernel both look like
    /// being held by us.
    fn halts(&mut self, pid: i32, held: Held, say: &mut dyn FnMut(&Word)) {
        let halted = held == Held::Halted;
        let news = if halted {
            !self.threads.contains(&pid) && self.halted.insert(pid)
        } else {
            self.halted.remove(&pid)
        };
        if news {
            say(&Word::Halted { pid, halted });
        }
    }

    fn hold(&mut self, pid: i32, held: Held, word: Word, say: &mut dyn FnMut(&Word)) {
        self.queue.push_back((pid, held, word));
        self.tell(say);
    }

    /// Tells of as many of those held as may be told.
    fn tell(&mut self, say: &mut dyn FnMut(&Word)) {
        while self.free || self.told.len() < TOLD {
            let Some((pid, held, word)) = self.queue.pop_front() else {
                return;
            };
            say(&word);
            if self.free {
                go_on(pid, held);
            } else {
                self.told.insert(pid, held);
            }
        }
    }

    fn ended(&mut self, pid: i32, say: &mut dyn FnMut(&Word)) {
        if self.gone.remove(&pid) {
            // Its parent ended without collecting it.
            if let Ok(status) = ptrace::reap(pid) {
                say(&Word::Reaped { pid, status });
            }
            return;
        }
        let thread = self.threads.remove(&pid);
        let known = self.known.remove(&pid);
        if thread || (!known && is_thread(pid)) {
            let _ = ptrace::reap(pid);
            return;
        }
        if !known {
            // Killed before it could stop for the first time.
            say(&birth(pid));
        }
        // Killed while it was held: what it was held for comes before its end.
        let mut queue = std::mem::take(&mut self.queue);
        queue.retain(|(held, _, word)| {
            if *held == pid {
                say(word);
            }
            *held != pid
        });
        self.queue = queue;
        self.told.remove(&pid);
        self.halted.remove(&pid);
        let mine = Stat::of(pid).is_some_and(|stat| stat.ppid == self.me);
        if let Ok(status) = ptrace::reap(pid) {
            if mine {
                say(&Word::Reaped { pid, status });
            } else {
                say(&Word::Gone { pid, status });
                self.gone.insert(pid);
            }
        }
        self.tell(say);
    }
}

fn go_on(pid: i32, held: Held) {
    // One that was killed meanwhile goes nowhere; its end is the next that is heard of it.
    let _ = match held {
        Held::Running => ptrace::resume(pid, 0),
        Held::Halted => ptrace::listen(pid),
    };
}

fn birth(pid: i32) -> Word {
    let ppid = Stat::of(pid).map_or(0, |stat| stat.ppid);
    Word::Born { pid, ppid }
}

/// Whether the number is that of a thread beside its process's main one.
fn is_thread(number: i32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{number}/status")).unwrap_or_default();
    let group = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    group.is_some_and(|group| group.trim() != number.to_string())
}
