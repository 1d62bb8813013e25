//! The exit watch: every process of the run that the collector has heard of, and whether it lives.
//!
//! Holds a pidfd for each from its first word to its end, so that its end is seen whoever its parent
//! is. It decides when an exit may be told: with the status known, or after the reaper had its time.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};

use crate::engine::membership::{Membership, Standing};
use crate::sys::pidfd::PidFd;
use crate::sys::stat::{Stat, at_limit};
use crate::trace::Exit;

/// How long an exit waits for its reaper's word where the kernel does not say (before Linux 6.15).
const REAPER_TIME: i64 = 300_000_000;

/// Descriptors kept for reading /proc at the limit.
const RESERVE: usize = 4;
/// Tries to read /proc at the limit, and the pause between two.
const TRIES: usize = 200;
const PAUSE: Duration = Duration::from_millis(1);

/// Tokens of processes in the epoll set are their PIDs above this.
pub(crate) const FIRST_TOKEN: u64 = 1 << 32;

#[derive(Debug)]
struct Entry {
    process: Option<Arc<PidFd>>,
    standing: Standing,
    gone: bool,
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

/// A process that was entered now or before.
#[derive(Debug)]
pub(crate) struct Entered {
    pub process: Option<Arc<PidFd>>,
    pub standing: Standing,
    /// Its command's name, where it is new.
    pub name: String,
    /// It had ended and been collected. At the descriptor limit a living process has no pidfd either.
    pub gone: bool,
}

/// What /proc says of a process that is new.
struct Found {
    parent: i32,
    name: String,
    standing: Standing,
}

/// Tells how a process ended, given its reaper's word if that has come.
type ReadExit = fn(&PidFd, Option<Exit>) -> Exit;

#[derive(Debug)]
pub(crate) struct ExitWatch {
    read_exit: ReadExit,
    membership: Membership,
    /// Processes whose exit has not been told.
    entries: HashMap<i32, Entry>,
    /// The parent each process had, by the kernel's word, when it was entered.
    parents: HashMap<i32, i32>,
    /// A process could not be held for want of a descriptor.
    limit_reached: bool,
    /// Descriptors that are given up at the limit, so that /proc can still be read.
    reserve: Vec<File>,
    /// Those that have ended and wait for their reaper's word, by the time at which they are told
    /// without it.
    ended: BTreeSet<(i64, i32)>,
}

impl ExitWatch {
    pub(crate) fn new(read_exit: ReadExit, membership: Membership) -> ExitWatch {
        ExitWatch {
            read_exit,
            membership,
            entries: HashMap::new(),
            parents: HashMap::new(),
            limit_reached: false,
            reserve: reserve(),
            ended: BTreeSet::new(),
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
        process.is_some_and(|process| has_ended(process))
    }

    /// Enters the process of this PID, judges whose it is, and watches it.
    pub(crate) fn enter(&mut self, pid: i32, epoll: &Epoll) -> Entered {
        self.enter_as(pid, None, epoll)
    }

    /// Enters a process that the guard has seen born.
    pub(crate) fn enter_own(&mut self, pid: i32, parent: i32, epoll: &Epoll) -> Entered {
        let entered = self.enter_as(pid, Some(Standing::Own), epoll);
        self.parents.insert(pid, parent);
        entered
    }

    fn enter_as(&mut self, pid: i32, given: Option<Standing>, epoll: &Epoll) -> Entered {
        if let Some(entry) = self.entries.get(&pid) {
            return Entered {
                process: entry.process.clone(),
                standing: entry.standing,
                name: String::new(),
                gone: entry.gone,
            };
        }
        // Gone already and collected, or no descriptor left: it is watched without one.
        let process = PidFd::open(pid).map(Arc::new);
        let no_room = process.as_ref().is_err_and(at_limit);
        self.limit_reached |= no_room;
        let process = process.ok();
        let found = self.look(pid, given, process.as_deref());
        let gone = process.is_none() && (!no_room || found.standing == Standing::Gone);
        let standing = (found.standing, gone);
        self.insert(pid, process.clone(), standing, found.parent, epoll);
        Entered {
            process,
            standing: found.standing,
            name: found.name,
            gone,
        }
    }

    /// Reads /proc for a process that is new. At the descriptor limit nothing can be read: the reserve is
    /// given up, and others have the descriptors that are missing for a moment only.
    fn look(&mut self, pid: i32, given: Option<Standing>, process: Option<&PidFd>) -> Found {
        let membership = &self.membership;
        let look = || -> io::Result<Found> {
            let stat = Stat::read(pid)?;
            let standing = match given {
                Some(standing) => standing,
                None => membership.of(pid, process)?,
            };
            Ok(Found {
                parent: stat.as_ref().map_or(0, |stat| stat.ppid),
                name: stat.map_or_else(String::new, |stat| stat.name),
                standing,
            })
        };
        let mut found = look();
        if found.is_err() {
            self.reserve.clear();
            for _ in 0..TRIES {
                found = look();
                if found.is_ok() {
                    break;
                }
                std::thread::sleep(PAUSE);
            }
            self.reserve = reserve();
        }
        found.unwrap_or_else(|_| {
            self.limit_reached = true;
            Found {
                parent: 0,
                name: String::new(),
                standing: given.unwrap_or(Standing::Guest),
            }
        })
    }

    /// Enters the main process, which is held already.
    pub(crate) fn enter_main(&mut self, process: &Arc<PidFd>, epoll: &Epoll) {
        let guard = self.membership.guard();
        let process = Some(Arc::clone(process));
        let pid = process.as_ref().map_or(0, |process| process.pid());
        self.insert(pid, process, (Standing::Own, false), guard, epoll);
    }

    fn insert(
        &mut self,
        pid: i32,
        process: Option<Arc<PidFd>>,
        (standing, gone): (Standing, bool),
        parent: i32,
        epoll: &Epoll,
    ) {
        if let Some(process) = &process {
            let token = FIRST_TOKEN + u64::from(pid.unsigned_abs());
            // Without a watch its end is still told by whoever reaps it.
            let _ = epoll.add(process.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN, token));
        }
        let state = State::Alive;
        self.entries.insert(
            pid,
            Entry {
                process,
                standing,
                gone,
                state,
            },
        );
        self.parents.insert(pid, parent);
    }

