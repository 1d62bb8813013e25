//! `Process`: what is known of one process of the run, and the table of all of them.
//!
//! Changed by the fold only. States are data here; the screen and the reports give them words.
//! A process is found by its birth number, which is its identity: PIDs wrap.

use std::collections::HashMap;
use std::sync::Arc;

use crate::trace::{Exit, Op, ProcessStart, PsRow, Role, StartMethod};

use super::limits::clip;
use super::object::ObjectId;
use super::timeline::Track;

/// One process, alive or dead.
#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    /// Birth number: 0 is the main process. It never changes and is never used twice.
    pub proc: u32,
    pub pid: i32,
    /// PID of the parent at birth.
    pub ppid: i32,
    /// Birth number of the parent, where it is a process of the run.
    pub parent: Option<u32>,
    /// CPython's name (`Process-1`); empty until a `process.start` said it.
    pub name: Arc<str>,
    pub role: Role,
    pub daemon: bool,
    pub method: StartMethod,
    /// When it was first heard of (ns since the run began), and with which event.
    pub started: i64,
    pub start_seq: u64,
    /// Whether its `process.start` was seen; false for one known only by what it did.
    pub announced: bool,
    /// What its main thread does.
    pub state: State,
    /// What its other threads do, by thread number, in order of appearance.
    pub threads: Vec<(i32, State)>,
    /// Where its main thread is in the program: `program.rs:12`.
    pub at: Option<Arc<str>>,
    /// Its last row of ps; kept after the row is gone.
    pub ps: Option<Arc<PsRow>>,
    /// The pool it is a worker of.
    pub pool: Option<ObjectId>,
    pub counts: Counts,
    /// What it did when, for a timeline.
    pub track: Track,
}

/// How much a process did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Finished operations.
    pub ops: u64,
    /// Operations that raised.
    pub errors: u64,
    /// Times it was about to block.
    pub waits: u64,
    pub output_bytes: u64,
}

/// What a process (or thread) is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    Running,
    /// In `sleep`, until this time (ns) where the operation said how long.
    Sleeping {
        until: Option<i64>,
    },
    /// Blocked in an operation.
    Waiting(Pending),
    /// Gated runs: the operation is announced and waits for its grant.
    AtGate(Pending),
    /// Ended. `reaped` is false while it is a zombie.
    Exited {
        exit: Exit,
        t: i64,
        reaped: bool,
    },
}

/// An operation that is not done yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The operation as announced, its texts cut where they were very long.
    pub op: Arc<Op>,
    pub target: Target,
    /// When it began to wait (ns), and with which event.
    pub since: i64,
    pub since_seq: u64,
    /// Longest it will wait, in ns; `None` is for ever.
    pub timeout: Option<i64>,
}

/// What an operation is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Object(ObjectId),
    /// The result of a task of a pool.
    Task {
        pool: ObjectId,
        task: u64,
    },
    /// A child, as the operation named it; `proc` is its birth number where it is known.
    Child {
        name: Option<Arc<str>>,
        pid: Option<i32>,
        proc: Option<u32>,
    },
    Nothing,
}

impl Process {
    /// Colour of the process everywhere: an index that the screen maps to its palette.
    pub fn colour(&self) -> usize {
        self.proc as usize
    }

    /// Not known to have ended.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, State::Exited { .. })
    }

    /// Ended and not yet collected by its parent.
    pub fn is_zombie(&self) -> bool {
        matches!(self.state, State::Exited { reaped: false, .. })
    }

    /// How it ended, once it has.
    pub fn exit(&self) -> Option<Exit> {
        match self.state {
            State::Exited { exit, .. } => Some(exit),
            _ => None,
        }
    }

    /// A process that serves others and does not count as unfinished work.
    pub fn is_service(&self) -> bool {
        self.role == Role::Manager
    }

    /// The operation its main thread waits with or has announced.
    pub fn pending(&self) -> Option<&Pending> {
        match &self.state {
            State::Waiting(pending) | State::AtGate(pending) => Some(pending),
            _ => None,
        }
    }

    /// What this thread of it does.
    pub(super) fn state_of(&self, tid: Option<i32>) -> Option<&State> {
        if self.is_main_thread(tid) {
            return Some(&self.state);
        }
        let mut threads = self.threads.iter();
        threads
            .find(|(known, _)| Some(*known) == tid)
            .map(|(_, state)| state)
    }

    /// Whether `tid` is its main thread (events without a thread number are).
    pub(super) fn is_main_thread(&self, tid: Option<i32>) -> bool {
        tid.is_none_or(|tid| tid == self.pid)
    }
}

