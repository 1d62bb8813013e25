//! `World`: the fold of events. Everything shown, checked, exported or compared is read from one.
//!
//! The live session, a replay, the headless test and the exploration differ only in where their events
//! come from; a `World` does not know. Only `apply` changes it. It never panics, whatever the events
//! say, and its memory is bounded (`Limits`). It is cheap to clone, because its large parts are shared.
//! Two Worlds that folded the same events are equal.
//!
//! It holds data, not words: `Process::state` says what a process waits for, and the screen puts that
//! into a language.

mod anomaly;
mod appended;
mod barrier;
mod block;
mod blocked;
mod body;
mod calls;
mod chunked;
mod condition;
mod connection;
mod effects;
mod enabled;
mod family;
mod flag;
mod fold;
mod history;
mod limits;
mod lock;
mod manager;
mod mapping;
mod object;
mod object_id;
mod objects;
mod output;
mod pipe_end;
mod places;
mod pool;
mod popen;
mod process;
mod ps;
mod queue;
mod raised;
mod sequence;
mod shared;
mod step;
mod tasks;
mod timeline;
mod turns;
mod unwritten;
mod waits;

use std::sync::Arc;

use crate::trace::{Fault, Look, RunEnd};

pub use anomaly::{Anomaly, AnomalyKind};
pub use appended::Appended;
pub use barrier::Barrier;
pub use block::Block;
pub use blocked::{Blocked, Stuck};
pub use body::Body;
pub use chunked::Chunked;
pub use condition::Condition;
pub use connection::Connection;
pub use flag::Flag;
pub use history::{History, Packed};
pub use limits::Limits;
pub use lock::{Copied, Holder, Lock, Semaphore};
pub use manager::{Manager, Request};
pub use mapping::{Entry, Mapping};
pub use object::{Object, Touch, Waiter};
pub use object_id::ObjectId;
pub use output::{Ending, Line, OutputLog};
pub use pipe_end::PipeEnd;
pub use pool::{Pool, PoolState, Totals, Worker};
pub use popen::Popen;
pub use process::{Counts, Pending, Process, State, Target, Thread};
pub use ps::{PsMoment, PsTable};
pub use queue::{Delivery, Mailbox, Message, Queue, Taker};
pub use raised::Raised;
pub use sequence::{Element, Sequence};
pub use shared::{Cell, Shared};
pub use tasks::{Task, TaskState, Tasks};
pub use timeline::{Activity, Span, TaskSpan, Track};
pub use turns::Turns;
pub use unwritten::{Printed, Unwritten};
pub use waits::{Awaited, LostTask, Party, Thing, Wait};

/// A point of the log worth finding again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    pub seq: u64,
    /// Nanoseconds since the run began.
    pub t: i64,
    pub proc: Option<u32>,
    pub text: Arc<str>,
}

/// A fault, with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultNote {
    pub seq: u64,
    pub t: i64,
    pub proc: Option<u32>,
    pub pid: i32,
    pub fault: Fault,
}

/// The end of the run, with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndNote {
    pub seq: u64,
    pub t: i64,
    pub end: RunEnd,
}

/// All that is known of a run after a number of its events.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    limits: Limits,
    time_scale: f64,
    places: places::Places,
    seq: u64,
    now: i64,
    folded: u64,
    processes: process::Processes,
    objects: objects::Objects,
    /// Elements all objects keep together.
    elements: usize,
    requests: Appended<Request>,
    log: OutputLog,
    ps: PsTable,
    turns: Turns,
    faults: Appended<FaultNote>,
    markers: Appended<Marker>,
    anomalies: Appended<Anomaly>,
    anomaly_count: u64,
    raised: Appended<Raised>,
    /// What the threads did at the last look.
    look: Option<Arc<Look>>,
    end: Option<EndNote>,
    remembered: waits::Remembered,
    unknown: u64,
    unplaced: u64,
}

impl Default for World {
    fn default() -> World {
        World {
            limits: Limits::default(),
            time_scale: 1.0,
            places: places::Places::default(),
            seq: 0,
            now: 0,
            folded: 0,
            processes: process::Processes::default(),
            objects: objects::Objects::default(),
            elements: 0,
            requests: Appended::default(),
            log: OutputLog::default(),
            ps: PsTable::default(),
            turns: Turns::default(),
            faults: Appended::default(),
            markers: Appended::default(),
            anomalies: Appended::default(),
            anomaly_count: 0,
            raised: Appended::default(),
            look: None,
            end: None,
            remembered: waits::Remembered::default(),
            unknown: 0,
            unplaced: 0,
        }
    }
}

impl World {
    /// An empty World with the usual bounds, of a run whose sleeps take as long as they say.
    pub fn new() -> World {
        World::default()
    }

