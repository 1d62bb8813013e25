//! The dispatcher: the one thread that numbers events and decides how a run ends.
//!
//! It turns the collector's `Report`s into events, folds them into a `World` of its own, obeys the
//! front end's controls, and gives the events out in batches. It touches no channel of the processes
//! but their gates, and never waits for whoever takes its batches.

mod detail;
mod ending;
mod followed;
mod own;

use std::collections::HashMap;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, never, select};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use self::ending::{STILL, Verdict};
use self::followed::Followed;
use self::own::Own;
use super::gate::{Decision, Gate};
use super::ledger::Ledger;
use super::report::{Handle, Report, Sent};
use super::sight::Proc;
use crate::feed::Control;
use crate::model::World;
use crate::protocol::{Grant, PageWriter};
use crate::sys::clock::monotonic_ns;
use crate::sys::pidfd::PidFd;
use crate::sys::socket::send_packet;
use crate::trace::{
    self, Event, Exit, Fault, FaultKind, Kind, ProcessStart, PsUpdate, Reaped, Role, RunStatus,
    StartMethod,
};

/// Events given out together, and what they cost the backlog.
#[derive(Debug)]
pub(crate) struct Batch {
    pub events: trace::Batch,
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
    /// What it is called until then.
    pub main_name: String,
    /// It is a program of its own: see `Launch::follow`.
    pub follow: bool,
    pub origin: i64,
    pub gate: Gate,
    pub page: PageWriter,
}

/// Reports handled before the events made of them are given out.
const TURN: usize = 512;
/// … and the bytes they stand for.
const TURN_BYTES: usize = 4 << 20;
pub(crate) struct Dispatcher {
    desk: Desk,
    ledger: Ledger,
    world: World,
    /// The gate channels of processes that live, with their PIDs, by birth number.
    gates: HashMap<u32, (i32, OwnedFd)>,
    /// When the gate has to be asked again (ns); at once when an operation was announced.
    gate_at: i64,
    batch: trace::Batch,
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
    /// Of a program of one's own.
    followed: Option<Followed>,
    ended: Vec<i32>,
    /// What samples forklore's own rows, while somebody wants to see them.
    own: Option<Own>,
    over: bool,
}

impl Dispatcher {
    pub(crate) fn new(desk: Desk) -> Dispatcher {
        let follow = desk.follow;
        Dispatcher {
            desk,
            ledger: Ledger::default(),
            world: World::new(),
            gates: HashMap::new(),
            gate_at: 0,
            batch: trace::Batch::default(),
            cost: 0,
            verdict: None,
            main_born: false,
            main_exit: None,
            outlived_at: None,
            active_at: monotonic_ns(),
            judged: false,
            followed: follow.then(Followed::default),
            ended: Vec::new(),
            own: None,
            over: false,
        }
    }

    /// Dispatches until the run is over.
    pub(crate) fn run(mut self) {
        // One that is followed is told of by its first program.
        if !self.desk.introduced && self.followed.is_none() {
            self.acquaint(self.desk.main.pid(), self.now());
        }
        while !self.over {
            let timeout = self.timeout();
            let desk = &self.desk;
            let own = self.own.as_ref().map_or_else(never, |own| own.rows.clone());
            select! {
                recv(desk.controls) -> control => match control {
                    Ok(control) => self.obey(control),
                    // Whoever held the run is gone.
                    Err(_) => self.abandoned(),
                },
                recv(desk.rows) -> update => match update {
                    Ok(update) => self.rows(self.now(), update),
                    // The collector, whose sampler it is, has gone.
                    Err(_) => self.desk.rows = never(),
                },
                recv(own) -> update => match update {
                    Ok(update) => self.log(self.now(), 0, None, Kind::Ps(update)),
                    Err(_) => self.own = None,
                },
                recv(desk.input) -> sent => match sent {
                    Ok(sent) => self.take(sent),
                    Err(_) => self.collector_lost(),
                },
                default(timeout) => {}
            }
            self.work_gate();
            self.judge();
            self.flush();
        }
        self.desk.handle.stop();
    }

    /// Takes what has come, up to about a turn's worth.
    fn take(&mut self, first: Sent) {
        let mut next = Some(first);
        let mut handled = 0;
        while let Some(Sent { reports, cost }) = next {
            self.cost += cost;
            handled += reports.len();
            for report in reports {
                // Nothing follows the end.
                if !self.over {
                    self.handle(report);
                }
            }
            let more = !self.over && handled < TURN && self.cost < TURN_BYTES;
            next = if more {
                self.desk.input.try_recv().ok()
            } else {
                None
            };
        }
    }

    fn now(&self) -> i64 {
        monotonic_ns() - self.desk.origin
    }

