//! The fold: what each kind of event changes in a `World`.
//!
//! One function a kind. What an operation does to its object is the object family's; here stand the
//! parts that touch more than one thing. Nothing refuses an event: what contradicts is noted.

use std::sync::Arc;

use crate::trace::{
    Event, Exit, FaultKind, Kind, Op, OpName, Output, ProcessStart, PsUpdate, Role, Stream,
};

use super::anomaly::{Anomaly, AnomalyKind};
use super::calls::{Calls, Phase};
use super::limits::{clip, clip_in_place};
use super::object::Waiter;
use super::object_id::ObjectId;
use super::process::{Pending, Process, State, Target, nanoseconds};
use super::raised::Raised;
use super::step::Step;
use super::{EndNote, FaultNote, Marker, World};

impl World {
    /// Folds one event in. Never fails: what makes no sense is counted or noted as an anomaly.
    pub fn apply(&mut self, event: &Event) {
        self.folded += 1;
        if event.seq <= self.seq {
            self.note(event, None, AnomalyKind::OutOfOrder);
        }
        if self.end.is_some() {
            self.note(event, None, AnomalyKind::AfterEnd);
        }
        self.seq = self.seq.max(event.seq);
        self.now = self.now.max(event.t);
        match &event.kind {
            Kind::ProcessStart(start) => self.process_start(event, start),
            Kind::ProcessExec { name, .. } => self.process_exec(event, name),
            Kind::ProcessExit(exit) => {
                if matches!(exit, Exit::Signal(_)) {
                    self.remember_before_kill(event);
                }
                self.process_exit(event, *exit);
            }
            Kind::ProcessReaped(reaped) => self.process_reaped(event, reaped.exit),
            Kind::Op(op) | Kind::OpEnd(op) => {
                self.forget_deadlock_if_over(event, op);
                self.acted(event);
                self.op(event, op);
            }
            Kind::OpWait(op) => self.op_wait(event, op),
            Kind::OpBegin(op) => {
                self.acted(event);
                self.op_begin(event, op);
            }
            Kind::Output(output) => self.output(event, output),
            Kind::Line { file, line } => self.line(event, file, *line),
            Kind::Ps(update) => self.ps_rows(event, update),
            Kind::Gate => self.gate(event),
            Kind::Look(look) => self.look = Some(Arc::new((**look).clone())),
            Kind::Fault(fault) => {
                let mut fault = fault.clone();
                clip_in_place(&mut fault.detail);
                let fault = FaultNote {
                    seq: event.seq,
                    t: event.t,
                    proc: event.proc,
                    pid: event.pid,
                    fault,
                };
                if fault.fault.fault == FaultKind::Deadlock {
                    self.remember_deadlock();
                }
                self.faults.push_bounded(fault, self.limits.notes);
            }
            Kind::Marker { text, .. } => {
                let marker = Marker {
                    seq: event.seq,
                    t: event.t,
                    proc: event.proc,
                    text: clip(text),
                };
                self.markers.push_bounded(marker, self.limits.notes);
            }
            Kind::End(end) => {
                self.log.close_all();
                self.remember_at_end(end);
                let mut end = end.clone();
                end.ended.truncate(self.limits.processes);
                if let Some(detail) = &mut end.detail {
                    clip_in_place(detail);
                }
                self.end = Some(EndNote {
                    seq: event.seq,
                    t: event.t,
                    end,
                });
            }
            Kind::Unknown { .. } => self.unknown += 1,
        }
    }

    pub(super) fn note(&mut self, event: &Event, object: Option<ObjectId>, kind: AnomalyKind) {
        self.anomaly_count += 1;
        let anomaly = Anomaly {
            seq: event.seq,
            proc: event.proc,
            object,
            kind,
        };
        self.anomalies.push_bounded(anomaly, self.limits.notes);
    }

