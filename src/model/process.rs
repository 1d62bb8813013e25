//! `Process`: what is known of one process of the run, and the table of all of them.
//!
//! Changed by the fold only. States are data here; the screen and the reports give them words.
//! A process is found by its birth number, which is its identity: PIDs wrap.

use std::collections::HashMap;
use std::sync::Arc;

use crate::trace::{Exit, Op, OpName, ProcessStart, PsRow, Role, StartMethod};

use super::calls::Calls;
use super::limits::clip;
use super::object_id::ObjectId;
use super::timeline::Track;
use super::unwritten::Unwritten;

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
    /// With which event its parent said that it starts it: what the parent did after that, it did not
    /// do for this one. `start_seq` where nobody said so.
    pub(super) forked_seq: u64,
    /// Children it has said to start and that are not heard of yet.
    starting: Vec<Starting>,
    /// When it became the program it is now (ns since the run began).
    pub became: i64,
    /// Until when a timer of `alarm` or `setitimer` runs that will send it a signal (ns since the run
    /// began).
    pub timer: Option<i64>,
    /// Whether its `process.start` was seen; false for one known only by what it did.
    pub announced: bool,
    /// Whether it said itself who it is; false while only others saw it start.
    spoken: bool,
    /// What its main thread does.
    pub state: State,
    pub(super) calls: Calls,
    /// Its other threads, in order of appearance.
    pub threads: Vec<Thread>,
    /// Where its main thread is in the program: `program.rs:12`.
    pub at: Option<Arc<str>>,
    /// Its last row of ps; kept after the row is gone.
    pub ps: Option<Arc<PsRow>>,
    /// The pool it is a worker of.
    pub pool: Option<ObjectId>,
    pub counts: Counts,
    /// What it has printed to stdout and not written.
    pub unwritten: Unwritten,
    /// What it did when, for a timeline.
    pub track: Track,
    /// The operation its main thread waited in when it ended.
    pub ended_in: Option<Pending>,
}

/// A child that its parent has said to start.
#[derive(Debug, Clone, PartialEq)]
struct Starting {
    name: Arc<str>,
    /// With which event.
    seq: u64,
    /// What it will have a copy of.
    unwritten: Unwritten,
}

/// Most children that are waited for to be heard of.
const STARTING: usize = 256;

/// A thread of a process beside its main one.
#[derive(Debug, Clone, PartialEq)]
pub struct Thread {
    /// Its number, as the kernel gave it.
    pub tid: i32,
    /// The program's name for it, once it is known.
    pub name: Option<Arc<str>>,
    pub state: State,
    calls: Calls,
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
    /// With which event its parent said that it starts it, or it was first heard of: siblings that are
    /// started one after the other may be heard of in another order.
    pub fn forked_seq(&self) -> u64 {
        self.forked_seq
    }

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

    /// Whether it only helped another process, `main`, to become the program it is now: it ended before
    /// that, printed nothing and did nothing that is told (a launcher's `readlink`).
    pub fn led_to(&self, main: &Process) -> bool {
        let State::Exited { t: ended, .. } = self.state else {
            return false;
        };
        let silent = self.counts == Counts::default();
        self.proc != main.proc && self.role == Role::Foreign && silent && ended <= main.became
    }

    /// A process that serves others and does not count as unfinished work.
    pub fn is_service(&self) -> bool {
        self.role == Role::Manager
    }

    /// Numbers of its threads that wait without a timeout or stand at the gate.
    pub fn waiting_threads(&self) -> impl Iterator<Item = i32> {
        let waits = |state: &State| {
            let (State::Waiting(pending) | State::AtGate(pending)) = state else {
                return false;
            };
            pending.timeout.is_none()
        };
        let main = waits(&self.state).then_some(self.pid);
        let others = self
            .threads
            .iter()
            .filter(move |thread| waits(&thread.state));
        main.into_iter().chain(others.map(|thread| thread.tid))
    }

    /// The operation its main thread waits with or has announced.
    pub fn pending(&self) -> Option<&Pending> {
        match &self.state {
            State::Waiting(pending) | State::AtGate(pending) => Some(pending),
            _ => None,
        }
    }

    /// The calls a thread of it is in; `None` for a thread that is not kept.
    pub(super) fn calls_of(&self, tid: Option<i32>) -> Option<&Calls> {
        if self.is_main_thread(tid) {
            return Some(&self.calls);
        }
        let mut threads = self.threads.iter();
        let thread = threads.find(|thread| Some(thread.tid) == tid);
        thread.map(|thread| &thread.calls)
    }

    /// Whether `tid` is its main thread (events without a thread number are).
    pub(super) fn is_main_thread(&self, tid: Option<i32>) -> bool {
        tid.is_none_or(|tid| tid == self.pid)
    }
}

