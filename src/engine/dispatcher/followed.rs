//! A program of one's own, which is followed: what is told of it differently.
//!
//! Its processes are seen by the guard and not heard; held for our sake, they look stopped, and their
//! status is collected unseen. All may wait and none go on, and still it is not ours to end.

use std::collections::HashSet;

use super::{Dispatcher, detail};
use crate::engine::ledger::Member;
use crate::trace::{FaultKind, Kind, PsUpdate, Reaped};

/// What is known of a followed program beside the log.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// Processes that a signal has stopped.
    halted: HashSet<i32>,
    /// That all wait and none can go on was said already.
    stuck: bool,
}

impl Dispatcher {
    /// A process has become another program: the main one for the first time, or one that lives. Killed
    /// in the middle of it, its end may have been heard before.
    pub(super) fn became(&mut self, pid: i32, t: i64, program: Kind) {
        let first = pid == self.desk.main.pid() && self.ledger.member(pid).is_none();
        if first {
            self.acquaint(pid, t);
        }
        if self.ledger.lives(pid) {
            self.log(t, pid, None, program);
        }
    }

    /// A process was stopped by a signal, or goes on, or has ended.
    pub(super) fn halts(&mut self, pid: i32, halted: bool) {
        let Some(followed) = &mut self.followed else {
            return;
        };
        if halted {
            followed.halted.insert(pid);
        } else {
            followed.halted.remove(&pid);
        }
    }

    /// Rows of the run's processes. What is followed stands still at times for our sake alone, which
    /// ps calls `t`: without us it would run, or be stopped (`T`).
    pub(super) fn rows(&mut self, t: i64, mut update: PsUpdate) {
        let Some(followed) = &self.followed else {
            return self.log(t, 0, None, Kind::Ps(update));
        };
        for row in &mut update.rows {
            if row.stat.starts_with('t') {
                let halted = followed.halted.contains(&row.pid);
                row.stat.replace_range(..1, if halted { "T" } else { "R" });
            }
        }
        let gone = update.gone.clone();
        self.log(t, 0, None, Kind::Ps(update));
        for (pid, member) in self.ledger.zombies() {
            if gone.contains(&pid) {
                self.collected(t, pid, &member);
            }
        }
    }

    /// A process that is no zombie any more: its parent has collected it, unseen. The guard says so
    /// itself.
    fn collected(&mut self, t: i64, pid: i32, member: &Member) {
        if let Some(exit) = member.exit.filter(|_| self.ledger.reaped(pid)) {
            let by = member.parent;
            self.log(t, pid, None, Kind::ProcessReaped(Reaped { by, exit }));
        }
    }

    /// Nothing is left, zombies included.
    pub(super) fn all_collected(&mut self, t: i64) {
        if self.followed.is_some() {
            for (pid, member) in self.ledger.zombies() {
                self.collected(t, pid, &member);
            }
        }
    }

    /// All of a followed program wait and none can go on, or can again. A signal, or something we do
    /// not see, may wake it.
    pub(super) fn seems_stuck(&mut self, stuck: bool) {
        let news = self
            .followed
            .as_mut()
            .is_some_and(|followed| stuck && !std::mem::replace(&mut followed.stuck, stuck));
        if news {
            let detail = detail::of_deadlock(&self.world);
            self.fault(self.now(), 0, FaultKind::Deadlock, detail);
        } else if let Some(followed) = &mut self.followed {
            followed.stuck = stuck;
        }
    }
}