    /// Place of the event's process, made up where nothing announced it.
    fn who(&mut self, event: &Event) -> Option<usize> {
        let found = event.proc.and_then(|proc| {
            self.processes.place(proc).or_else(|| {
                let (t, seq, spans) = (event.t, event.seq, self.limits.spans);
                let process = Process::unannounced(proc, event.pid, t, seq, spans);
                self.processes.add(process, self.limits.processes)
            })
        });
        if found.is_none() {
            self.unplaced += 1;
        }
        found
    }

    /// Like `who`, for an event only a living process can cause.
    fn who_acts(&mut self, event: &Event) -> Option<usize> {
        let place = self.who(event)?;
        if self
            .processes
            .at(place)
            .is_some_and(|process| !process.is_alive())
        {
            self.note(event, None, AnomalyKind::AfterExit);
        }
        Some(place)
    }

    fn process_start(&mut self, event: &Event, start: &ProcessStart) {
        let Some(place) = self.who(event) else { return };
        let known = self.processes.at(place);
        if known.is_some_and(|process| process.announced && !process.may_speak(start)) {
            self.note(event, None, AnomalyKind::StartedTwice);
            return;
        }
        self.processes.announce(place, event.pid, start);
        match start.role {
            Role::Worker => self.worker_born(place),
            Role::Manager => self.server_born(place),
            _ => {}
        }
    }

    /// Another program: what the one before was in is gone with it.
    fn process_exec(&mut self, event: &Event, name: &str) {
        let Some(place) = self.who_acts(event) else {
            return;
        };
        if let Some(process) = self.processes.at_mut(place) {
            let proc = process.proc;
            process.becomes(name, event.t, event.seq);
            self.objects.forget_waiter(proc);
            if proc == 0 {
                self.ps.begins_anew();
            }
        }
    }

    fn process_exit(&mut self, event: &Event, exit: Exit) {
        let Some(place) = self.who(event) else { return };
        if self
            .processes
            .at(place)
            .is_some_and(|process| !process.is_alive())
        {
            self.note(event, None, AnomalyKind::EndedTwice);
            return;
        }
        self.ended(place, event, exit, false);
    }

    fn process_reaped(&mut self, event: &Event, exit: Exit) {
        let Some(place) = self.who(event) else { return };
        let Some(process) = self.processes.at_mut(place) else {
            return;
        };
        if let State::Exited {
            exit: known,
            reaped,
            ..
        } = &mut process.state
        {
            *reaped = true;
            // The reaper was told by the kernel what nobody else could read.
            if *known == Exit::Unknown {
                *known = exit;
            }
            return;
        }
        self.note(event, None, AnomalyKind::ReapedAlive);
        self.ended(place, event, exit, true);
    }

    /// Everything that ends with a process.
    fn ended(&mut self, place: usize, event: &Event, exit: Exit, reaped: bool) {
        let Some(process) = self.processes.at_mut(place) else {
            return;
        };
        let (proc, pool) = (process.proc, process.pool);
        process.ends(exit, event.t, event.seq, reaped);
        let pid = process.pid;
        self.ps.ended(pid);
        self.log.close(proc);
        self.leaves(proc, pool);
    }

    fn op(&mut self, event: &Event, op: &Op) {
        let Some(place) = self.who_acts(event) else {
            return;
        };
        self.wakes(place, event.tid, op);
        let at = op.at.as_deref().map(|at| self.places.share(at));
        let Some(process) = self.processes.at_mut(place) else {
            return;
        };
        process.counts.ops += 1;
        process.counts.errors += u64::from(op.error.is_some());
        let (seq, t, tid) = (event.seq, event.t, event.tid);
        if let (OpName::Start | OpName::OsFork, None, Some(child)) =
            (op.op, &op.error, &op.args.child)
        {
            process.starts(child, op.op, seq);
        }
        process.unwritten.put(process.proc, op, at.as_ref(), seq);
        process.arms(op, t);
        let left = process.turn(tid, at.clone(), (t, seq), |calls| calls.done(op));
        process.threads_change(tid, op);
        let (proc, alive) = (process.proc, process.is_alive());
        self.wait_no_more(proc, tid, &left);
        let key = self.objects.resolve(op, seq, &self.limits);
        self.raises(event, proc, op, key);
        let Some(key) = key else {
            self.unplaced += u64::from(op.object.is_some());
            self.joined(place, event, op);
            return;
        };
        let mut limits = self.limits;
        let found = self.grow(key, limits.elements, |object, elements| {
            limits.elements = elements;
            object.fold(&Step::new(event, (proc, at.as_ref()), op, &limits), alive)
        });
        for kind in found.into_iter().flatten().flatten() {
            self.note(event, Some(key), kind);
        }
        limits = self.limits;
        self.effects(
            place,
            key,
            &Step::new(event, (proc, at.as_ref()), op, &limits),
        );
    }

