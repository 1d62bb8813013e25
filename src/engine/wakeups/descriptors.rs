//! Whether what a thread reads can be written to from outside the run.
//!
//! An end of a pipe is inside where a process of the run has the other end. Sockets of the unix
//! family, eventfds and pidfds are taken to be inside, all else outside.

use std::collections::{HashMap, HashSet};

use crate::proc::{Call, Fd, descriptors, file};

/// What the descriptors of some processes lead to.
#[derive(Debug)]
pub(super) struct Descriptors {
    fds: HashMap<(i32, i32), Fd>,
    /// Ends of pipes and whatever else is open: targets, and whether for writing.
    open: HashMap<(String, bool), Vec<i32>>,
    /// Inodes of unix sockets.
    unix: HashSet<String>,
}

impl Descriptors {
    pub(super) fn of(pids: &[i32]) -> Descriptors {
        let mut found = Descriptors {
            fds: HashMap::new(),
            open: HashMap::new(),
            unix: HashSet::new(),
        };
        for pid in pids {
            for fd in descriptors(*pid) {
                let end = (fd.target.clone(), fd.writes());
                let holders = found.open.entry(end).or_default();
                if holders.last() != Some(pid) {
                    holders.push(*pid);
                }
                found.fds.insert((*pid, fd.number), fd);
            }
            found.add_unix(*pid);
        }
        found
    }

    fn add_unix(&mut self, pid: i32) {
        let sockets = file(pid, "net/unix");
        let sockets = String::from_utf8_lossy(&sockets);
        let inode = |line: &str| line.split_ascii_whitespace().nth(6).map(str::to_owned);
        self.unix.extend(sockets.lines().skip(1).filter_map(inode));
    }

    /// What the descriptor leads to: `pipe:[1234]`.
    pub(super) fn target(&self, pid: i32, fd: i32) -> String {
        let open = self.get(pid, fd);
        open.map_or_else(|| "?".to_owned(), |fd| fd.target)
    }

    /// One that was opened since is looked at now.
    fn get(&self, pid: i32, fd: i32) -> Option<Fd> {
        let known = self.fds.get(&(pid, fd)).cloned();
        known.or_else(|| Fd::of(pid, fd))
    }

    /// The descriptors that a call waits for; those of an epoll(7) set for the set.
    pub(super) fn waited(&self, pid: i32, call: &Call) -> Vec<i32> {
        let fds = match call {
            Call::Read(fd) | Call::Write(fd) | Call::Accept(fd) => vec![*fd],
            Call::Poll { fds, .. } => fds.iter().map(|(fd, _)| *fd).collect(),
            _ => Vec::new(),
        };
        let inside = |fd: i32| match self.get(pid, fd) {
            Some(open) if open.target == "anon_inode:[eventpoll]" => open.watches,
            _ => vec![fd],
        };
        fds.into_iter().flat_map(inside).collect()
    }

    /// Processes that have it open for writing, or for reading alone.
    pub(super) fn holders(&self, target: &str, writes: bool) -> Vec<i32> {
        let holders = self.open.get(&(target.to_owned(), writes));
        holders.cloned().unwrap_or_default()
    }

    /// What the descriptor leads to, where that is outside.
    pub(super) fn outside(&self, pid: i32, fd: i32) -> Option<String> {
        let Some(open) = self.get(pid, fd) else {
            return Some(format!("descriptor {fd}"));
        };
        let target = &open.target;
        let inside = if target.starts_with("pipe:") {
            self.open.contains_key(&(target.clone(), !open.writes()))
        } else if let Some(inode) = target.strip_prefix("socket:[") {
            self.unix.contains(inode.trim_end_matches(']'))
        } else {
            matches!(
                target.as_str(),
                "anon_inode:[eventfd]" | "anon_inode:[pidfd]" | "/dev/null"
            )
        };
        (!inside).then(|| format!("descriptor {fd}, {target}"))
    }
}
