//! The dispatcher: the one thread that numbers events and decides how a run ends.
//!
//! It turns the collector's `Report`s into events of the `Log` and lets processes through the gate. It touches no channel of the processes but their gates, and never
//! waits for whoever takes its batches. `control` obeys the front end, `conclude` decides how the run ends.

mod conclude;
mod control;
mod detail;
mod ending;
mod followed;
mod gates;
mod guard_link;
pub(crate) mod log;
mod main_process;
mod own_rows;
mod processes;
mod stillness;

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, never, select};
use nix::sys::resource::{Resource, getrlimit};

use self::ending::Ending;
use self::followed::Followed;
pub use self::followed::Following;
use self::gates::Gates;
pub(crate) use self::guard_link::GuardLink;
pub(crate) use self::log::Batch;
use self::log::Log;
pub(crate) use self::main_process::MainProcess;
use self::own_rows::OwnRows;
use self::processes::Member;
use self::stillness::Stillness;
use super::backlog::Backlog;
use super::gate::{Decision, Gate};
use super::holders::Channels;
use super::live::LiveProcesses;
use super::membership::Standing;
use super::report::{Report, Round};
use crate::feed::Control;
use crate::protocol::PageWriter;
use crate::sys::clock::monotonic_ns;
use crate::sys::pidfd::PidFd;
use crate::trace::{
    Event, Exit, FaultKind, Kind, ProcessStart, PsUpdate, Reaped, Role, RunStatus, StartMethod,
};

/// What a dispatcher is made of.
pub(crate) struct Setup {
    pub reports: Receiver<Round>,
    pub controls: Receiver<Control>,
    /// What the sampler saw, ten times a second.
    pub rows: Receiver<PsUpdate>,
    pub output: Sender<Batch>,
    pub backlog: Arc<Backlog>,
    pub live: Arc<LiveProcesses>,
    pub guard: GuardLink,
    pub main: MainProcess,
    pub follow: Option<Following>,
    /// The run's channels, where orphans that hold none are not waited for.
    pub channels: Option<Channels>,
    /// When the run began, ns of `CLOCK_MONOTONIC`.
    pub origin: i64,
    pub gate: Gate,
    pub page: PageWriter,
}

/// Where things come from.
struct Inputs {
    reports: Receiver<Round>,
    controls: Receiver<Control>,
    rows: Receiver<PsUpdate>,
}

/// Reports handled before the events made of them are given out.
const TURN: usize = 512;
/// … and the bytes they stand for.
const TURN_BYTES: usize = 4 << 20;

pub(crate) struct Dispatcher {
    inputs: Inputs,
    backlog: Arc<Backlog>,
    log: Log,
    live: Arc<LiveProcesses>,
    guard: GuardLink,
    main: MainProcess,
    gates: Gates,
    stillness: Stillness,
    ending: Ending,
    /// Of a program that is followed.
    followed: Option<Followed>,
    own_rows: OwnRows,
}

impl Dispatcher {
    pub(crate) fn new(setup: Setup) -> Dispatcher {
        Dispatcher {
            inputs: Inputs {
                reports: setup.reports,
                controls: setup.controls,
                rows: setup.rows,
            },
            backlog: setup.backlog,
            log: Log::new(setup.origin, setup.output),
            live: setup.live,
            guard: setup.guard,
            main: setup.main,
            gates: Gates::new(setup.gate, setup.page),
            stillness: Stillness::new(),
            ending: Ending::default(),
            followed: setup
                .follow
                .map(|whose| Followed::new(setup.channels, whose)),
            own_rows: OwnRows::default(),
        }
    }

    /// Dispatches until the run is over.
    pub(crate) fn run(mut self) {
        // A traced program is told of by its first `exec`.
        if !self.main.introduces_itself && self.followed.is_none() {
            self.acquaint(self.main.pid(), self.log.now());
        }
        while !self.ending.over {
            let timeout = self.timeout();
            let own_rows = self.own_rows.rows();
            select! {
                recv(self.inputs.controls) -> control => match control {
                    Ok(control) => self.obey(control),
                    // Whoever held the run is gone.
                    Err(_) => self.abandoned(),
                },
                recv(self.inputs.rows) -> update => match update {
                    Ok(update) => self.rows(self.log.now(), update),
                    // The collector, whose sampler it is, has gone.
                    Err(_) => self.inputs.rows = never(),
                },
                recv(own_rows) -> update => match update {
                    Ok(update) => self.append(self.log.now(), 0, None, Kind::Ps(update)),
                    Err(_) => self.hide_own_rows(),
                },
                recv(self.inputs.reports) -> round => match round {
                    Ok(round) => self.take(round),
                    Err(_) => self.collector_lost(),
                },
                default(timeout) => {}
            }
            self.work_gates();
            self.judge();
            self.flush();
        }
        self.backlog.stop();
    }

