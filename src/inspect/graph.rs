//! Who waits for whom: a node for each thread of a program, what it waits for and who could end that.
//!
//! A thread that runs, sleeps, or waits for something outside is alive, and so is one that somebody
//! alive could wake. All others are stuck: nothing will happen to them any more. What can't be seen
//! counts as alive, so that no hang is claimed that is none.

mod locks;
mod serving;
mod wakers;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::serving::serves;
use super::channels::{Channel, Channels, file_locks};
use super::heap::Heap;
use super::names::Name;
use super::place;
use super::process::{Process, Thread};
use super::program::Program;
use super::semaphore::{self, Record, Semaphore};
use super::stack::Stack;
use crate::proc::{Call, Until, file, may_wake};

/// What a thread does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Runs,
    Stopped,
    /// It sleeps, or waits with a timeout.
    Timed(Until),
    /// For a semaphore of `multiprocessing`, by inode.
    Semaphore(u64),
    /// For a child, or any.
    Child(Option<i32>),
    /// For memory of its own process: a lock of `threading`, by its address.
    Lock(u64),
    Read(i32, Option<Channel>),
    Write(i32, Option<Channel>),
    Poll(Vec<i32>),
    /// For the other end of a FIFO to be opened.
    Fifo(String),
    /// For a lock of a file, held by these processes.
    File {
        path: String,
        owners: Vec<i32>,
    },
    Accept,
    Outside,
    Signal,
    Unknown,
}

/// Who could end a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waker {
    Node(usize),
    /// Any thread of a process.
    Process(i32),
    /// Any process of the program.
    Program,
    /// Nobody inside has to: a time, a user, another program.
    Alive,
}

#[derive(Debug)]
pub(crate) struct Node {
    /// Its place in `Program::processes`, and there in `Process::threads`.
    pub process: usize,
    pub thread: usize,
    pub what: What,
    wakers: Vec<Waker>,
    /// It waits for what will not come, as things stand.
    pub stuck: bool,
    /// A handler of a signal could set something going that ends it.
    pub by_signal: bool,
    /// It serves whoever asks: waiting is its business.
    pub serves: bool,
}

#[derive(Debug)]
pub(crate) struct Graph<'a> {
    pub program: &'a Program,
    pub nodes: Vec<Node>,
    pub semaphores: BTreeMap<u64, Semaphore>,
    channels: Channels<'a>,
    of_process: HashMap<i32, Vec<usize>>,
}

