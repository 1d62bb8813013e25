//! The exit watch: every process of the run that the collector has heard of, and whether it lives.
//!
//! Holds a pidfd for each from its first word to its end, so that its end is seen whoever its parent
//! is. It decides when an exit may be told: with the status known, or after the reaper had its time.

use std::collections::HashMap;
use std::os::fd::AsFd as _;
use std::sync::Arc;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};

use crate::sys::{pidfd::PidFd, stat::Stat};
use crate::trace::Exit;

/// How long an exit waits for its reaper's word where the kernel does not say (before Linux 6.15).
const REAPER_TIME: i64 = 300_000_000;

/// Tokens of processes in the epoll set are their PIDs above this.
pub(crate) const FIRST_TOKEN: u64 = 1 << 32;

#[derive(Debug)]
struct Entry {
    process: Option<Arc<PidFd>>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Alive,
    /// Ended, status not known yet; told as unknown at this time (ns).
    Ended {
        tell_at: i64,
    },
}

/// A process that was just entered.
#[derive(Debug)]
pub(crate) struct Entered {
    pub process: Option<Arc<PidFd>>,
    pub parent: i32,
    pub name: String,
}

/// Tells how a process ended, given its reaper's word if that has come.
type Teller = fn(&PidFd, Option<Exit>) -> Exit;

#[derive(Debug)]
pub(crate) struct ExitWatch {
    teller: Teller,
    /// Processes whose exit has not been told.
    entries: HashMap<i32, Entry>,
    /// How many of them have ended and wait for their reaper's word.
    ended: usize,
}

impl ExitWatch {
    pub(crate) fn new(teller: Teller) -> ExitWatch {
        ExitWatch {
            teller,
            entries: HashMap::new(),
            ended: 0,
        }
    }

    /// Whether this PID is a process that was entered and whose exit has not been told.
    pub(crate) fn has(&self, pid: i32) -> bool {
        self.entries.contains_key(&pid)
    }

    /// Whether this is a process that was entered, whose exit has not been told, and that has ended.
    pub(crate) fn has_ended(&self, pid: i32) -> bool {
        let process = self
            .entries
            .get(&pid)
            .and_then(|entry| entry.process.as_ref());
        process.is_some_and(|process| {
            let mut fds = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
            poll(&mut fds, PollTimeout::ZERO) == Ok(1)
        })
    }

    /// Enters a process that introduced itself, and watches it.
    pub(crate) fn enter(&mut self, pid: i32, epoll: &Epoll) -> Option<Arc<PidFd>> {
        if self.has(pid) {
            return self
                .entries
                .get(&pid)
                .and_then(|entry| entry.process.clone());
        }
        // Gone already and reaped, or no descriptor left: it is followed without one.
        let process = PidFd::open(pid).ok().map(Arc::new);
        if let Some(process) = &process {
            self.watch(process, epoll);
        } else {
            self.entries.insert(
                pid,
                Entry {
                    process: None,
                    state: State::Alive,
                },
            );
        }
        process
    }

