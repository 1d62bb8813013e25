//! Whether what a thread reads can be written to from outside the run.
//!
//! An end of a pipe is inside where a process of the run has the other end. Sockets of the unix
//! family, eventfds and pidfds are taken to be inside, all else outside.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// What the descriptors of some processes lead to.
#[derive(Debug)]
pub(super) struct Descriptors {
    targets: HashMap<(i32, i32), String>,
    /// Ends of pipes and whatever else is open: targets, and whether for writing.
    open: HashMap<(String, bool), Vec<i32>>,
    /// Inodes of unix sockets.
    unix: HashSet<String>,
}

impl Descriptors {
    pub(super) fn of(pids: &[i32]) -> Descriptors {
        let mut found = Descriptors {
            targets: HashMap::new(),
            open: HashMap::new(),
            unix: HashSet::new(),
        };
        for pid in pids {
            let fds = std::fs::read_dir(format!("/proc/{pid}/fd"));
            for entry in fds.into_iter().flatten().flatten() {
                let Ok(fd) = entry.file_name().to_string_lossy().parse::<i32>() else {
                    continue;
                };
                let target =
                    std::fs::read_link(entry.path()).unwrap_or_else(|_| PathBuf::from("?"));
                let target = target.to_string_lossy().into_owned();
                let end = (target.clone(), is_writer(*pid, fd));
                let holders = found.open.entry(end).or_default();
                if holders.last() != Some(pid) {
                    holders.push(*pid);
                }
                found.targets.insert((*pid, fd), target);
            }
            found.add_unix(*pid);
        }
        found
    }

    fn add_unix(&mut self, pid: i32) {
        let sockets = std::fs::read_to_string(format!("/proc/{pid}/net/unix")).unwrap_or_default();
        let inode = |line: &str| line.split_ascii_whitespace().nth(6).map(str::to_owned);
        self.unix.extend(sockets.lines().skip(1).filter_map(inode));
    }

    /// What the descriptor leads to: `pipe:[1234]`.
    pub(super) fn target(&self, pid: i32, fd: i32) -> String {
        let target = self.targets.get(&(pid, fd));
        target.map_or_else(|| "?".to_owned(), Clone::clone)
    }

    /// Processes that have it open for writing, or for reading alone.
    pub(super) fn holders(&self, target: &str, writes: bool) -> Vec<i32> {
        let holders = self.open.get(&(target.to_owned(), writes));
        holders.cloned().unwrap_or_default()
    }

    /// What the descriptor leads to, where that is outside.
    pub(super) fn outside(&self, pid: i32, fd: i32) -> Option<String> {
        let Some(target) = self.targets.get(&(pid, fd)) else {
            return Some(format!("descriptor {fd}"));
        };
        let inside = if target.starts_with("pipe:") {
            let other_end = !is_writer(pid, fd);
            self.open.contains_key(&(target.clone(), other_end))
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

/// Whether the descriptor is open for writing: the access mode in its flags (`proc_pid_fdinfo(5)`).
fn is_writer(pid: i32, fd: i32) -> bool {
    let info = std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{fd}")).unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| i32::from_str_radix(flags.trim(), 8).ok());
    flags.is_some_and(|flags| flags & libc::O_ACCMODE != libc::O_RDONLY)
}