impl<'a> Graph<'a> {
    pub(crate) fn of(program: &'a Program) -> Graph<'a> {
        let mut graph = Graph {
            program,
            nodes: Vec::new(),
            semaphores: BTreeMap::new(),
            channels: Channels::of(program),
            of_process: HashMap::new(),
        };
        let locks = file_locks();
        for (place, process) in program.processes.iter().enumerate() {
            for (number, thread) in process.threads.iter().enumerate() {
                let node = Node {
                    process: place,
                    thread: number,
                    what: graph.what(process, thread, &locks),
                    wakers: Vec::new(),
                    stuck: false,
                    by_signal: false,
                    serves: serves(process, thread),
                };
                let known = graph.of_process.entry(process.pid).or_default();
                known.push(graph.nodes.len());
                graph.nodes.push(node);
            }
        }
        let waited = graph.nodes.iter().filter_map(|node| match node.what {
            What::Semaphore(inode) => Some(inode),
            _ => None,
        });
        graph.semaphores = semaphore::look(program, &waited.collect::<BTreeSet<u64>>());
        for at in 0..graph.nodes.len() {
            graph.nodes[at].wakers = graph.wakers(at);
        }
        graph.decide();
        graph
    }

    fn what(
        &self,
        process: &Process,
        thread: &Thread,
        locks: &BTreeMap<i32, (u64, Vec<i32>)>,
    ) -> What {
        if let Some(until) = thread.call.until() {
            return What::Timed(until);
        }
        if let Some(child) = joined(process, thread) {
            return What::Child(Some(self.program.outer(process, child)));
        }
        let channel = |fd, to_write| self.channels.channel(process.pid, fd, to_write);
        match &thread.call {
            Call::Running => What::Runs,
            Call::Stopped => What::Stopped,
            Call::Futex { address, .. } => {
                semaphore::at(process, *address).map_or(What::Lock(*address), What::Semaphore)
            }
            Call::Child(pid) => What::Child(pid.map(|pid| self.program.outer(process, pid))),
            Call::Read(fd) | Call::ChildBy(fd) => What::Read(*fd, channel(*fd, false)),
            Call::Write(fd) => What::Write(*fd, channel(*fd, true)),
            Call::Accept(_) => What::Accept,
            Call::Poll { fds, .. } => What::Poll(fds.iter().map(|(fd, _)| *fd).collect()),
            Call::FileLock(fd) => {
                let waited = locks.get(&process.pid).or_else(|| locks.get(&thread.tid));
                match (waited, process.fd(*fd)) {
                    (Some((inode, owners)), Some(open)) => {
                        let holders = self.lock_holders(&open.target, *inode);
                        What::File {
                            path: open.target.clone(),
                            owners: holders.unwrap_or_else(|| owners.clone()),
                        }
                    }
                    _ => What::Unknown,
                }
            }
            Call::Open(path) => fifo(process, *path).map_or(What::Outside, What::Fifo),
            Call::Signal { .. } => What::Signal,
            Call::Connect(_) => What::Outside,
            Call::Sleep(until) => What::Timed(*until),
            Call::Other(_) | Call::Unseen => What::Unknown,
        }
    }

    /// The processes that have a file open under a lock of it; `None` where none of the program has.
    fn lock_holders(&self, path: &str, inode: u64) -> Option<Vec<i32>> {
        let place = format!(":{inode}");
        let holds = |process: &&Process| {
            let mut fds = process.fds.iter().filter(|fd| fd.target == path);
            fds.any(|fd| {
                let info = file(process.pid, &format!("fdinfo/{}", fd.number));
                let info = String::from_utf8_lossy(&info);
                let mut locks = info.lines().filter(|line| line.starts_with("lock:"));
                locks.any(|line| line.split(' ').any(|word| word.ends_with(&place)))
            })
        };
        let holders = self.program.processes.iter().filter(holds);
        let holders: Vec<i32> = holders.map(|process| process.pid).collect();
        (!holders.is_empty()).then_some(holders)
    }

    fn decide(&mut self) {
        let alive: Vec<bool> = self
            .nodes
            .iter()
            .map(|node| node.wakers.contains(&Waker::Alive))
            .collect();
        let alive = self.spread(alive);
        let handles = |at: usize| {
            let process = self.process(at);
            self.thread(at).tid == process.pid && may_wake(process.caught) != 0
        };
        let signalled = (0..self.nodes.len()).map(|at| alive[at] || handles(at));
        let signalled = self.spread(signalled.collect());
        for (at, node) in self.nodes.iter_mut().enumerate() {
            node.stuck = !alive[at];
            node.by_signal = !alive[at] && signalled[at];
        }
    }

    /// Whoever one that is alive can wake is alive, too.
    fn spread(&self, mut alive: Vec<bool>) -> Vec<bool> {
        loop {
            let awake: BTreeSet<i32> = (0..self.nodes.len())
                .filter(|at| alive[*at])
                .map(|at| self.process(at).pid)
                .collect();
            let program = (0..self.nodes.len()).any(|at| alive[at] && !self.nodes[at].serves);
            let mut changed = false;
            for at in 0..self.nodes.len() {
                let wakes = |waker: &Waker| match waker {
                    Waker::Node(other) => alive[*other],
                    Waker::Process(pid) => awake.contains(pid),
                    Waker::Program => program,
                    Waker::Alive => true,
                };
                if !alive[at] && self.nodes[at].wakers.iter().any(wakes) {
                    alive[at] = true;
                    changed = true;
                }
            }
            if !changed {
                return alive;
            }
        }
    }

    /// The threads that are stuck, too, and one of which would have to go on first.
    pub(crate) fn next(&self, at: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for waker in &self.nodes[at].wakers {
            match waker {
                Waker::Node(node) => found.push(*node),
                Waker::Process(pid) => {
                    // Its main thread first: it is the one that the program knows.
                    found.extend(self.main_node(*pid));
                    found.extend(self.nodes_of(*pid));
                }
                Waker::Program | Waker::Alive => {}
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|node| self.nodes[*node].stuck && seen.insert(*node));
        found
    }

    /// Threads that have run since they were looked at may not wait any more: they count as alive. When
    /// no stuck one is among them, all of them waited at one moment.
    pub(crate) fn settle(&mut self) {
        loop {
            let moved = |at: &usize| {
                let thread = self.thread(*at);
                let node = &self.nodes[*at];
                // A server that looks up from time to time still serves.
                let looks_up = node.serves && matches!(node.what, What::Timed(_));
                node.stuck && !looks_up && !thread.stood_still(self.process(*at).pid)
            };
            let moved: Vec<usize> = (0..self.nodes.len()).filter(moved).collect();
            if moved.is_empty() {
                return;
            }
            for at in moved {
                self.nodes[at].wakers = vec![Waker::Alive];
            }
            self.decide();
        }
    }

    pub(crate) fn process(&self, at: usize) -> &'a Process {
        &self.program.processes[self.nodes[at].process]
    }

    pub(crate) fn thread(&self, at: usize) -> &'a Thread {
        &self.process(at).threads[self.nodes[at].thread]
    }