    /// How long to wait for something to happen.
    fn timeout(&self) -> Duration {
        let mut at = self.ending.due_at();
        if !self.ending.decided() {
            at = at.min(self.gates.ask_at()).min(self.stillness.due_at());
            if let Some(followed) = self.followed.as_ref().filter(|_| self.main.exit.is_some()) {
                at = at.min(followed.look_at());
            }
        }
        let left = (at.saturating_sub(monotonic_ns())).clamp(0, 60_000_000_000);
        Duration::from_nanos(left.unsigned_abs())
    }

    /// Takes what has come, up to about a turn's worth.
    fn take(&mut self, first: Round) {
        let mut next = Some(first);
        let mut handled = 0;
        while let Some(Round { reports, cost }) = next {
            self.log.charge(cost);
            handled += reports.len();
            for report in reports {
                // Nothing follows the end.
                if !self.ending.over {
                    self.handle(report);
                }
            }
            let more = !self.ending.over && handled < TURN && self.log.cost() < TURN_BYTES;
            next = if more {
                self.inputs.reports.try_recv().ok()
            } else {
                None
            };
        }
    }

    /// Logs an event; the gate hears of it.
    fn append(&mut self, t: i64, pid: i32, tid: Option<i32>, kind: Kind) {
        let event = self.log.append(t, pid, tid, kind);
        self.gates.note(event);
    }

    fn fault(&mut self, t: i64, pid: i32, fault: FaultKind, detail: impl Into<String>) {
        let event = self.log.fault(t, pid, fault, detail);
        self.gates.note(event);
    }

    fn flush(&mut self) {
        if !self.log.flush() {
            self.abandoned();
        }
    }

    fn handle(&mut self, report: Report) {
        if !matches!(report, Report::Ps { .. }) {
            self.stillness.broken();
        }
        match report {
            Report::Born {
                pid,
                event,
                process,
                gate,
            } => self.born(pid, event, process, gate),
            Report::Appeared {
                pid,
                t,
                parent,
                name,
                method,
                standing,
                process,
            } => {
                self.enrol(process);
                let role = match standing {
                    Standing::Guest => Role::Guest,
                    Standing::Own | Standing::Gone => Role::Foreign,
                };
                let start = ProcessStart {
                    ppid: parent,
                    name,
                    role,
                    daemon: false,
                    method,
                };
                self.appeared(pid, t, start);
            }
            Report::Executed {
                pid,
                t,
                name,
                command,
            } => self.executed(pid, t, Kind::ProcessExec { name, command }),
            Report::Stopped { pid, stopped } => self.set_stopped(pid, stopped),
            Report::NotTraced { t, why } => {
                self.acquaint(self.main.pid(), t);
                self.fault(t, 0, FaultKind::NotFollowed, why);
            }
            Report::Packet { pid, event } => {
                self.acquaint(pid, event.t);
                self.append(event.t, pid, event.tid, event.kind);
            }
            Report::Output { pid, t, output } => {
                self.acquaint(pid, t);
                self.append(t, pid, None, Kind::Output(output));
            }
            Report::Exit { pid, t, exit } => self.exit(pid, t, exit),
            Report::Reaped { pid, t, by, exit } => self.reaped(pid, t, by, exit),
            Report::Ps { t, update } => self.rows(t, update),
            Report::TooFewDescriptors { t } => {
                let limit = getrlimit(Resource::RLIMIT_NOFILE);
                let limit = limit.map_or_else(|_| "?".to_owned(), |(soft, _)| soft.to_string());
                self.fault(t, 0, FaultKind::Limit, format!("ulimit -n is {limit}"));
            }
            Report::Bad { pid, t, why } => self.fault(t, pid, FaultKind::BadPacket, why),
            Report::Held { t, bytes } => {
                let detail = format!(
                    "{bytes} bytes wait to be shown; the processes that write wait with them"
                );
                self.fault(t, 0, FaultKind::OutputHeld, detail);
            }
            Report::TreeEnded { pids } => self.ending.signalled.extend(pids),
            Report::Settled { t } => self.finish(t),
            Report::GuardLost { t } => self.guard_lost(t),
        }
    }

