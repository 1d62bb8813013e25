//! Who could end the wait of a thread.

use std::collections::BTreeSet;

use super::{Graph, Owner, Waker, What};
use crate::inspect::channels::Channel;
use crate::inspect::process::Process;
use crate::inspect::program::Service;
use crate::inspect::semaphore::Record;

impl Graph<'_> {
    pub(super) fn wakers(&self, at: usize) -> Vec<Waker> {
        let node = &self.nodes[at];
        let process = self.process(at);
        if node.serves && !matches!(node.what, What::Runs) {
            // An idle worker waits for whoever could give it work; a server for whoever could ask.
            let polls = matches!(node.what, What::Timed(_) | What::Accept);
            if process.service() == Some(Service::Forkserver) {
                // It tells of the ends of its children, too.
                let mut found = self.children(process.pid);
                found.push(Waker::Program);
                return found;
            }
            if polls || process.service().is_some() {
                return vec![Waker::Program];
            }
        }
        match &node.what {
            What::Runs
            | What::Timed(_)
            | What::Accept
            | What::Fifo(_)
            | What::Outside
            | What::Signal
            | What::Unknown
            | What::Write(_, None) => vec![Waker::Alive],
            What::Stopped => Vec::new(),
            What::Semaphore(inode) => self.semaphore_wakers(at, *inode),
            What::Child(Some(pid)) => vec![self.exit_waker(*pid)],
            What::Child(None) => self.children(process.pid),
            What::Lock(address) => match self.lock_owner(at) {
                Owner::Thread(owner) => vec![Waker::Node(owner)],
                Owner::Nobody => Vec::new(),
                // Other processes may have that memory, too.
                Owner::Unknown if process.shares(*address) => vec![Waker::Alive],
                Owner::Unknown => self.others(at),
            },
            What::Read(fd, channel) => self.reading(process, *fd, channel.as_ref(), at),
            What::Write(_, Some(channel)) => {
                self.ends(at, channel.readers.iter().map(|end| end.pid), channel)
            }
            What::Poll(fds) => self.polling(process, fds, at),
            What::File { owners, .. } => owners.iter().map(|pid| self.exit_or_any(*pid)).collect(),
        }
    }

    /// The ends of a process's children.
    fn children(&self, pid: i32) -> Vec<Waker> {
        let all = self.program.processes.iter();
        let children = all.filter(|child| child.ppid == pid);
        children.map(|child| self.exit_waker(child.pid)).collect()
    }

    /// The other threads of its process.
    fn others(&self, at: usize) -> Vec<Waker> {
        let own = self.nodes_of(self.process(at).pid).iter().copied();
        let mut others: Vec<usize> = own.filter(|other| *other != at).collect();
        // Whoever waits for a lock holds another more likely than one that waits for a thread's end.
        others.sort_by_key(|other| self.joins(*other).is_some());
        others.into_iter().map(Waker::Node).collect()
    }

    /// Whoever has the other end of what a thread waits at.
    fn ends(&self, at: usize, pids: impl Iterator<Item = i32>, channel: &Channel) -> Vec<Waker> {
        if channel.outside {
            return vec![Waker::Alive];
        }
        let pids: BTreeSet<i32> = pids.collect();
        // Whoever waits there would not, were the other end closed: somebody has it who is not seen, or it
        // is on its way to a process (SCM_RIGHTS), as when a forkserver is asked for a child.
        if pids.is_empty() {
            return vec![Waker::Alive];
        }
        let own = self.process(at).pid;
        let mut found = Vec::new();
        for pid in pids {
            if pid == own {
                found.extend(self.others(at));
            } else {
                found.push(Waker::Process(pid));
            }
        }
        found
    }

    fn reading(
        &self,
        process: &Process,
        fd: i32,
        channel: Option<&Channel>,
        at: usize,
    ) -> Vec<Waker> {
        if let Some(channel) = channel {
            return self.ends(at, channel.writers.iter().map(|end| end.pid), channel);
        }
        match process.fd(fd) {
            Some(open) if open.target == "anon_inode:[pidfd]" => {
                let watched = open.watches.iter();
                watched.map(|pid| self.exit_waker(*pid)).collect()
            }
            Some(open) if open.target == "anon_inode:[eventfd]" => {
                let shares = |other: &&Process| {
                    other
                        .fds
                        .iter()
                        .any(|fd| fd.target == "anon_inode:[eventfd]")
                };
                let sharing = self.program.processes.iter().filter(shares);
                let mut wakers = self.others(at);
                wakers.extend(
                    sharing
                        .filter(|other| other.pid != process.pid)
                        .map(|other| Waker::Process(other.pid)),
                );
                wakers
            }
            _ => vec![Waker::Alive],
        }
    }

    fn polling(&self, process: &Process, fds: &[i32], at: usize) -> Vec<Waker> {
        let mut found = Vec::new();
        for fd in fds {
            let watched = process.fd(*fd).map(|fd| (fd.target.as_str(), &fd.watches));
            let watched = match watched {
                Some(("anon_inode:[eventpoll]", watches)) => watches.clone(),
                _ => vec![*fd],
            };
            for fd in watched {
                let channel = self.channels.channel(process.pid, fd, false);
                found.extend(self.reading(process, fd, channel.as_ref(), at));
            }
        }
        found
    }

    fn semaphore_wakers(&self, at: usize, inode: u64) -> Vec<Waker> {
        let Some(semaphore) = self.semaphores.get(&inode) else {
            return vec![Waker::Alive];
        };
        if semaphore.value > 0 || semaphore.bounded {
            return vec![Waker::Alive];
        }
        let own = self.process(at).pid;
        let holders: Vec<&Record> = semaphore.holders().collect();
        if semaphore.is_lock() && !holders.is_empty() {
            let other = |record: &&Record| self.holder(record) != Some(at);
            if holders.iter().all(other) {
                let waker = |record: &&Record| match self.holder(record) {
                    Some(node) => Waker::Node(node),
                    None => Waker::Process(record.pid),
                };
                return holders.iter().map(waker).collect();
            }
        }
        let sharers = semaphore.sharers.iter().filter(|pid| **pid != own);
        let mut found: Vec<Waker> = sharers.map(|pid| Waker::Process(*pid)).collect();
        found.extend(self.others(at));
        found
    }

    /// Who would have to end for this process to end.
    fn exit_waker(&self, pid: i32) -> Waker {
        let dead = self.program.process(pid).is_none_or(Process::is_dead);
        if dead {
            // It is about to be collected, or nobody knows it.
            return Waker::Alive;
        }
        self.main_node(pid).map_or(Waker::Process(pid), Waker::Node)
    }

    fn exit_or_any(&self, pid: i32) -> Waker {
        if self.program.process(pid).is_some() {
            Waker::Process(pid)
        } else {
            Waker::Alive
        }
    }
}