    pub(crate) fn stack(&self, at: usize) -> Option<&'a Stack> {
        self.thread(at).stack.as_ref()
    }

    pub(crate) fn heap(&self, at: usize) -> Option<&'a Heap> {
        self.process(at).python.as_ref().map(|python| &python.heap)
    }

    /// The main thread of a process.
    pub(crate) fn main_node(&self, pid: i32) -> Option<usize> {
        let nodes = self.of_process.get(&pid)?;
        nodes.iter().copied().find(|at| self.thread(*at).tid == pid)
    }

    /// The threads of a process.
    pub(crate) fn nodes_of(&self, pid: i32) -> &[usize] {
        self.of_process.get(&pid).map_or(&[], Vec::as_slice)
    }

    /// The thread of a process with this `threading.get_ident`.
    pub(crate) fn by_ident(&self, pid: i32, ident: u64) -> Option<usize> {
        let nodes = self.of_process.get(&pid)?.iter().copied();
        let mut known = nodes.filter(|at| self.stack(*at).is_some());
        known.find(|at| self.stack(*at).is_some_and(|stack| stack.ident == ident))
    }

    /// The thread that a record of a lock names.
    pub(crate) fn holder(&self, record: &Record) -> Option<usize> {
        self.by_ident(record.pid, record.ident)
    }

    /// What a semaphore is called, by the process that waits for it or by another.
    pub(crate) fn semaphore_name(&self, at: usize, inode: u64) -> Option<&Name> {
        let own = self.nodes[at].process;
        let all = (0..self.program.processes.len()).filter(|place| *place != own);
        std::iter::once(own).chain(all).find_map(|place| {
            let process = &self.program.processes[place];
            let mut mappings = process.mappings.iter();
            let mapping =
                mappings.find(|mapping| mapping.inode == inode && mapping.is_semaphore())?;
            self.program.names[place].semaphores.get(&mapping.start)
        })
    }

    /// What the end of a pipe or socket is called, by whoever has a name for it.
    pub(crate) fn channel_name(&self, at: usize, fd: i32, channel: &Channel) -> Option<&Name> {
        let named = |pid: i32, fd: i32| {
            let place = self.program.place(pid)?;
            self.program.names[place].fds.get(&fd)
        };
        named(self.process(at).pid, fd).or_else(|| {
            let mut ends = channel.readers.iter().chain(&channel.writers);
            ends.find_map(|end| named(end.pid, end.fd))
        })
    }
}

/// The child of a forkserver whose end a thread waits for, at a pipe.
fn joined(process: &Process, thread: &Thread) -> Option<i32> {
    let waits = matches!(thread.call, Call::Poll { .. });
    let (python, stack) = (process.python.as_ref()?, thread.stack.as_ref()?);
    let popen = "multiprocessing/popen_forkserver.py";
    let object = waits.then(|| place::caller(&python.heap, stack, popen, "poll"))??;
    let pid = python.heap.int(python.heap.attr(object, "pid")?)?;
    i32::try_from(pid).ok()
}

/// The FIFO whose path lies at this address.
fn fifo(process: &Process, path: u64) -> Option<String> {
    use std::os::unix::fs::FileTypeExt as _;
    let path = process.memory.c_string(path)?;
    let whole = std::path::Path::new(&process.cwd).join(&path);
    let inside = format!("/proc/{}/root{}", process.pid, whole.display());
    let is_fifo = std::fs::metadata(inside).is_ok_and(|meta| meta.file_type().is_fifo());
    is_fifo.then_some(path)
}

/// Who has a lock of `threading`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Thread(usize),
    /// A thread that this process does not have.
    Nobody,
    Unknown,
}