    fn born(&mut self, pid: i32, event: Event, process: Option<Arc<PidFd>>, gate: Option<OwnedFd>) {
        if let Kind::ProcessStart(start) = &event.kind {
            let member = self.log.processes.enter(pid, start);
            self.enrol(process);
            self.main.introduced |= pid == self.main.pid();
            if let Some(gate) = gate {
                self.gates.enter(member.proc, pid, gate);
            }
            self.append(event.t, pid, event.tid, event.kind);
        }
    }

    /// Sees to it that a process that says something is known.
    fn acquaint(&mut self, pid: i32, t: i64) {
        if pid != 0 && !self.log.processes.lives(pid) {
            let start = ProcessStart {
                ppid: 0,
                name: String::new(),
                role: Role::Foreign,
                daemon: false,
                method: StartMethod::Unknown,
            };
            self.appeared(pid, t, start);
        }
    }

    /// A process that did not introduce itself; the main process may write before it does.
    fn appeared(&mut self, pid: i32, t: i64, mut start: ProcessStart) {
        if pid == self.main.pid() {
            self.enrol(Some(Arc::clone(&self.main.process)));
            start = self.main.start(self.guard.pid());
        }
        self.log.processes.enter(pid, &start);
        self.append(t, pid, None, Kind::ProcessStart(start));
    }

    fn enrol(&self, process: Option<Arc<PidFd>>) {
        if let Some(process) = process {
            self.live.insert(process);
        }
    }

    /// A process has executed another program: the main one for the first time, or one that lives.
    /// Killed in the middle of it, its end may have been heard before.
    fn executed(&mut self, pid: i32, t: i64, program: Kind) {
        if pid == self.main.pid() && self.log.processes.member(pid).is_none() {
            self.acquaint(pid, t);
        }
        if self.log.processes.lives(pid) {
            self.append(t, pid, None, program);
        }
    }

    fn exit(&mut self, pid: i32, t: i64, exit: Exit) {
        self.acquaint(pid, t);
        self.log.processes.exited(pid, exit);
        self.set_stopped(pid, false);
        if let Some(proc) = self.log.processes.proc(pid) {
            self.gates.leave(proc);
        }
        self.live.remove(pid);
        self.append(t, pid, None, Kind::ProcessExit(exit));
        if pid == self.main.pid() {
            self.main_exited(t, exit);
        }
    }

    fn reaped(&mut self, pid: i32, t: i64, by: i32, exit: Exit) {
        // One nobody knew is nobody's business: an orphaned child of a process we never heard of.
        if self.log.processes.reaped(pid) {
            let by = if by == 0 { self.guard.pid() } else { by };
            self.append(t, pid, None, Kind::ProcessReaped(Reaped { by, exit }));
        }
    }

    /// A signal stopped a process, or it goes on or has ended.
    fn set_stopped(&mut self, pid: i32, stopped: bool) {
        if let Some(followed) = &mut self.followed {
            followed.set_stopped(pid, stopped);
        }
    }

    /// Rows of the run's processes.
    fn rows(&mut self, t: i64, mut update: PsUpdate) {
        let Some(followed) = &self.followed else {
            return self.append(t, 0, None, Kind::Ps(update));
        };
        followed.correct(&mut update);
        let gone = update.gone.clone();
        self.append(t, 0, None, Kind::Ps(update));
        if gone.is_empty() {
            return;
        }
        for (pid, member) in self.log.processes.zombies() {
            if gone.contains(&pid) {
                self.collected(t, pid, &member);
            }
        }
    }

    /// A traced process that is no zombie any more: its parent has collected it, unseen. What the
    /// guard collects it says itself.
    fn collected(&mut self, t: i64, pid: i32, member: &Member) {
        if let Some(exit) = member.exit.filter(|_| self.log.processes.reaped(pid)) {
            let by = member.parent;
            self.append(t, pid, None, Kind::ProcessReaped(Reaped { by, exit }));
        }
    }

    /// Lets through the gate whoever can go.
    fn work_gates(&mut self) {
        while !self.ending.decided() {
            match self.gates.decide(&self.log.world) {
                Some(Decision::Grant { proc, grant }) => {
                    if let Some(pid) = self.gates.grant(proc, grant) {
                        self.append(self.log.now(), pid, None, Kind::Gate);
                    }
                }
                Some(Decision::Stuck) => {
                    if !self.stuck_at_gate() {
                        return self.gates.ask_later();
                    }
                }
                Some(Decision::Misfit(why)) => self.begin_end(RunStatus::Failed, Some(why)),
                Some(Decision::Wait { .. }) | None => return,
            }
        }
    }
}
