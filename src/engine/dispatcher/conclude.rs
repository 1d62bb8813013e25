//! How a run ends: the part of the dispatcher that decides it and sees it through.
//!
//! A run ends when no process of it is left; because nobody can go on; because the front end says
//! so; or because main process or guard went down from outside. Whatever the reason, the guard ends
//! what lives, every exit is told, and `end` is the last event.

use super::super::gate::is_unheard_of;
use super::super::observer::{Activity, Observer as _, ProcFs};
use super::super::tree;
use super::super::wakeups::{Suspect, look, wakeups};
use super::ending::{after_main, main_lost};
use super::followed::Following;
use super::{Dispatcher, detail};
use crate::model::Process;
use crate::sys::clock::monotonic_ns;
use crate::trace::{Exit, FaultKind, Kind, Look, Role, RunStatus};

impl Dispatcher {
    pub(super) fn main_exited(&mut self, t: i64, exit: Exit) {
        self.main.exit = Some(exit);
        if self.main.never_began() {
            let detail = "the main process ended before it began";
            self.fault(t, self.main.pid(), FaultKind::StartFailed, detail);
            return self.begin_end(RunStatus::Failed, Some(detail.to_owned()));
        }
        if self.is_users_own() {
            return;
        }
        let left = self.log.processes.alive();
        if !self.ending.decided() && left > 0 && !matches!(exit, Exit::Code(_)) {
            let detail = format!("{}; {left} processes outlive it", main_lost(exit));
            self.fault(t, self.main.pid(), FaultKind::StageLost, detail);
            self.ending.outlived();
        }
    }

    /// A program of the user's own has the time it takes, and nothing it does is a reason to end it.
    fn is_users_own(&self) -> bool {
        let followed = self.followed.as_ref();
        followed.is_some_and(|followed| followed.whose == Following::UsersOwn)
    }

    /// Nobody takes events any more: the run has no purpose.
    pub(super) fn abandoned(&mut self) {
        self.backlog.release();
        self.begin_end(RunStatus::Stopped, None);
        // The channel is closed: without this the loop would spin on it.
        self.inputs.controls = crossbeam_channel::never();
    }

    /// Has the guard end the tree; `end` follows when nothing is left.
    pub(super) fn begin_end(&mut self, status: RunStatus, detail: Option<String>) {
        if self.ending.decide(status, detail) {
            // Processes may wait for room in the channels; that they be read is part of ending them.
            self.guard.end_tree();
        }
    }

    /// Decides what the passing of time decides.
    pub(super) fn judge(&mut self) {
        let now = monotonic_ns();
        if self.ending.over {
            return;
        }
        if self.ending.decided() {
            if self.ending.is_late(now) {
                self.guard_lost(self.log.now());
            }
            return;
        }
        // A program of the user's own has the time it takes, and what it left behind as well.
        if let Some(exit) = self.main.exit.filter(|_| !self.is_users_own()) {
            let killed = !matches!(exit, Exit::Code(_));
            if self.log.processes.awaits() && !killed {
                self.ending.awaited();
            } else {
                self.ending.outlived();
                if self.ending.outlived_too_long(now) {
                    let (status, detail) = after_main(exit);
                    return self.begin_end(status, detail);
                }
            }
        }
        if self.is_users_own() && self.leave_orphans(now) {
            return;
        }
        self.judge_stillness(now);
    }

    /// What a program of the user's own left running and what holds nothing of the run's lives on; whether
    /// the run is over with that.
    fn leave_orphans(&mut self, now: i64) -> bool {
        let (Some(followed), Some(exit)) = (&mut self.followed, self.main.exit) else {
            return false;
        };
        let orphans: Vec<i32> = self
            .live
            .all()
            .iter()
            .map(|process| process.pid())
            .collect();
        if now < followed.look_at() || !followed.can_leave(&orphans) {
            return false;
        }
        let world = &self.log.world;
        let name = |pid: &i32| {
            let name = world.by_pid(*pid).map_or("?", |process| &process.name);
            format!("{name} (PID {pid})")
        };
        let names: Vec<String> = orphans.iter().map(name).collect();
        self.fault(self.log.now(), 0, FaultKind::LivesOn, names.join(", "));
        let (status, detail) = after_main(exit);
        if self.ending.decide(status, detail) {
            self.guard.leave();
        }
        true
    }

    /// A run in which nothing has happened for a while: do all wait for ever?
    fn judge_stillness(&mut self, now: i64) {
        if now < self.stillness.due_at() {
            return;
        }
        if self.backlog.is_held() || self.children_unheard_of() {
            // Much may have happened that is not read yet, or will that nobody has heard of.
            return self.stillness.broken();
        }
        if !self.log.world.blocked().deadlock {
            let look = self.look_now();
            if !look.stuck {
                self.stillness.judge_later();
            } else if self.stillness.is_stuck_again() {
                self.append(self.log.now(), 0, None, Kind::Look(Box::new(look)));
                self.stillness.judged();
            } else {
                self.stillness.judge_again();
            }
            if let Some(followed) = &mut self.followed {
                followed.note_stuck(false);
            }
        } else if self.is_proved() {
            self.stillness.judged();
            self.stuck();
        } else {
            self.stillness.judge_again();
        }
    }