/// Roles that are given to a process by whoever saw it start.
fn is_seen_only(role: Role) -> bool {
    matches!(role, Role::Main | Role::Foreign | Role::Guest)
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
        // The kernel gives a PID again once its process has been collected.
        if let Some(before) = self.place_of_pid(process.pid)
            && let Some(State::Exited { reaped, .. }) =
                self.at_mut(before).map(|process| &mut process.state)
        {
            *reaped = true;
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
        let said = parent
            .and_then(|parent| self.place(parent))
            .and_then(|parent| self.at_mut(parent)?.has_started(&start.name));
        let Some(process) = self.at_mut(place) else {
            return;
        };
        process.forked_seq = said.as_ref().map_or(process.start_seq, |said| said.seq);
        if let Some(said) = said {
            process.unwritten = said.unwritten;
        }
        process.pid = pid;
        process.ppid = start.ppid;
        process.parent = parent.filter(|parent| *parent != process.proc);
        process.name = clip(&start.name);
        process.role = start.role;
        process.daemon = start.daemon;
        process.method = start.method;
        process.spoken = process.announced || !is_seen_only(start.role);
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
            forked_seq: seq,
            became: t,
            timer: None,
            starting: Vec::new(),
            announced: false,
            spoken: false,
            state: State::Running,
            calls: Calls::default(),
            threads: Vec::new(),
            at: None,
            ps: None,
            pool: None,
            counts: Counts::default(),
            unwritten: Unwritten::default(),
            track: Track::new(t, seq, spans),
            ended_in: None,
        }
    }

    /// Whether it may say who it is although a `process.start` was seen: where that was the word of
    /// others, who could not know.
    pub(super) fn may_speak(&self, start: &ProcessStart) -> bool {
        !self.spoken && (self.role == Role::Foreign || start.role == self.role)
    }

    /// It has become the program of this name; whatever it was in is gone.
    pub(super) fn becomes(&mut self, name: &str, t: i64, seq: u64) {
        if !self.is_alive() {
            return;
        }
        // One that said who it is stays it: its name is the program's own word.
        if !self.spoken {
            self.name = clip(name);
        }
        self.became = t;
        self.unwritten = Unwritten::default();
        self.calls.clear();
        self.threads.clear();
        self.at = None;
        self.state = State::Running;
        self.track.turn(&self.state, t, seq);
    }

    /// A thread beside its main one says what it is called, or that it ends.
    pub(super) fn threads_change(&mut self, tid: Option<i32>, op: &Op) {
        match op.op {
            OpName::ThreadStart => {
                if let Some(thread) = self.thread(tid) {
                    thread.name = op.args.name.as_deref().map(clip);
                }
            }
            OpName::ThreadEnd => self.threads.retain(|thread| Some(thread.tid) != tid),
            _ => {}
        }
    }

    /// It starts or stops a timer that will send it a signal. The timers of processor time (`args.index`
    /// 1 and 2) stand still in one that waits.
    pub(super) fn arms(&mut self, op: &Op, t: i64) {
        let real = op.op == OpName::Alarm
            || op.op == OpName::SetITimer && op.args.index.is_none_or(|which| which == 0);
        if !real || op.error.is_some() {
            return;
        }
        let seconds = op.args.timeout.unwrap_or(0.0);
        self.timer = (seconds > 0.0).then(|| match op.args.key.as_deref() {
            // Again and again.
            Some(_) => i64::MAX,
            None => t.saturating_add(nanoseconds(seconds).unwrap_or(i64::MAX)),
        });
    }

    /// It says that it starts a child of this name. By os.fork the child gets a copy of its buffer;
    /// `multiprocessing` writes that before.
    pub(super) fn starts(&mut self, child: &str, op: OpName, seq: u64) {
        if self.starting.len() == STARTING {
            self.starting.remove(0);
        }
        let unwritten = match op {
            OpName::OsFork => self.unwritten.clone(),
            _ => Unwritten::default(),
        };
        self.starting.push(Starting {
            name: clip(child),
            seq,
            unwritten,
        });
    }

    /// A child of this name was heard of: how it was started.
    fn has_started(&mut self, child: &str) -> Option<Starting> {
        let name = clip(child);
        let place = self.starting.iter().position(|known| known.name == name)?;
        Some(self.starting.remove(place))
    }

    /// Changes the calls a thread is in, and with them what it does. Nothing is changed of the dead
    /// and of threads beyond the number kept.
    pub(super) fn turn<R: Default>(
        &mut self,
        tid: Option<i32>,
        at: Option<Arc<str>>,
        (t, seq): (i64, u64),
        change: impl FnOnce(&mut Calls) -> R,
    ) -> R {
        if !self.is_alive() {
            return R::default();
        }
        if !self.is_main_thread(tid) {
            return self.thread(tid).map_or_else(R::default, |thread| {
                let changed = change(&mut thread.calls);
                thread.state = thread.calls.state();
                changed
            });
        }
        if at.is_some() {
            self.at = at;
        }
        let ran = self.calls.is_empty();
        let changed = change(&mut self.calls);
        if !ran || !self.calls.is_empty() {
            self.state = self.calls.state();
        }
        self.track.turn(&self.state, t, seq);
        changed
    }

    fn thread(&mut self, tid: Option<i32>) -> Option<&mut Thread> {
        let tid = tid?;
        let known = self.threads.iter().position(|thread| thread.tid == tid);
        if known.is_none() && self.threads.len() < THREADS {
            self.threads.push(Thread {
                tid,
                name: None,
                state: State::Running,
                calls: Calls::default(),
            });
        }
        let place = known.or_else(|| self.threads.iter().position(|thread| thread.tid == tid))?;
        self.threads.get_mut(place)
    }

    /// It has ended, and everything it was in with it.
    pub(super) fn ends(&mut self, exit: Exit, t: i64, seq: u64, reaped: bool) {
        self.ended_in = self.pending().cloned();
        self.state = State::Exited { exit, t, reaped };
        self.calls.clear();
        self.threads.clear();
        self.track.turn(&self.state, t, seq);
    }
}

/// Seconds as whole nanoseconds, negative ones as none at all; `None` for what is not finite.
pub(super) fn nanoseconds(seconds: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, which is what an absurd timeout deserves"
    )]
    seconds.is_finite().then(|| (seconds.max(0.0) * 1e9) as i64)
}
