//! The collector's ear for the guard: who was collected, that nothing is left, that it is gone.

use std::os::fd::AsFd as _;

use super::super::exits::of_status;
use super::super::guard::Word;
use super::super::report::Report;
use super::{BATCH, Collector};

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

    fn guard_said(&mut self, word: Word) {
        match word {
            // Only before the run began, where `supervisor` reads it.
            Word::Started { .. } | Word::Failed { .. } => {}
            Word::Reaped { pid, status } => {
                self.drain();
                let t = self.now();
                self.reaped(pid, t, 0, of_status(status));
            }
            Word::Ended { pids } => self.report(Report::Ended { pids }, 0),
            Word::Empty => {
                self.empty = true;
                self.settle();
            }
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
        if self.handle.take_settle() {
            self.settle();
        }
    }

    /// Nothing of the run lives any more: reports all that is left of it.
    fn settle(&mut self) {
        self.drain();
        for pid in self.roll.untold() {
            // Twice where the status is not known: once to note the end, once overdue.
            self.tell_exit(pid, None);
            if let Some(exit) = self.roll.exit(pid, None, i64::MAX, &self.epoll) {
                let t = self.now();
                self.report(Report::Exit { pid, t, exit }, 0);
            }
        }
        let t = self.now();
        self.report(Report::Settled { t }, 0);
    }
}
