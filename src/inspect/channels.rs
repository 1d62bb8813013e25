//! Pipes and unix sockets of a program: who has which end, and how much in them nobody has read.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::os::fd::AsFd as _;

use nix::fcntl::{FcntlArg, fcntl};

use super::process::{Process, descriptors, numbers};
use super::program::Program;
use crate::sys::peek;
use crate::sys::pidfd::PidFd;

/// One end of a pipe or a socket, open in a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub pid: i32,
    pub fd: i32,
}

/// A pipe, or one direction of a connected pair of unix sockets, from the side that waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Channel {
    pub inode: u64,
    /// Who could read it, who could write to it.
    pub readers: Vec<End>,
    pub writers: Vec<End>,
    /// Processes outside the program have it open, too.
    pub outside: bool,
    /// Bytes that nobody has read; `None` where it can't be seen.
    pub unread: Option<usize>,
    pub size: Option<usize>,
}

/// The channels of a program.
#[derive(Debug)]
pub(crate) struct Channels<'a> {
    program: &'a Program,
    peers: HashMap<u64, u64>,
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
        let peers = if program.processes.iter().any(has_socket) {
            peek::unix_peers().unwrap_or_default()
        } else {
            HashMap::new()
        };
        let inside: BTreeSet<i32> = program.processes.iter().map(|process| process.pid).collect();
        let mut wanted: BTreeSet<u64> = BTreeSet::new();
        for fd in program.processes.iter().flat_map(|process| &process.fds) {
            wanted.extend(fd.pipe());
            wanted.extend(fd.socket().and_then(|socket| peers.get(&socket).copied()));
        }
        Channels {
            program,
            peers,
            outside: outside(&inside, &wanted),
        }
    }

    /// What a process reads from, or writes to, at a descriptor; `None` where it is no pipe and no
    /// connected unix socket.
    pub(crate) fn channel(&self, pid: i32, fd: i32, to_write: bool) -> Option<Channel> {
        let process = self.program.process(pid)?;
        let open = process.fd(fd)?;
        if let Some(inode) = open.pipe() {
            let (unread, size) = fill(pid, fd);
            return Some(Channel {
                inode,
                readers: self.ends(|other| other.pipe() == Some(inode) && other.reads),
                writers: self.ends(|other| other.pipe() == Some(inode) && other.writes),
                outside: self.outside.contains(&inode),
                unread,
                size,
            });
        }
        let own = open.socket()?;
        let peer = *self.peers.get(&own)?;
        let holders = |inode| self.ends(|other| other.socket() == Some(inode));
        let (from, to) = if to_write { (own, peer) } else { (peer, own) };
        let readers = holders(to);
        let at = readers.first().copied();
        let (unread, _) = at.map(|end| fill(end.pid, end.fd)).unwrap_or_default();
        Some(Channel {
            inode: own.min(peer),
            writers: holders(from),
            readers,
            outside: self.outside.contains(&peer),
            unread,
            size: None,
        })
    }

    fn ends(&self, is_end: impl Fn(&super::process::Fd) -> bool) -> Vec<End> {
        let mut found = Vec::new();
        for process in &self.program.processes {
            let ends = process.fds.iter().filter(|fd| is_end(fd));
            found.extend(ends.map(|fd| End {
                pid: process.pid,
                fd: fd.fd,
            }));
        }
        found
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
        for fd in numbers(&format!("/proc/{pid}/fd")) {
            let target = std::fs::read_link(format!("/proc/{pid}/fd/{fd}")).unwrap_or_default();
            let target = target.to_string_lossy();
            let Some((_, rest)) = target.split_once(":[") else { continue };
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
        let (Some(pid), Some(file)) = (rest.get(4), rest.get(5)) else { continue };
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

/// Whether a descriptor is none of the program's own business: its other end is not there.
pub(crate) fn is_null(process: &Process, fd: i32) -> bool {
    process.fd(fd).is_some_and(|fd| fd.target == "/dev/null")
}

/// What a process outside the program has open, for tests.
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
        assert!(super::descriptors(0).is_empty());
    }
}
