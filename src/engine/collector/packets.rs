//! The packets of the event channel: who sent each, whether it is believed, and what follows of it.

use std::os::fd::{AsFd as _, OwnedFd};

use super::super::evidence::{Known, judge};
use super::super::membership::Standing;
use super::super::report::Report;
use super::exit_watch::Entered;
use super::{Collector, REFUSED};
use crate::protocol::Grant;
use crate::sys::socket::send_packet;
use crate::trace::{Event, Kind, OpName, PsRow, PsUpdate, Reaped, StartMethod};

impl Collector {
    /// Takes a packet; `gate` is the descriptor that came along, or whether there was no room for one.
    pub(super) fn packet(
        &mut self,
        pid: i32,
        event: Result<Event, String>,
        length: usize,
        cut: bool,
        gate: Result<OwnedFd, bool>,
    ) {
        let event = match event {
            Ok(event) if !cut => event,
            Ok(_) => return self.bad(pid, "longer than a packet may be".to_owned()),
            Err(_) if cut => return self.bad(pid, "longer than a packet may be".to_owned()),
            Err(why) => return self.bad(pid, why),
        };
        let event = Event {
            t: event.t.min(self.now()),
            ..event
        };
        let standing = self.meet(pid, &event);
        let known = Known {
            standing,
            is_main: pid == self.main,
            // At the descriptor limit the gate of a process can't be received, and it goes on at once.
            may_be_gone: self.untraced || self.exits.limit_reached() || matches!(gate, Err(true)),
            ended_child: matches!(event.kind, Kind::ProcessReaped(_))
                && self.exits.is_ended_child(event.pid, pid),
        };
        if let Err(why) = judge(&event, known) {
            return self.refuse(pid, why);
        }
        match &event.kind {
            Kind::ProcessStart(_) => self.birth(pid, event, length, gate.ok()),
            Kind::ProcessReaped(Reaped { exit, .. }) => {
                let (child, t, exit) = (event.pid, event.t, *exit);
                self.reaped(child, t, pid, exit);
            }
            Kind::Op(op) => {
                if let (OpName::Join, Some(child)) = (op.op, op.args.pid) {
                    self.joined(child);
                }
                self.report(Report::Packet { pid, event }, length);
            }
            _ => self.report(Report::Packet { pid, event }, length),
        }
    }

    /// Whose the sender of a packet is. One that is new and does not introduce itself is reported.
    fn meet(&mut self, pid: i32, event: &Event) -> Standing {
        if pid == 0 {
            // In a PID namespace that is not ours to see.
            return Standing::Gone;
        }
        let introduces = matches!(event.kind, Kind::ProcessStart(_));
        if !introduces && !self.exits.has(pid) {
            self.appeared(pid);
        }
        self.exits.enter(pid, &self.epoll).standing
    }

    /// A packet that is not believed; told once for each sender and reason.
    fn refuse(&mut self, pid: i32, why: String) {
        if self.refused.len() < REFUSED && self.refused.insert((pid, why.clone())) {
            self.bad(pid, why);
        }
    }

    /// Enters a process that did not introduce itself; whether it had ended by then.
    pub(super) fn appeared(&mut self, pid: i32) -> bool {
        let entered = self.exits.enter(pid, &self.epoll);
        let own = entered.standing == Standing::Own;
        if own {
            self.sampler.add(pid);
        }
        let gone = entered.gone;
        let report = Report::Appeared {
            pid,
            t: self.now(),
            parent: self.exits.parent(pid),
            name: entered.name,
            method: StartMethod::Unknown,
            standing: entered.standing,
            process: entered.process.filter(|_| own),
        };
        self.report(report, 0);
        gone
    }

    /// Somebody knows of this process's end, perhaps before we have looked: a forkserver told it.
    fn joined(&mut self, pid: i32) {
        if self.exits.has_ended(pid) {
            self.drain_streams();
            self.tell_exit(pid, None);
        }
    }

    pub(super) fn bad(&mut self, pid: i32, why: String) {
        let t = self.now();
        self.report(Report::Bad { pid, t, why }, 0);
    }

    /// The start handshake: the process waits until we hold its pidfd and its first row of ps.
    fn birth(&mut self, pid: i32, event: Event, length: usize, gate: Option<OwnedFd>) {
        self.births += 1;
        let Entered { process, gone, .. } = self.exits.enter(pid, &self.epoll);
        let event = self.with_parent(pid, event);
        let row = self.sampler.row(pid);
        if let Some(gate) = &gate {
            // One that is gone already needs no answer.
            let _ = send_packet(gate.as_fd(), &[Grant::Go.byte()]);
        }
        self.report(
            Report::Born {
                pid,
                event,
                process,
                gate,
            },
            length,
        );
        self.told_row(row);
        if gone {
            self.gone.push(pid);
        }
    }

    /// A start whose parent is the kernel's word, where the kernel knew it: an orphan's was adopted by
    /// the guard or by us.
    fn with_parent(&self, pid: i32, mut event: Event) -> Event {
        let parent = self.exits.parent(pid);
        let adopted = [0, self.exits.guard(), std::process::id().cast_signed()];
        if let Kind::ProcessStart(start) = &mut event.kind
            && !adopted.contains(&parent)
        {
            start.ppid = parent;
        }
        event
    }

    /// A row that was read at once, not by the next sample.
    pub(super) fn told_row(&mut self, row: Option<PsRow>) {
        if let Some(row) = row {
            let update = PsUpdate {
                rows: vec![row],
                gone: Vec::new(),
            };
            let t = self.now();
            self.report(Report::Ps { t, update }, 0);
        }
    }
}
