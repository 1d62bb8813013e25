//! How a run ends: the part of the dispatcher that decides it and sees it through.
//!
//! A run ends when no process of it is left; because nobody can go on; because the front end says
//! so; or because main process or guard went down from outside. Whatever the reason, the guard ends
//! what lives, every exit is told, and `end` is the last event.

use std::os::fd::AsFd as _;
use std::sync::Arc;

use nix::sys::signal::Signal;

use super::super::gate::is_unheard_of;
use super::super::sight::{Doing, Proc, Sight as _};
use super::super::tree;
use super::{Dispatcher, detail};
use crate::protocol::ToGuard;
use crate::sys::clock::monotonic_ns;
use crate::sys::pidfd::PidFd;
use crate::sys::socket::send_packet;
use crate::trace::{Exit, FaultKind, Kind, RunEnd, RunStatus};

/// Stillness after which a run in which all wait is called a deadlock.
pub(super) const STILL: i64 = 1_000_000_000;
/// How long orphans, daemons and strangers may outlive the main process before they are ended:
/// long enough to be seen.
const OUTLIVE: i64 = 1_000_000_000;
/// How long the guard may take to end the tree before it is done without it. Longer than the guard's
/// own deadlines together.
const GUARD_TIME: i64 = 8_000_000_000;

/// How a run that is being ended will be said to have ended.
#[derive(Debug)]
pub(super) struct Verdict {
    status: RunStatus,
    detail: Option<String>,
    /// When the guard is given up.
    pub(super) late_at: i64,
}

impl Dispatcher {
    pub(super) fn main_exited(&mut self, t: i64, exit: Exit) {
        self.main_exit = Some(exit);
        if self.desk.introduced && !self.main_born {
            let detail = "the main process ended before it began";
            self.fault(t, self.desk.main.pid(), FaultKind::StartFailed, detail);
            return self.begin_end(RunStatus::Failed, Some(detail.to_owned()));
        }
        if self.followed.is_some() {
            return;
        }
        let left = self.ledger.alive();
        if self.verdict.is_none() && left > 0 && !matches!(exit, Exit::Code(_)) {
            let detail = format!("{}; {left} processes outlive it", main_lost(exit));
            self.fault(t, self.desk.main.pid(), FaultKind::StageLost, detail);
            self.outlived_at = Some(monotonic_ns() + OUTLIVE);
        }
    }

    /// Nobody takes events any more: the run has no purpose.
    pub(super) fn abandoned(&mut self) {
        self.desk.handle.release();
        self.begin_end(RunStatus::Stopped, None);
        // The channel is closed: without this the loop would spin on it.
        self.desk.controls = crossbeam_channel::never();
    }

    /// Has the guard end the tree; `end` follows when nothing is left.
    pub(super) fn begin_end(&mut self, status: RunStatus, detail: Option<String>) {
        if self.verdict.is_some() {
            return;
        }
        self.verdict = Some(Verdict {
            status,
            detail,
            late_at: monotonic_ns() + GUARD_TIME,
        });
        // Processes may wait for room in the channels; that they be read is part of ending them.
        // A guard that is gone has been reported; one that somebody stopped has to go on.
        let _ = self.desk.guard.signal(Some(Signal::SIGCONT));
        let _ = send_packet(self.desk.to_guard.as_fd(), &ToGuard::End.encode());
    }

    /// Decides what the passing of time decides.
    pub(super) fn judge(&mut self) {
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
        // A program of its own has the time it takes, and what it left behind as well.
        if let Some(exit) = self.main_exit.filter(|_| self.followed.is_none()) {
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
        if self.desk.handle.is_held() || self.children_unheard_of() {
            // Much may have happened that is not read yet, or will that nobody has heard of.
            self.active_at = now;
            return;
        }
        self.judged = true;
        let stuck = self.world.blocked().deadlock;
        if self.followed.is_some() {
            self.seems_stuck(stuck);
        } else if stuck {
            self.deadlock();
        }
    }

    /// Whether somebody has a child that has not introduced itself and is about to. One at rest is
    /// a stranger that never will.
    fn children_unheard_of(&self) -> bool {
        let living = self.world.processes().filter(|process| process.is_alive());
        living
            .flat_map(|process| Proc.children(process.pid))
            .any(|child| is_unheard_of(&self.world, child) && Proc.doing(child) != Doing::Rests)
    }

    /// All wait and none can go on.
    pub(super) fn deadlock(&mut self) {
        let detail = detail::of_deadlock(&self.world);
        self.begin_end(RunStatus::Deadlock, Some(detail));
    }

    /// The guard was killed or is stuck: its work is done here. Orphans are ours now.
    pub(super) fn guard_lost(&mut self, t: i64) {
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

    pub(super) fn collector_lost(&mut self) {
        let t = self.now();
        self.fault(t, 0, FaultKind::Internal, "the collector stopped");
        self.begin_end(
            RunStatus::Failed,
            Some("forklore's collector stopped".to_owned()),
        );
        self.finish(t);
    }

    /// Nothing is left: the last event.
    pub(super) fn finish(&mut self, t: i64) {
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
        self.all_collected(t);
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