    /// Whether the kernel agrees that nothing can go on. What could still come is told after a while.
    fn is_proved(&mut self) -> bool {
        let wakeups = wakeups(&self.suspects());
        if !wakeups.is_empty() && self.stillness.is_worth_telling() {
            let t = self.log.now();
            for wakeup in &wakeups {
                self.fault(t, wakeup.pid, wakeup.cause.fault(), wakeup.what.as_str());
            }
        }
        wakeups.is_empty()
    }

    /// Tells what each thread does: the run stands still, or is about to be ended.
    pub(super) fn look(&mut self) {
        let look = self.look_now();
        if !look.threads.is_empty() {
            self.append(self.log.now(), 0, None, Kind::Look(Box::new(look)));
        }
    }

    fn look_now(&self) -> Look {
        let mut look = look(&self.suspects());
        // A process that waits for us, to take its events or to grant its operation, does not stand still.
        let waits_for_us = self.backlog.is_held() || self.gates.is_closed();
        look.stuck &= self.stillness.has_lasted() && !waits_for_us;
        look
    }

    /// Whose waits the log knows, with the threads that wait.
    fn suspects(&self) -> Vec<Suspect> {
        let world = &self.log.world;
        let now = self.log.now();
        // What a server does for others may bring what they wait for. Its main thread only looks, from time
        // to time, whether it is to end.
        let waiting = |process: &Process| {
            if process.is_service() {
                [process.pid].into()
            } else {
                process.waiting_threads().collect()
            }
        };
        let judged = world.processes().filter(|process| process.is_alive());
        judged
            .map(|process| Suspect {
                pid: process.pid,
                waiting: waiting(process),
                server: process.is_service(),
                native: self.followed.is_none(),
                timer: process.timer.is_some_and(|until| until > now),
            })
            .collect()
    }

    /// All wait and none can go on, by the log and by the kernel.
    fn stuck(&mut self) {
        match &mut self.followed {
            // A program of the user's own is not ours to end.
            Some(followed) if followed.whose == Following::UsersOwn => {
                if followed.note_stuck(true) {
                    self.look();
                    let detail = detail::of_deadlock(&self.log.world.waits());
                    self.fault(self.log.now(), 0, FaultKind::Deadlock, detail);
                }
            }
            _ => self.deadlock(),
        }
    }

    /// Whether somebody has a child that has not introduced itself and is about to. One at rest
    /// never will.
    fn children_unheard_of(&self) -> bool {
        let world = &self.log.world;
        world
            .processes()
            .filter(|process| process.is_alive() && process.role != Role::Guest)
            .flat_map(|process| ProcFs.children(process.pid))
            .any(|child| is_unheard_of(world, child) && ProcFs.doing(child) != Activity::Resting)
    }

    /// The gate sees that all wait and none can go on; whether the kernel agrees.
    pub(super) fn stuck_at_gate(&mut self) -> bool {
        let proved = self.is_proved();
        if proved {
            self.deadlock();
        }
        proved
    }

    /// All wait and none can go on: the run is ended.
    fn deadlock(&mut self) {
        self.look();
        let detail = detail::of_deadlock(&self.log.world.waits());
        self.begin_end(RunStatus::Deadlock, Some(detail));
    }

    /// The guard was killed or is stuck: its work is done here. Orphans are ours now.
    pub(super) fn guard_lost(&mut self, t: i64) {
        self.fault(t, 0, FaultKind::StageLost, "the guard process is gone");
        self.ending.without_guard();
        self.flush();
        self.guard.kill();
        let ended = tree::end_orphans(self.guard.pid(), &self.live.all());
        self.ending.signalled.extend(ended);
        self.backlog.settle();
    }

    pub(super) fn collector_lost(&mut self) {
        let t = self.log.now();
        self.fault(t, 0, FaultKind::Internal, "the collector stopped");
        self.begin_end(
            RunStatus::Failed,
            Some("forklore's collector stopped".to_owned()),
        );
        self.finish(t);
    }

    /// Nothing is left: the last event.
    pub(super) fn finish(&mut self, t: i64) {
        if self.ending.over {
            return;
        }
        if self.followed.is_some() {
            for (pid, member) in self.log.processes.zombies() {
                self.collected(t, pid, &member);
            }
        }
        let end = self.ending.conclude(self.main.exit);
        self.append(t, 0, None, Kind::End(end));
    }
}