    /// The same, of a run in which every sleep is multiplied by this (`Header::time_scale`).
    pub fn scaled(self, time_scale: f64) -> World {
        let usable = time_scale.is_finite() && time_scale >= 0.0;
        World {
            time_scale: if usable { time_scale } else { 1.0 },
            ..self
        }
    }

    /// An empty World with other bounds. Worlds of different bounds are never equal.
    pub fn with_limits(limits: Limits) -> World {
        World {
            limits,
            ..World::default()
        }
    }

    /// What multiplied every sleep of the run.
    pub fn time_scale(&self) -> f64 {
        self.time_scale
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Number of the last event folded; 0 before the first.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The latest time any event told, ns since the run began.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Events folded.
    pub fn folded(&self) -> u64 {
        self.folded
    }

    /// Every process, in birth order.
    pub fn processes(&self) -> impl DoubleEndedIterator<Item = &Process> {
        self.processes.iter()
    }

    pub fn process_count(&self) -> usize {
        self.processes.len()
    }

    /// The process with this birth number.
    pub fn process(&self, proc: u32) -> Option<&Process> {
        self.processes.get(proc)
    }

    /// The process that has this PID now.
    pub fn living(&self, pid: i32) -> Option<&Process> {
        self.processes
            .by_pid(pid)
            .filter(|process| process.is_alive())
    }

    /// The latest process that had this PID, alive or not.
    pub fn by_pid(&self, pid: i32) -> Option<&Process> {
        self.processes.by_pid(pid)
    }

    /// Every object, in the order of first mention.
    pub fn objects(&self) -> impl DoubleEndedIterator<Item = &Object> {
        self.objects.iter()
    }

    /// The object with this identity (`RLock-1`).
    pub fn object(&self, id: &str) -> Option<&Object> {
        self.objects.get(self.objects.key(id)?)
    }

    pub fn object_at(&self, key: ObjectId) -> Option<&Object> {
        self.objects.get(key)
    }

    /// What people call the object: its variable's name, else its identity.
    pub fn label(&self, key: ObjectId) -> &str {
        self.object_at(key).map_or("", Object::label)
    }

    /// The object the program calls by this variable name; the latest where several are.
    pub fn named(&self, name: &str) -> Option<&Object> {
        self.objects()
            .rev()
            .find(|object| object.name.as_deref() == Some(name))
    }

    /// Operations on proxies of managers, in order; the latest ones.
    pub fn requests(&self) -> &Appended<Request> {
        &self.requests
    }

    /// What was printed.
    pub fn log(&self) -> &OutputLog {
        &self.log
    }

    /// Forgets what was printed so far, which stays counted: Worlds of long ago are kept without it.
    fn leave_out_output(&mut self) {
        self.log.leave_out();
    }

    pub fn ps(&self) -> &PsTable {
        &self.ps
    }

    /// Who was let through the gate.
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    pub fn faults(&self) -> &Appended<FaultNote> {
        &self.faults
    }

    pub fn markers(&self) -> &Appended<Marker> {
        &self.markers
    }

    /// Contradictions in the log; the latest ones where there are many.
    pub fn anomalies(&self) -> &Appended<Anomaly> {
        &self.anomalies
    }

    /// Number of contradictions, those no longer kept included.
    pub fn anomaly_count(&self) -> u64 {
        self.anomaly_count
    }

    /// Operations that raised, in order; the latest ones where there are many.
    pub fn raised(&self) -> &Appended<Raised> {
        &self.raised
    }

    /// What every thread did when somebody looked last.
    pub fn look(&self) -> Option<&Look> {
        self.look.as_deref()
    }

    /// How the run ended, once it has.
    pub fn end(&self) -> Option<&EndNote> {
        self.end.as_ref()
    }

    /// Whether it was the run that ended this process, and not the program.
    #[must_use]
    pub fn was_ended(&self, pid: i32) -> bool {
        let note = self.end.as_ref();
        note.is_some_and(|note| note.end.ended.contains(&pid))
    }

    /// About what a clone costs once everything in it has changed, in bytes: what is shared in
    /// pieces counts as its pointers.
    fn weight(&self) -> u64 {
        let processes = self.processes.len() * 768;
        let objects: usize = self
            .objects()
            .map(|object| 320 + object.body.weight())
            .sum();
        let lines = self.log.lines_kept() / 16 + self.log.writers() * 48;
        (processes + objects + lines + self.ps.now().rows.len() * 24) as u64
    }

    /// Events of a kind this version does not know.
    pub fn unknown_events(&self) -> u64 {
        self.unknown
    }

    /// Events that had no place: no process named, or beyond a limit.
    pub fn unplaced_events(&self) -> u64 {
        self.unplaced
    }
}

#[cfg(test)]
mod tests;