/// Threads of one process whose state is kept beside the main one.
const THREADS: usize = 64;

/// Every process, in birth order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Processes {
    list: Vec<Arc<Process>>,
    /// Place in `list`, for birth numbers that are not their own place.
    places: Arc<HashMap<u32, usize>>,
    /// The latest process that had this PID.
    pids: Arc<HashMap<i32, usize>>,
}

impl Processes {
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Process> {
        self.list.iter().map(Arc::as_ref)
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Place of a birth number.
    pub(super) fn place(&self, proc: u32) -> Option<usize> {
        match self.list.get(proc as usize) {
            Some(process) if process.proc == proc => Some(proc as usize),
            _ => self.places.get(&proc).copied(),
        }
    }

    pub(super) fn get(&self, proc: u32) -> Option<&Process> {
        self.list.get(self.place(proc)?).map(Arc::as_ref)
    }

    pub(super) fn at(&self, place: usize) -> Option<&Process> {
        self.list.get(place).map(Arc::as_ref)
    }

    pub(super) fn at_mut(&mut self, place: usize) -> Option<&mut Process> {
        self.list.get_mut(place).map(Arc::make_mut)
    }

    /// The latest process with this PID, alive or not.
    pub(super) fn by_pid(&self, pid: i32) -> Option<&Process> {
        self.at(*self.pids.get(&pid)?)
    }

    pub(super) fn place_of_pid(&self, pid: i32) -> Option<usize> {
        self.pids.get(&pid).copied()
    }

    /// Adds a process and gives its place; `None` where the limit is reached.
    pub(super) fn add(&mut self, process: Process, limit: usize) -> Option<usize> {
        if self.list.len() >= limit {
            return None;
        }
        // Birth order is kept even where events name a later birth first.
        let place = self.list.len();
        if process.proc as usize != place {
            Arc::make_mut(&mut self.places).insert(process.proc, place);
        }
        Arc::make_mut(&mut self.pids).insert(process.pid, place);
        self.list.push(Arc::new(process));
        Some(place)
    }

    /// Fills in what a `process.start` says of the process at `place`.
    pub(super) fn announce(&mut self, place: usize, pid: i32, start: &ProcessStart) {
        let parent = self
            .by_pid(start.ppid)
            .map(|parent| parent.proc)
            .filter(|_| start.ppid != pid);
        if self.place_of_pid(pid) != Some(place) {
            Arc::make_mut(&mut self.pids).insert(pid, place);
        }
        let Some(process) = self.at_mut(place) else {
            return;
        };
        process.pid = pid;
        process.ppid = start.ppid;
        process.parent = parent.filter(|parent| *parent != process.proc);
        process.name = clip(&start.name);
        process.role = start.role;
        process.daemon = start.daemon;
        process.method = start.method;
        process.announced = true;
    }
}

impl Process {
    /// A process that no `process.start` announced (yet).
    pub(super) fn unannounced(proc: u32, pid: i32, t: i64, seq: u64, spans: usize) -> Process {
        Process {
            proc,
            pid,
            ppid: 0,
            parent: None,
            name: Arc::from(""),
            role: Role::Foreign,
            daemon: false,
            method: StartMethod::Unknown,
            started: t,
            start_seq: seq,
            announced: false,
            state: State::Running,
            threads: Vec::new(),
            at: None,
            ps: None,
            pool: None,
            counts: Counts::default(),
            track: Track::new(t, seq, spans),
        }
    }

    /// Notes where the thread is and what it does now. The dead stay dead.
    pub(super) fn turn(
        &mut self,
        tid: Option<i32>,
        at: Option<Arc<str>>,
        state: State,
        t: i64,
        seq: u64,
    ) {
        if !self.is_alive() {
            return;
        }
        if self.is_main_thread(tid) {
            if at.is_some() {
                self.at = at;
            }
            self.track.turn(&state, t, seq);
            self.state = state;
            return;
        }
        let Some(tid) = tid else { return };
        if let Some((_, known)) = self.threads.iter_mut().find(|(known, _)| *known == tid) {
            *known = state;
        } else if self.threads.len() < THREADS {
            self.threads.push((tid, state));
        }
    }
}