    /// Enters a process that is held already, and watches it.
    pub(crate) fn watch(&mut self, process: &Arc<PidFd>, epoll: &Epoll) {
        let token = FIRST_TOKEN + u64::from(process.pid().unsigned_abs());
        // Without a watch its end is still told by whoever reaps it.
        let _ = epoll.add(process.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN, token));
        let entry = Entry {
            process: Some(Arc::clone(process)),
            state: State::Alive,
        };
        self.entries.insert(process.pid(), entry);
    }

    /// Enters a process nobody introduced, with what /proc says of it.
    pub(crate) fn enter_stranger(&mut self, pid: i32, epoll: &Epoll) -> Entered {
        let process = self.enter(pid, epoll);
        let stat = process.is_some().then(|| Stat::of(pid)).flatten();
        let (parent, name) = stat.map_or((0, String::new()), |stat| (stat.ppid, stat.name));
        Entered {
            process,
            parent,
            name,
        }
    }

    /// The exit of a process that ended, once it may be told; it is told once. `reaper` is the word
    /// of whoever reaped it, where that has come; without it an unknown status waits till `now` has
    /// come to its time.
    pub(crate) fn exit(
        &mut self,
        pid: i32,
        reaper: Option<Exit>,
        now: i64,
        epoll: &Epoll,
    ) -> Option<Exit> {
        let entry = self.entries.get_mut(&pid)?;
        let exit = match &entry.process {
            Some(process) => (self.teller)(process, reaper),
            None => reaper.unwrap_or(Exit::Unknown),
        };
        let overdue = matches!(entry.state, State::Ended { tell_at } if now >= tell_at);
        if exit == Exit::Unknown && reaper.is_none() && entry.process.is_some() && !overdue {
            if entry.state == State::Alive {
                entry.state = State::Ended {
                    tell_at: now + REAPER_TIME,
                };
                self.ended += 1;
                unwatch(entry, epoll);
            }
            return None;
        }
        unwatch(entry, epoll);
        self.ended -= usize::from(entry.state != State::Alive);
        self.entries.remove(&pid);
        Some(exit)
    }

    /// PIDs whose exit waits for a reaper that has not spoken by `now`, and when to look again.
    pub(crate) fn overdue(&self, now: i64) -> (Vec<i32>, Option<i64>) {
        let mut due = Vec::new();
        let mut next: Option<i64> = None;
        if self.ended == 0 {
            return (due, next);
        }
        for (pid, entry) in &self.entries {
            match entry.state {
                State::Ended { tell_at } if now >= tell_at => due.push(*pid),
                State::Ended { tell_at } => next = Some(next.map_or(tell_at, |at| at.min(tell_at))),
                State::Alive => {}
            }
        }
        (due, next)
    }

    /// PIDs whose exit has not been told.
    pub(crate) fn untold(&self) -> Vec<i32> {
        let mut pids: Vec<i32> = self.entries.keys().copied().collect();
        pids.sort_unstable();
        pids
    }
}

fn unwatch(entry: &Entry, epoll: &Epoll) {
    if let Some(process) = &entry.process {
        // The dispatcher may hold the descriptor still, so that closing ours would not end the watch.
        let _ = epoll.delete(process.as_fd());
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};

    use nix::sys::epoll::{Epoll, EpollCreateFlags};

    use super::{ExitWatch, REAPER_TIME};
    use crate::trace::Exit;

    /// A watch on a kernel that never says how a process ended.
    fn silent() -> (ExitWatch, Epoll) {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).expect("an epoll set");
        (
            ExitWatch::new(|_, reaper| reaper.unwrap_or(Exit::Unknown)),
            epoll,
        )
    }

    fn child() -> (Child, i32) {
        let child = Command::new("true").spawn().expect("true is there");
        let pid = child.id().cast_signed();
        (child, pid)
    }

    #[test]
    fn an_unknown_exit_waits_for_the_reapers_word_and_is_told_once() {
        let ((mut watch, epoll), (mut child, pid)) = (silent(), child());
        assert!(watch.enter(pid, &epoll).is_some());
        assert_eq!(watch.exit(pid, None, 1_000, &epoll), None);
        assert_eq!(
            watch.overdue(1_000),
            (Vec::new(), Some(1_000 + REAPER_TIME))
        );
        assert_eq!(
            watch.exit(pid, Some(Exit::Code(3)), 2_000, &epoll),
            Some(Exit::Code(3))
        );
        assert_eq!(watch.exit(pid, Some(Exit::Code(3)), 2_000, &epoll), None);
        assert_eq!(watch.overdue(i64::MAX), (Vec::new(), None));
        child.wait().expect("our own child");
    }

    #[test]
    fn an_exit_nobody_can_tell_is_unknown_in_the_end() {
        let ((mut watch, epoll), (mut child, pid)) = (silent(), child());
        watch.enter(pid, &epoll);
        assert_eq!(watch.exit(pid, None, 0, &epoll), None);
        assert_eq!(watch.overdue(REAPER_TIME).0, [pid]);
        assert_eq!(
            watch.exit(pid, None, REAPER_TIME, &epoll),
            Some(Exit::Unknown)
        );
        assert!(!watch.has(pid));
        child.wait().expect("our own child");
    }

    #[test]
    fn one_that_is_gone_already_is_told_by_its_reaper() {
        let ((mut watch, epoll), (mut child, pid)) = (silent(), child());
        child.wait().expect("our own child");
        assert!(watch.enter(pid, &epoll).is_none());
        assert_eq!(watch.untold(), [pid]);
        assert_eq!(
            watch.exit(pid, Some(Exit::Signal(9)), 0, &epoll),
            Some(Exit::Signal(9))
        );
    }
}
