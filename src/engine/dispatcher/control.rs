//! The part of the dispatcher that obeys the front end.

use std::sync::Arc;

use nix::sys::signal::Signal;

use super::Dispatcher;
use crate::feed::Control;
use crate::sys::pidfd::PidFd;
use crate::trace::{FaultKind, Kind, RunStatus};

impl Dispatcher {
    pub(super) fn obey(&mut self, control: Control) {
        match control {
            Control::Stop => {
                // Once they are being ended, nobody waits any more for what he waited for.
                if !self.ending.decided() {
                    self.look();
                }
                self.begin_end(RunStatus::Stopped, None);
            }
            Control::Interrupt => {
                self.look();
                // Where the group is gone, whoever is left is asked one by one.
                if !self.main.interrupt_group() {
                    for process in self.live.all() {
                        let _ = process.signal(Some(Signal::SIGINT));
                    }
                }
            }
            Control::Kill { pid } => {
                let killed = |process: Arc<PidFd>| process.signal(Some(Signal::SIGKILL)).is_ok();
                if self.live.get(pid).is_some_and(killed) {
                    let detail = "SIGKILL on the front end's word";
                    self.fault(self.log.now(), pid, FaultKind::Killed, detail);
                }
            }
            Control::OwnRows { shown: true } => {
                let pids = vec![std::process::id().cast_signed(), self.guard.pid()];
                if let Err(error) = self.own_rows.start(pids) {
                    self.fault(self.log.now(), 0, FaultKind::Other, error.to_string());
                }
            }
            Control::OwnRows { shown: false } => self.hide_own_rows(),
            Control::RecordingStopped => {
                let detail = "the run goes on without it";
                self.fault(self.log.now(), 0, FaultKind::RecordingStopped, detail);
            }
            Control::Pace { .. }
            | Control::Open
            | Control::Pause
            | Control::Resume
            | Control::Step { .. } => {
                if let Err(error) = self.gates.obey(control) {
                    let detail = format!("setting the gate: {error}");
                    self.fault(self.log.now(), 0, FaultKind::Internal, detail);
                }
            }
        }
    }

    pub(super) fn hide_own_rows(&mut self) {
        if let Some(gone) = self.own_rows.stop() {
            self.append(self.log.now(), 0, None, Kind::Ps(gone));
        }
    }
}
