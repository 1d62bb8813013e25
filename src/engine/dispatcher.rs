//! The dispatcher: the one thread that numbers events and decides how a run ends.
//!
//! It turns the collector's `Report`s into events, folds them into a `World` of its own, obeys the
//! front end's controls, and gives the events out in batches. It touches no channel of the processes
//! but their gates, and never waits for whoever takes its batches.

use std::collections::HashMap;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TryRecvError, select};
use nix::sys::signal::Signal;

use super::guard;
use super::ledger::Ledger;
use super::report::{Handle, Report, Sent};
use super::tree;
use crate::feed::Control;
use crate::model::World;
use crate::sys::clock::monotonic_ns;
use crate::sys::pidfd::PidFd;
use crate::sys::socket::send_packet;
use crate::trace::{
    Event, Exit, Fault, FaultKind, Kind, ProcessStart, PsUpdate, Role, RunEnd, RunStatus,
    StartMethod,
};

/// Events given out together, and what they cost the backlog.
#[derive(Debug)]
pub(crate) struct Batch {
    pub events: Vec<Event>,
    pub cost: usize,
}

/// The processes of the run that live, by PID: whom a control may name.
pub(crate) type Roster = Mutex<HashMap<i32, Arc<PidFd>>>;

/// What the dispatcher is given to work with.
pub(crate) struct Desk {
    pub input: Receiver<Sent>,
    pub controls: Receiver<Control>,
    /// What the sampler saw, ten times a second.
    pub rows: Receiver<PsUpdate>,
    pub output: Sender<Batch>,
    pub handle: Arc<Handle>,
    pub roster: Arc<Roster>,
    /// The guard, and the way to speak to it.
    pub guard: Arc<PidFd>,
    pub to_guard: Arc<OwnedFd>,
    /// The main process.
    pub main: Arc<PidFd>,
    /// The main process introduces itself; one that ends before that was not started.
    pub introduced: bool,
    pub origin: i64,
}

/// Reports handled before the events made of them are given out.
const TURN: usize = 512;
/// Stillness after which a run in which all wait is called a deadlock.
const STILL: i64 = 1_000_000_000;
/// How long orphans, daemons and strangers may outlive the main process before they are ended:
/// long enough to be seen.
const OUTLIVE: i64 = 1_000_000_000;
/// How long the guard may take to end the tree before it is done without it. Longer than the guard's
/// own deadlines together.
const GUARD_TIME: i64 = 8_000_000_000;

/// How a run that is being ended will be said to have ended.
#[derive(Debug)]
struct Verdict {
    status: RunStatus,
    detail: Option<String>,
    /// When the guard is given up.
    late_at: i64,
}

pub(crate) struct Dispatcher {
    desk: Desk,
    ledger: Ledger,
    world: World,
    batch: Vec<Event>,
    cost: usize,
    /// Set once the tree is being ended.
    verdict: Option<Verdict>,
    main_born: bool,
    main_exit: Option<Exit>,
    /// When those that outlive the main process are ended.
    outlived_at: Option<i64>,
    /// The last time anything happened, and whether the stillness since has been judged.
    active_at: i64,
    judged: bool,
    ended: Vec<i32>,
    over: bool,
}

impl Dispatcher {
    pub(crate) fn new(desk: Desk) -> Dispatcher {
        Dispatcher {
            desk,
            ledger: Ledger::default(),
            world: World::new(),
            batch: Vec::new(),
            cost: 0,
            verdict: None,
            main_born: false,
            main_exit: None,
            outlived_at: None,
            active_at: monotonic_ns(),
            judged: false,
            ended: Vec::new(),
            over: false,
        }
    }

    /// Dispatches until the run is over.
    pub(crate) fn run(mut self) {
        if !self.desk.introduced {
            self.acquaint(self.desk.main.pid(), self.now());
        }
        while !self.over {
            let timeout = self.timeout();
            let desk = &self.desk;
            select! {
                recv(desk.controls) -> control => match control {
                    Ok(control) => self.obey(control),
                    // Whoever held the run is gone.
                    Err(_) => self.abandoned(),
                },
                recv(desk.rows) -> update => match update {
                    Ok(update) => self.log(self.now(), 0, None, Kind::Ps(update)),
                    // The collector, whose sampler it is, has gone.
                    Err(_) => self.desk.rows = crossbeam_channel::never(),
                },
                recv(desk.input) -> sent => match sent {
                    Ok(sent) => self.take(sent),
                    Err(_) => self.collector_lost(),
                },
                default(timeout) => {}
            }
            self.judge();
            self.flush();
        }
        self.desk.handle.stop();
    }