    fn raises(&mut self, event: &Event, proc: u32, op: &Op, object: Option<ObjectId>) {
        let Some(error) = op.error.as_deref() else {
            return;
        };
        let raised = Raised {
            seq: event.seq,
            t: event.t,
            proc,
            op: op.op,
            object,
            error: clip(error),
        };
        self.raised.push_bounded(raised, self.limits.notes);
    }

    /// A join without a timeout comes back only from a child that has ended.
    fn joined(&mut self, place: usize, event: &Event, op: &Op) {
        let waits = op.args.timeout.is_none() && op.args.blocking != Some(false);
        let collects = matches!(op.op, OpName::Join | OpName::OsWaitpid);
        if !collects || !waits || op.error.is_some() {
            return;
        }
        if let Target::Child {
            proc: Some(child), ..
        } = self.target(place, op, None)
            && self.process(child).is_some_and(Process::is_alive)
        {
            self.note(event, None, AnomalyKind::JoinedAlive { child });
        }
    }

    fn op_wait(&mut self, event: &Event, op: &Op) {
        if let Some(proc) = event.proc.filter(|_| op.op != OpName::Sleep) {
            self.turns.waits(proc);
        }
        let Some(place) = self.who_acts(event) else {
            return;
        };
        self.wakes(place, event.tid, op);
        let at = op.at.as_deref().map(|at| self.places.share(at));
        let pending = self.pending(place, event, op);
        let target = pending.target.object();
        let phase = if op.op == OpName::Sleep {
            let seconds = op.args.timeout.map(|seconds| seconds * self.time_scale);
            let ns = seconds.and_then(nanoseconds);
            Phase::Sleeping(ns.map(|ns| event.t.saturating_add(ns)))
        } else {
            Phase::Waiting
        };
        let Some(process) = self.processes.at_mut(place) else {
            return;
        };
        process.counts.waits += 1;
        let when = (event.t, event.seq);
        let gone = process.turn(event.tid, at, when, |calls| calls.enter(pending, phase));
        let proc = process.proc;
        // The dead, and threads beyond the number kept, wait nowhere.
        let waits = process.is_alive() && process.calls_of(event.tid).is_some();
        self.wait_no_more(proc, event.tid, gone.as_slice());
        if let Some(object) = target
            .filter(|_| waits)
            .and_then(|key| self.objects.get_mut(key))
        {
            object.wait(Waiter {
                proc,
                tid: event.tid,
                op: op.op,
                since: event.t,
                since_seq: event.seq,
            });
        }
    }

    fn op_begin(&mut self, event: &Event, op: &Op) {
        let Some(place) = self.who_acts(event) else {
            return;
        };
        self.wakes(place, event.tid, op);
        let at = op.at.as_deref().map(|at| self.places.share(at));
        let pending = self.pending(place, event, op);
        let Some(process) = self.processes.at_mut(place) else {
            return;
        };
        let when = (event.t, event.seq);
        let gone = process.turn(event.tid, at, when, |calls| {
            calls.enter(pending, Phase::AtGate)
        });
        let proc = process.proc;
        self.wait_no_more(proc, event.tid, gone.as_slice());
    }

    /// The operation of a `wait` or a `begin`, with what it is on.
    fn pending(&mut self, place: usize, event: &Event, op: &Op) -> Pending {
        let object = self.objects.resolve(op, event.seq, &self.limits);
        Pending {
            op: Arc::new(kept(op)),
            target: self.target(place, op, object),
            since: event.t,
            since_seq: event.seq,
            timeout: op.args.timeout.and_then(nanoseconds),
        }
    }