    /// Numbers an event, folds it, and puts it into the batch.
    fn log(&mut self, t: i64, pid: i32, tid: Option<i32>, kind: Kind) {
        let event = self.ledger.number(t, pid, tid, kind);
        self.world.apply(&event);
        if self.desk.gate.is_closed() {
            self.desk.gate.note(&event, monotonic_ns());
            self.gate_at = 0;
        } else if matches!(event.kind, Kind::OpBegin(_)) {
            // Announced while the gate was being opened.
            self.gate_at = 0;
        }
        self.batch.add(event);
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
                method,
                process,
            } => {
                self.enrol(pid, process);
                self.stranger(pid, t, parent, (name, method));
            }
            Report::Became {
                pid,
                t,
                name,
                command,
            } => self.became(pid, t, Kind::ProcessExec { name, command }),
            Report::Halted { pid, halted } => self.halts(pid, halted),
            Report::NotFollowed { t, why } => {
                self.acquaint(self.desk.main.pid(), t);
                self.fault(t, 0, FaultKind::NotFollowed, why);
            }
            Report::Packet { pid, event } => self.packet(pid, event),
            Report::Output { pid, t, output } => {
                self.acquaint(pid, t);
                self.log(t, pid, None, Kind::Output(output));
            }
            Report::Exit { pid, t, exit } => self.exit(pid, t, exit),
            Report::Reaped { pid, t, by, exit } => self.reaped(pid, t, by, exit),
            Report::Ps { t, update } => self.rows(t, update),
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
            let member = self.ledger.enter(pid, start);
            self.enrol(pid, process);
            self.main_born |= pid == self.desk.main.pid();
            if let Some(gate) = gate {
                self.gates.insert(member.proc, (pid, gate));
                self.desk.gate.enter(member.proc, pid, monotonic_ns());
            }
            self.log(event.t, pid, event.tid, event.kind);
        }
    }

    /// Sees to it that a process that says something is known.
    fn acquaint(&mut self, pid: i32, t: i64) {
        if pid != 0 && !self.ledger.lives(pid) {
            self.stranger(pid, t, 0, (String::new(), StartMethod::Unknown));
        }
    }

    /// A process nobody introduced; the main process may write before it introduces itself.
    fn stranger(&mut self, pid: i32, t: i64, ppid: i32, (name, method): (String, StartMethod)) {
        let start = if pid == self.desk.main.pid() {
            self.enrol(pid, Some(Arc::clone(&self.desk.main)));
            ProcessStart {
                ppid: self.desk.guard.pid(),
                name: self.desk.main_name.clone(),
                role: Role::Main,
                daemon: false,
                method: StartMethod::Exec,
            }
        } else {
            ProcessStart {
                ppid,
                name,
                role: Role::Foreign,
                daemon: false,
                method,
            }
        };
        self.ledger.enter(pid, &start);
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
        self.halts(pid, false);
        if let Some(member) = self.ledger.member(pid) {
            self.gates.remove(&member.proc);
            self.desk.gate.leave(member.proc);
        }
        if let Ok(mut roster) = self.desk.roster.lock() {
            roster.remove(&pid);
        }
        self.log(t, pid, None, Kind::ProcessExit(exit));
        if pid == self.desk.main.pid() {
            self.main_exited(t, exit);
        }
    }

    fn reaped(&mut self, pid: i32, t: i64, by: i32, exit: Exit) {
        // One nobody knew is nobody's business: a stranger's child that was orphaned.
        if self.ledger.reaped(pid) {
            let by = if by == 0 { self.desk.guard.pid() } else { by };
            self.log(t, pid, None, Kind::ProcessReaped(Reaped { by, exit }));
        }
    }

    fn obey(&mut self, control: Control) {
        match control {
            Control::Stop => self.begin_end(RunStatus::Stopped, None),
            Control::Interrupt => {
                // Held by its descriptor and not collected, the main process keeps its PID, and with
                // it its group; after it, whoever is left is asked one by one.
                let group = Pid::from_raw(self.desk.main.pid());
                if self.main_exit.is_none() && killpg(group, Signal::SIGINT).is_ok() {
                    return;
                }
                if let Ok(roster) = self.desk.roster.lock() {
                    for process in roster.values() {
                        let _ = process.signal(Some(Signal::SIGINT));
                    }
                }
            }
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
            Control::OwnRows { shown } => self.own_rows(shown),
            Control::RecordingStopped => self.fault(
                self.now(),
                0,
                FaultKind::RecordingStopped,
                "the run goes on without it",
            ),
            Control::Pace { .. }
            | Control::Open
            | Control::Pause
            | Control::Resume
            | Control::Step { .. } => {
                self.desk.gate.obey(control, monotonic_ns());
                self.gate_at = 0;
                let closed = self.desk.gate.is_closed();
                if let Err(error) = self.desk.page.set_gated(closed) {
                    self.fault(
                        self.now(),
                        0,
                        FaultKind::Internal,
                        format!("setting the gate: {error}"),
                    );
                }
            }
        }
    }

    /// Lets go whoever the gate lets go.
    fn work_gate(&mut self) {
        while self.verdict.is_none() && monotonic_ns() >= self.gate_at {
            match self.desk.gate.decide(&self.world, monotonic_ns(), &Proc) {
                Decision::Grant { proc, grant } => self.grant(proc, grant),
                Decision::Wait { until } => {
                    self.gate_at = until;
                    return;
                }
                Decision::Stuck => self.deadlock(),
            }
        }
    }

    fn grant(&mut self, proc: u32, grant: Grant) {
        let Some((pid, channel)) = self.gates.get(&proc) else {
            return self.desk.gate.leave(proc);
        };
        let pid = *pid;
        // One that has died meanwhile needs no grant; its exit follows.
        let _ = send_packet(channel.as_fd(), &[grant.byte()]);
        self.log(self.now(), pid, None, Kind::Gate);
    }

    /// How long to wait for something to happen.
    fn timeout(&self) -> Duration {
        let mut at = i64::MAX;
        if let Some(verdict) = &self.verdict {
            at = verdict.late_at;
        } else {
            at = at
                .min(self.outlived_at.unwrap_or(i64::MAX))
                .min(self.gate_at);
            if !self.judged {
                at = at.min(self.active_at + STILL);
            }
        }
        let left = (at.saturating_sub(monotonic_ns())).clamp(0, 60_000_000_000);
        Duration::from_nanos(left.unsigned_abs())
    }
}