    pub(crate) fn guard(&self) -> i32 {
        self.membership.guard()
    }

    /// Whether a process could not be held for want of a descriptor.
    pub(crate) fn limit_reached(&self) -> bool {
        self.limit_reached
    }

    /// The parent the process had when it was entered; 0 where the kernel did not know it any more.
    pub(crate) fn parent(&self, pid: i32) -> i32 {
        self.parents.get(&pid).copied().unwrap_or(0)
    }

    /// Whether this is a child of that process, by the kernel's word, and has ended.
    pub(crate) fn is_ended_child(&self, child: i32, of: i32) -> bool {
        let ended = match self.entries.get(&child) {
            Some(Entry { process: None, .. }) => Stat::of(child).is_none_or(|stat| stat.is_dead()),
            Some(_) => self.has_ended(child),
            // Its exit was told.
            None => true,
        };
        ended && self.parents.get(&child) == Some(&of)
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
            Some(process) => (self.read_exit)(process, reaper),
            None => reaper.unwrap_or(Exit::Unknown),
        };
        let overdue = matches!(entry.state, State::Ended { tell_at } if now >= tell_at);
        if exit == Exit::Unknown && reaper.is_none() && entry.process.is_some() && !overdue {
            if entry.state == State::Alive {
                let tell_at = now + REAPER_TIME;
                entry.state = State::Ended { tell_at };
                self.ended.insert((tell_at, pid));
                unwatch(entry, epoll);
            }
            return None;
        }
        unwatch(entry, epoll);
        if let State::Ended { tell_at } = entry.state {
            self.ended.remove(&(tell_at, pid));
        }
        self.entries.remove(&pid);
        Some(exit)
    }

    /// PIDs whose exit waits for a reaper that has not spoken by `now`, and when to look again.
    pub(crate) fn overdue(&self, now: i64) -> (Vec<i32>, Option<i64>) {
        let due = self.ended.range(..=(now, i32::MAX));
        let due = due.map(|(_, pid)| *pid).collect();
        let next = self.ended.range((now, i32::MAX)..).next();
        (due, next.map(|(tell_at, _)| *tell_at))
    }

    /// Those that have not ended live on and are watched no longer.
    pub(crate) fn forget_the_living(&mut self) {
        let ended = |entry: &Entry| {
            let process = entry.process.as_ref();
            process.map_or(entry.gone, |process| has_ended(process))
        };
        self.entries.retain(|_, entry| ended(entry));
    }

    /// PIDs of the run's processes whose exit has not been told. Guests may live on.
    pub(crate) fn untold(&self) -> Vec<i32> {
        let own = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.standing != Standing::Guest);
        let mut pids: Vec<i32> = own.map(|(pid, _)| *pid).collect();
        pids.sort_unstable();
        pids
    }
}

/// As many descriptors as can be had: the sampler opens files in its own thread and may take some.
fn reserve() -> Vec<File> {
    (0..RESERVE)
        .map_while(|_| File::open("/dev/null").ok())
        .collect()
}

fn has_ended(process: &PidFd) -> bool {
    let mut fds = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::ZERO) == Ok(1)
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
    use crate::engine::membership::{Membership, Standing};
    use crate::trace::Exit;

    /// A watch on a kernel that never says how a process ended.
    fn silent() -> (ExitWatch, Epoll) {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).expect("an epoll set");
        (
            ExitWatch::new(
                |_, reaper| reaper.unwrap_or(Exit::Unknown),
                Membership::new(std::process::id().cast_signed()),
            ),
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
        let entered = watch.enter(pid, &epoll);
        assert!(entered.process.is_some() && entered.standing == Standing::Own);
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
        let entered = watch.enter(pid, &epoll);
        assert!(entered.process.is_none() && entered.gone && entered.standing == Standing::Gone);
        assert_eq!(watch.untold(), [pid]);
        assert_eq!(
            watch.exit(pid, Some(Exit::Signal(9)), 0, &epoll),
            Some(Exit::Signal(9))
        );
    }
}
