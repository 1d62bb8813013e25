//! The collector's ear for the guard: who was collected, that nothing is left, that it is gone.

use std::os::fd::AsFd as _;

use super::super::exits::of_status;
use super::super::membership::Standing;
use super::super::report::Report;
use super::{BATCH, Collector};
use crate::protocol::{FromGuard, ToGuard};
use crate::sys::{socket::send_packet, stat::Stat};
use crate::trace::StartMethod;

impl Collector {
    /// The guard's words.
    pub(super) fn take_control(&mut self) {
        while let Some(control) = &self.control {
            let count = self.control_inbox.receive(control.as_fd()).unwrap_or(0);
            for index in 0..count {
                let word = match self.control_inbox.take(index) {
                    Some(packet) if !packet.bytes.is_empty() => {
                        serde_json::from_slice(packet.bytes)
                    }
                    _ => return self.guard_gone(),
                };
                match word {
                    Ok(word) => self.guard_said(word),
                    Err(error) => self.bad(0, error.to_string()),
                }
            }
            if count < BATCH {
                break;
            }
        }
    }

    fn guard_said(&mut self, word: FromGuard) {
        match word {
            // Only before the run began, where `supervisor` reads it.
            FromGuard::Started { .. } | FromGuard::Failed { .. } => {}
            FromGuard::Reaped { pid, status } => {
                self.drain();
                let t = self.now();
                self.reaped(pid, t, 0, of_status(status));
            }
            FromGuard::NotTraced { errno } => {
                self.untraced = true;
                let t = self.now();
                let why = std::io::Error::from_raw_os_error(errno).to_string();
                self.report(Report::NotTraced { t, why }, 0);
            }
            FromGuard::Forked { pid, ppid } => self.born(pid, ppid),
            FromGuard::Executed { pid } => self.became(pid),
            FromGuard::Stopped { pid, stopped } => self.report(Report::Stopped { pid, stopped }, 0),
            FromGuard::Exited { pid, status } => {
                self.drain();
                self.tell_exit(pid, Some(of_status(status)));
            }
            FromGuard::TreeEnded { pids } => self.report(Report::TreeEnded { pids }, 0),
            FromGuard::Left => {
                self.empty = true;
                self.exits.forget_the_living();
                self.settle();
            }
            FromGuard::Empty => {
                self.empty = true;
                self.settle();
            }
        }
    }

    /// A followed process is held before its first instruction: we take hold of it, and it goes on.
    fn born(&mut self, pid: i32, ppid: i32) {
        let t = self.now();
        let entered = self.exits.enter_own(pid, ppid, &self.epoll);
        let row = self.sampler.row(pid);
        self.answer(pid);
        let gone = entered.gone;
        self.report(
            Report::Appeared {
                pid,
                t,
                parent: ppid,
                name: entered.name,
                method: StartMethod::Fork,
                standing: Standing::Own,
                process: entered.process,
            },
            0,
        );
        self.told_row(row);
        if gone {
            self.tell_exit(pid, None);
        }
    }

    fn became(&mut self, pid: i32) {
        let t = self.now();
        let name = Stat::of(pid).map_or_else(String::new, |stat| stat.name);
        let row = self.sampler.row(pid);
        self.answer(pid);
        let command = row
            .as_ref()
            .map_or_else(|| name.clone(), |row| row.command.clone());
        self.report(
            Report::Executed {
                pid,
                t,
                name,
                command,
            },
            0,
        );
        self.told_row(row);
    }

    /// The guard lets at most as many wait for their answers as fit into the channel.
    fn answer(&self, pid: i32) {
        if let Some(control) = &self.control {
            // A guard that is gone has let go of everybody.
            let _ = send_packet(control.as_fd(), &ToGuard::LetGo { pid }.encode());
        }
    }

    fn guard_gone(&mut self) {
        if let Some(control) = self.control.take() {
            let _ = self.epoll.delete(control.as_fd());
        }
        if !self.empty {
            let t = self.now();
            self.report(Report::GuardLost { t }, 0);
        }
    }

    pub(super) fn answer_settle(&mut self) {
        if self.backlog.take_settle() {
            self.settle();
        }
    }

    /// Nothing of the run lives any more: reports all that is left of it.
    fn settle(&mut self) {
        self.drain();
        for pid in self.exits.untold() {
            // Twice where the status is not known: once to note the end, once overdue.
            self.tell_exit(pid, None);
            if let Some(exit) = self.exits.exit(pid, None, i64::MAX, &self.epoll) {
                let t = self.now();
                self.report(Report::Exit { pid, t, exit }, 0);
            }
        }
        let t = self.now();
        self.report(Report::Settled { t }, 0);
    }
}