    fn take(&mut self, first: Sent) {
        let mut next = Some(first);
        for _ in 0..TURN {
            let Some(Sent { report, cost }) = next.take() else {
                return;
            };
            self.cost += cost;
            self.handle(report);
            match self.desk.input.try_recv() {
                Ok(sent) if !self.over => next = Some(sent),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) | Ok(_) => return,
            }
        }
        if let Some(sent) = next {
            self.cost += sent.cost;
            self.handle(sent.report);
        }
    }

    fn now(&self) -> i64 {
        monotonic_ns() - self.desk.origin
    }

    /// Numbers an event, folds it, and puts it into the batch.
    fn log(&mut self, t: i64, pid: i32, tid: Option<i32>, kind: Kind) {
        let event = self.ledger.number(t, pid, tid, kind);
        self.world.apply(&event);
        self.batch.push(event);
    }

    fn fault(&mut self, t: i64, pid: i32, fault: FaultKind, detail: impl Into<String>) {
        self.log(
            t,
            pid,
            None,
            Kind::Fault(Fault {
                fault,
                detail: detail.into(),
            }),
        );
    }

    fn flush(&mut self) {
        if self.batch.is_empty() && self.cost == 0 {
            return;
        }
        let batch = Batch {
            events: std::mem::take(&mut self.batch),
            cost: std::mem::take(&mut self.cost),
        };
        if self.desk.output.send(batch).is_err() {
            self.abandoned();
        }
    }

    fn handle(&mut self, report: Report) {
        if !matches!(report, Report::Ps { .. }) {
            self.active_at = monotonic_ns();
            self.judged = false;
        }
        match report {
            Report::Born {
                pid,
                event,
                process,
                gate,
            } => self.born(pid, event, process, gate),
            Report::Stranger {
                pid,
                t,
                parent,
                name,
                process,
            } => self.stranger(pid, t, parent, name, process),
            Report::Packet { pid, event } => self.packet(pid, event),
            Report::Output { pid, t, output } => {
                self.acquaint(pid, t);
                self.log(t, pid, None, Kind::Output(output));
            }
            Report::Exit { pid, t, exit } => self.exit(pid, t, exit),
            Report::Reaped { pid, t, by, exit } => self.reaped(pid, t, by, exit),
            Report::Ps { t, update } => self.log(t, 0, None, Kind::Ps(update)),
            Report::Bad { pid, t, why } => self.fault(t, pid, FaultKind::BadPacket, why),
            Report::Held { t, bytes } => {
                let detail = format!(
                    "{bytes} bytes wait to be shown; the processes that write wait with them"
                );
                self.fault(t, 0, FaultKind::OutputHeld, detail);
            }
            Report::Ended { pids } => self.ended.extend(pids),
            Report::Settled { t } => self.finish(t),
            Report::GuardLost { t } => self.guard_lost(t),
        }
    }

    fn born(&mut self, pid: i32, event: Event, process: Option<Arc<PidFd>>, gate: Option<OwnedFd>) {
        if let Kind::ProcessStart(start) = &event.kind {
            self.ledger.enter(pid, start.role, start.daemon);
            self.enrol(pid, process);
            self.main_born |= pid == self.desk.main.pid();
            drop(gate);
            self.log(event.t, pid, event.tid, event.kind);
        }
    }

    /// Sees to it that a process that says something is known.
    fn acquaint(&mut self, pid: i32, t: i64) {
        if pid != 0 && !self.ledger.lives(pid) {
            self.stranger(pid, t, 0, String::new(), None);
        }
    }

    /// A process nobody introduced; the main process may write before it introduces itself.
    fn stranger(
        &mut self,
        pid: i32,
        t: i64,
        parent: i32,
        name: String,
        process: Option<Arc<PidFd>>,
    ) {
        let is_main = pid == self.desk.main.pid();
        let process = if is_main {
            Some(Arc::clone(&self.desk.main))
        } else {
            process
        };
        let role = if is_main { Role::Main } else { Role::Foreign };
        self.ledger.enter(pid, role, false);
        self.enrol(pid, process);
        let start = ProcessStart {
            ppid: if is_main {
                self.desk.guard.pid()
            } else {
                parent
            },
            name: if is_main {
                "MainProcess".to_owned()
            } else {
                name
            },
            role,
            daemon: false,
            method: if is_main {
                StartMethod::Exec
            } else {
                StartMethod::Unknown
            },
        };
        self.log(t, pid, None, Kind::ProcessStart(start));
    }

    fn enrol(&self, pid: i32, process: Option<Arc<PidFd>>) {
        if let (Some(process), Ok(mut roster)) = (process, self.desk.roster.lock()) {
            roster.insert(pid, process);
        }
    }

    fn packet(&mut self, pid: i32, event: Event) {
        match event.kind {
            Kind::Op(_)
            | Kind::OpWait(_)
            | Kind::OpBegin(_)
            | Kind::OpEnd(_)
            | Kind::Output(_)
            | Kind::Line { .. }
            | Kind::Fault(_)
            | Kind::Marker { .. } => {
                self.acquaint(pid, event.t);
                self.log(event.t, pid, event.tid, event.kind);
            }
            _ => self.fault(
                event.t,
                pid,
                FaultKind::BadPacket,
                "a kind of event no process may send",
            ),
        }
    }

    fn exit(&mut self, pid: i32, t: i64, exit: Exit) {
        self.acquaint(pid, t);
        self.ledger.exited(pid, exit);
        if let Ok(mut roster) = self.desk.roster.lock() {
            roster.remove(&pid);
        }
        self.log(t, pid, None, Kind::ProcessExit(exit));
        if pid == self.desk.main.pid() {
            self.main_exited(t, exit);
        }
    }

    fn main_exited(&mut self, t: i64, exit: Exit) {
        self.main_exit = Some(exit);
        if self.desk.introduced && !self.main_born {
            let detail = "the main process ended before it began";
            self.fault(t, self.desk.main.pid(), FaultKind::StartFailed, detail);
            return self.begin_end(RunStatus::Failed, Some(detail.to_owned()));
        }
        let left = self.ledger.alive();
        if self.verdict.is_none() && left > 0 && !matches!(exit, Exit::Code(_)) {
            let detail = format!("{}; {left} processes outlive it", main_lost(exit));
            self.fault(t, self.desk.main.pid(), FaultKind::StageLost, detail);
            self.outlived_at = Some(monotonic_ns() + OUTLIVE);
        }
    }

    fn reaped(&mut self, pid: i32, t: i64, by: i32, exit: Exit) {
        // One nobody knew is nobody's business: a stranger's child that was orphaned.
        if self.ledger.member(pid).is_some() {
            let by = if by == 0 { self.desk.guard.pid() } else { by };
            self.log(t, pid, None, Kind::ProcessReaped { by, exit });
        }
    }

    fn obey(&mut self, control: Control) {
        match control {
            Control::Stop => self.begin_end(RunStatus::Stopped, None),
            Control::Kill { pid } => {
                let process = self
                    .desk
                    .roster
                    .lock()
                    .ok()
                    .and_then(|roster| roster.get(&pid).cloned());
                if process.is_some_and(|process| process.signal(Some(Signal::SIGKILL)).is_ok()) {
                    self.fault(
                        self.now(),
                        pid,
                        FaultKind::Killed,
                        "SIGKILL on the front end's word",
                    );
                }
            }
            Control::Pace { .. }
            | Control::Open
            | Control::Pause
            | Control::Resume
            | Control::Step { .. } => {}
        }
    }

    /// Nobody takes events any more: the run has no purpose.
    fn abandoned(&mut self) {
        self.desk.handle.release();
        self.begin_end(RunStatus::Stopped, None);
        // The channel is closed: without this the loop would spin on it.
        self.desk.controls = crossbeam_channel::never();
    }

    /// Has the guard end the tree; `end` follows when nothing is left.
    fn begin_end(&mut self, status: RunStatus, detail: Option<String>) {
        if self.verdict.is_some() {
            return;
        }
        self.verdict = Some(Verdict {
            status,
            detail,
            late_at: monotonic_ns() + GUARD_TIME,
        });
        // Processes may wait for room in the channels; that they be read is part of ending them.
        // A guard that is gone has been reported.
        let _ = send_packet(self.desk.to_guard.as_fd(), guard::END);
    }

    /// Decides what the passing of time decides.
    fn judge(&mut self) {
        if self.over {
            return;
        }
        let now = monotonic_ns();
        if let Some(verdict) = &mut self.verdict {
            if now >= verdict.late_at {
                verdict.late_at = i64::MAX;
                self.guard_lost(self.now());
            }
            return;
        }
        if let Some(exit) = self.main_exit {
            let killed = !matches!(exit, Exit::Code(_));
            if self.ledger.awaits() && !killed {
                self.outlived_at = None;
            } else if now >= *self.outlived_at.get_or_insert(now + OUTLIVE) {
                let (status, detail) = after_main(exit);
                return self.begin_end(status, detail);
            }
        }
        self.judge_stillness(now);
    }

    /// A run in which nothing has happened for a while: do all wait for ever?
    fn judge_stillness(&mut self, now: i64) {
        if self.judged || now - self.active_at < STILL {
            return;
        }
        self.judged = true;
    }

    /// How long to wait for something to happen.
    fn timeout(&self) -> Duration {
        let mut at = i64::MAX;
        if let Some(verdict) = &self.verdict {
            at = verdict.late_at;
        } else {
            at = at.min(self.outlived_at.unwrap_or(i64::MAX));
            if !self.judged {
                at = at.min(self.active_at + STILL);
            }
        }
        let left = (at.saturating_sub(monotonic_ns())).clamp(0, 60_000_000_000);
        Duration::from_nanos(left.unsigned_abs())
    }

    /// The guard was killed or is stuck: its work is done here. Orphans are ours now.
    fn guard_lost(&mut self, t: i64) {
        self.fault(t, 0, FaultKind::StageLost, "the guard process is gone");
        let detail = "the guard process was killed".to_owned();
        if self.verdict.is_none() {
            self.verdict = Some(Verdict {
                status: RunStatus::Failed,
                detail: Some(detail),
                late_at: i64::MAX,
            });
        }
        self.flush();
        // Stuck rather than gone: its children become ours when it goes.
        let _ = self.desk.guard.signal(Some(Signal::SIGKILL));
        let known: Vec<Arc<PidFd>> = self
            .desk
            .roster
            .lock()
            .map(|roster| roster.values().cloned().collect())
            .unwrap_or_default();
        let ended = tree::end_orphans(self.desk.guard.pid(), &known);
        self.ended.extend(ended);
        self.desk.handle.settle();
    }

    fn collector_lost(&mut self) {
        let t = self.now();
        self.fault(t, 0, FaultKind::Internal, "the collector stopped");
        self.begin_end(
            RunStatus::Failed,
            Some("forklore's collector stopped".to_owned()),
        );
        self.finish(t);
    }

    /// Nothing is left: the last event.
    fn finish(&mut self, t: i64) {
        if self.over {
            return;
        }
        let (status, detail) = match (self.verdict.take(), self.main_exit) {
            (Some(verdict), _) => (verdict.status, verdict.detail),
            (None, Some(exit)) => after_main(exit),
            (None, None) => (
                RunStatus::Failed,
                Some("the main process was not seen to end".to_owned()),
            ),
        };
        let ended = std::mem::take(&mut self.ended);
        self.log(
            t,
            0,
            None,
            Kind::End(RunEnd {
                status,
                detail,
                ended,
            }),
        );
        self.over = true;
    }
}

/// How a run ends whose main process ended so.
fn after_main(exit: Exit) -> (RunStatus, Option<String>) {
    match exit {
        Exit::Code(_) => (RunStatus::Finished, None),
        _ => (RunStatus::Failed, Some(main_lost(exit))),
    }
}

fn main_lost(exit: Exit) -> String {
    match exit {
        Exit::Signal(number) => match nix::sys::signal::Signal::try_from(number) {
            Ok(signal) => format!("the main process was killed by {signal}"),
            Err(_) => format!("the main process was killed by signal {number}"),
        },
        Exit::Code(code) => format!("the main process ended with code {code}"),
        Exit::Unknown => "the main process is gone, nobody knows how".to_owned(),
    }
}
