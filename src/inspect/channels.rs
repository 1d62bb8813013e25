//! Pipes and sockets of a program: who has which end, and how much in them nobody has read.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::os::fd::AsFd as _;

use nix::fcntl::{FcntlArg, fcntl};

use super::process::Process;
use super::program::Program;
use super::sockets::Sockets;
use crate::proc::{Fd, links, numbers};
use crate::sys::peek;
use crate::sys::pidfd::PidFd;

/// One end of a pipe or a socket, open in a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub pid: i32,
    pub fd: i32,
}

/// A pipe, or one direction of a connected pair of sockets, from the side that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Channel {
    pub inode: u64,
    /// Who could read it, who could write to it.
    pub readers: Vec<End>,
    pub writers: Vec<End>,
    /// Processes outside the program have it open, too.
    pub outside: bool,
    /// Connected and not accepted: the other end is the socket that listens.
    pub pending: bool,
    /// The end at which its fill is looked at.
    asked: End,
}

impl Channel {
    /// Bytes that nobody has read, and how many fit; `None` where it can't be seen.
    pub(crate) fn fill(&self) -> (Option<usize>, Option<usize>) {
        fill(self.asked.pid, self.asked.fd)
    }
}

/// The channels of a program.
#[derive(Debug)]
pub(crate) struct Channels<'a> {
    program: &'a Program,
    sockets: Sockets,
    /// Who has a pipe or a socket open.
    open: HashMap<u64, Vec<(End, &'a Fd)>>,
    /// Pipes and sockets that processes outside have open.
    outside: BTreeSet<u64>,
}

fn fill(pid: i32, fd: i32) -> (Option<usize>, Option<usize>) {
    let found = || {
        let process = PidFd::open(pid).ok()?;
        let copy = peek::duplicate_of(&process, fd).ok()?;
        let size = fcntl(copy.as_fd(), FcntlArg::F_GETPIPE_SZ).ok();
        Some((
            peek::unread(&copy).ok(),
            size.and_then(|size| usize::try_from(size).ok()),
        ))
    };
    found().unwrap_or_default()
}

impl<'a> Channels<'a> {
    pub(crate) fn of(program: &'a Program) -> Channels<'a> {
        let has_socket = |process: &Process| process.fds.iter().any(|fd| fd.socket().is_some());
        let with_sockets = program
            .processes
            .iter()
            .filter(|process| has_socket(process));
        let mut with_sockets = with_sockets.map(|process| process.pid).peekable();
        let sockets = if with_sockets.peek().is_some() {
            Sockets::of(with_sockets)
        } else {
            Sockets::default()
        };
        let inside: BTreeSet<i32> = program
            .processes
            .iter()
            .map(|process| process.pid)
            .collect();
        let mut wanted: BTreeSet<u64> = BTreeSet::new();
        let mut open: HashMap<u64, Vec<(End, &Fd)>> = HashMap::new();
        for process in &program.processes {
            for fd in &process.fds {
                let (pipe, socket) = (fd.pipe(), fd.socket());
                wanted.extend(pipe);
                wanted.extend(socket.and_then(|socket| sockets.peer(socket)));
                wanted.extend(socket.and_then(|socket| sockets.listener(socket)));
                let Some(inode) = pipe.or(socket) else {
                    continue;
                };
                let end = End {
                    pid: process.pid,
                    fd: fd.number,
                };
                let known = open.entry(inode).or_default();
                known.push((end, fd));
            }
        }
        Channels {
            program,
            sockets,
            open,
            outside: outside(&inside, &wanted),
        }
    }

    /// What a process reads from, or writes to, at a descriptor; `None` where it is no pipe and no
    /// connected socket of this machine.
    pub(crate) fn channel(&self, pid: i32, fd: i32, to_write: bool) -> Option<Channel> {
        let open = self.program.process(pid)?.fd(fd)?;
        if let Some(inode) = open.pipe() {
            return Some(Channel {
                inode,
                readers: self.ends(inode, Fd::reads),
                writers: self.ends(inode, Fd::writes),
                outside: self.outside.contains(&inode),
                pending: false,
                asked: End { pid, fd },
            });
        }
        let own = open.socket()?;
        let pending = self.sockets.listener(own);
        let peer = pending.or_else(|| self.sockets.peer(own))?;
        let (from, to) = if to_write { (own, peer) } else { (peer, own) };
        let readers = self.ends(to, |_| true);
        Some(Channel {
            inode: own.min(peer),
            writers: self.ends(from, |_| true),
            asked: readers.first().copied().unwrap_or(End { pid, fd }),
            readers,
            outside: self.outside.contains(&peer),
            pending: pending.is_some(),
        })
    }

    fn ends(&self, inode: u64, is_end: impl Fn(&Fd) -> bool) -> Vec<End> {
        let all = self.open.get(&inode).into_iter().flatten();
        all.filter(|(_, fd)| is_end(fd))
            .map(|(end, _)| *end)
            .collect()
    }
}

/// Which of these pipes and sockets processes outside the program have open.
fn outside(inside: &BTreeSet<i32>, wanted: &BTreeSet<u64>) -> BTreeSet<u64> {
    let own = std::process::id().cast_signed();
    let mut found = BTreeSet::new();
    if wanted.is_empty() {
        return found;
    }
    for pid in numbers("/proc") {
        if inside.contains(&pid) || pid == own {
            continue;
        }
        for (_, target) in links(pid) {
            let Some((_, rest)) = target.split_once(":[") else {
                continue;
            };
            let inode = rest.trim_end_matches(']').parse().unwrap_or(0);
            if wanted.contains(&inode) {
                found.insert(inode);
            }
        }
    }
    found
}

/// Locks of files that processes wait for, by the waiting process (`/proc/locks`).
pub(crate) fn file_locks() -> BTreeMap<i32, (u64, Vec<i32>)> {
    parse_locks(&std::fs::read_to_string("/proc/locks").unwrap_or_default())
}

/// `1: POSIX  ADVISORY  WRITE 1234 08:01:5678 0 EOF`; a line of a waiter has `->` after the number.
fn parse_locks(text: &str) -> BTreeMap<i32, (u64, Vec<i32>)> {
    let mut found: BTreeMap<i32, (u64, Vec<i32>)> = BTreeMap::new();
    let mut owner = 0;
    for line in text.lines() {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let waits = words.get(1) == Some(&"->");
        let rest = &words[usize::from(waits).min(words.len())..];
        let (Some(pid), Some(file)) = (rest.get(4), rest.get(5)) else {
            continue;
        };
        let pid = pid.parse().unwrap_or(0);
        let inode = file.rsplit(':').next().and_then(|inode| inode.parse().ok());
        if waits {
            let entry = found.entry(pid).or_default();
            entry.0 = inode.unwrap_or(0);
            entry.1.push(owner);
        } else {
            owner = pid;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::parse_locks;

    #[test]
    fn who_waits_for_a_lock_of_a_file_is_read() {
        let text = "1: FLOCK  ADVISORY  WRITE 10 08:01:77 0 EOF\n\
                    1: -> FLOCK  ADVISORY  WRITE 11 08:01:77 0 EOF\n\
                    2: POSIX  ADVISORY  READ 12 08:01:78 0 EOF\n";
        let locks = parse_locks(text);
        assert_eq!(locks.get(&11), Some(&(77, vec![10])));
        assert_eq!(locks.len(), 1);
    }
}