    pub(super) fn target(&self, place: usize, op: &Op, object: Option<ObjectId>) -> Target {
        match (object, op.args.task) {
            (Some(pool), Some(task)) => return Target::Task { pool, task },
            (Some(object), None) => return Target::Object(object),
            (None, _) => {}
        }
        if op.args.child.is_none() && op.args.pid.is_none() {
            return Target::Nothing;
        }
        let parent = self.processes.at(place).map(|process| process.proc);
        let by_pid = op.args.pid.and_then(|pid| self.processes.by_pid(pid));
        // A PID may be of another run of the wheel: the name decides where both are known.
        let child = by_pid.or_else(|| {
            self.processes.iter().rev().find(|process| {
                process.parent == parent && Some(&*process.name) == op.args.child.as_deref()
            })
        });
        Target::Child {
            name: op.args.child.as_deref().map(clip),
            pid: op.args.pid,
            proc: child.map(|child| child.proc),
        }
    }

    fn acted(&mut self, event: &Event) {
        if let Some(proc) = event.proc {
            self.turns.acted(proc);
        }
    }

    fn gate(&mut self, event: &Event) {
        if let Some(proc) = event.proc {
            self.turns.granted(proc, &self.limits);
        }
        if let Some(place) = self.who_acts(event)
            && let Some(process) = self.processes.at_mut(place)
        {
            process.turn(event.tid, None, (event.t, event.seq), Calls::grant);
        }
    }

    fn output(&mut self, event: &Event, output: &Output) {
        let mut leaving = Vec::new();
        // Output nobody can be named for has a place in the log all the same.
        if event.proc.is_some()
            && let Some(place) = self.who_acts(event)
            && let Some(process) = self.processes.at_mut(place)
        {
            let left = output.left_out.map_or(0, |left| left.bytes);
            let bytes = left.saturating_add(output.data.len() as u64);
            let counts = &mut process.counts;
            counts.output_bytes = counts.output_bytes.saturating_add(bytes);
            if output.stream == Stream::Stdout {
                let count = usize::try_from(bytes).unwrap_or(usize::MAX);
                leaving = process.unwritten.leave(count, process.proc);
            }
        }
        let (when, who) = ((event.seq, event.t), (event.proc, event.pid));
        let at = output.at.as_deref().map(|at| self.places.share(at));
        self.log
            .write(&self.limits, when, who, (output, at), &leaving);
    }

    fn line(&mut self, event: &Event, file: &str, line: u32) {
        let Some(place) = self.who_acts(event) else {
            return;
        };
        let at = self.places.share(&format!("{file}:{line}"));
        if let Some(process) = self.processes.at_mut(place)
            && process.is_main_thread(event.tid)
        {
            process.at = Some(at);
        }
    }

    fn ps_rows(&mut self, event: &Event, update: &PsUpdate) {
        let when = (event.seq, event.t);
        // A look taken before the end may be told after it.
        let is_over = |pid: i32| self.by_pid(pid).is_some_and(|process| !process.is_alive());
        let over: Vec<i32> = update
            .rows
            .iter()
            .map(|row| row.pid)
            .filter(|pid| is_over(*pid))
            .collect();
        for (pid, row) in self.ps.update(&self.limits, when, update, &over) {
            let Some(place) = self.processes.place_of_pid(pid) else {
                continue;
            };
            if let Some(process) = self.processes.at_mut(place)
                && !matches!(process.state, State::Exited { reaped: true, .. })
            {
                process.ps = Some(row);
            }
        }
    }
}

/// What is kept of an operation while it is pending: its texts cut, its values left out.
fn kept(op: &Op) -> Op {
    let mut op = op.clone();
    op.args.values = None;
    op.texts(&mut clip_in_place);
    // A NaN would make a World unequal to itself.
    op.args.timeout = op.args.timeout.filter(|seconds| !seconds.is_nan());
    op
}
