//! `PsTable`: the rows of ps as they last were, and the fullest moment of the run.
//!
//! Rows are events like everything else, so a replay shows them as they were. A row that is gone
//! stays with its process (`Process::ps`), not here.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::trace::{PsRow, PsUpdate};

use super::limits::{Limits, clip_in_place, clip_to};

/// All rows at one moment, by PID.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PsMoment {
    /// Event that made it so, and its time in ns since the run began.
    pub seq: u64,
    pub t: i64,
    pub rows: BTreeMap<i32, Arc<PsRow>>,
    /// Rows of processes that are no zombies.
    alive: usize,
}

/// Bytes kept of a command: with its arguments it may be longer than other texts.
const COMMAND: usize = 4096;

/// The row as it is kept: no text of it of any length.
fn kept(row: &PsRow) -> PsRow {
    let mut row = row.clone();
    for text in [
        &mut row.user,
        &mut row.tty,
        &mut row.stat,
        &mut row.start,
        &mut row.time,
    ] {
        clip_in_place(text);
    }
    clip_to(&mut row.command, COMMAND);
    row
}

/// Whether a row is of a process that has not ended.
fn is_alive(row: &PsRow) -> bool {
    !row.stat.starts_with('Z')
}

/// The rows of ps through the run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PsTable {
    now: PsMoment,
    fullest: PsMoment,
    /// Rows that were not taken in because there were too many.
    dropped: u64,
}

impl PsTable {
    /// The rows of processes that have one now, by PID.
    pub fn now(&self) -> &PsMoment {
        &self.now
    }

    /// The moment with the largest number of living processes, as it was at its end.
    pub fn fullest(&self) -> &PsMoment {
        // A moment is set aside only when somebody ends, so the present one may be the fullest.
        if self.now.alive > self.fullest.alive {
            &self.now
        } else {
            &self.fullest
        }
    }

    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The main process has become another program: what was before led to it and is no moment of it.
    pub(super) fn begins_anew(&mut self) {
        self.fullest = PsMoment::default();
    }

    /// A process has ended: its row, taken before, is no longer true. A zombie's comes as a new one.
    pub(super) fn ended(&mut self, pid: i32) {
        if self.now.rows.get(&pid).is_some_and(|row| is_alive(row)) {
            self.set_aside();
            self.now.rows.remove(&pid);
            self.now.alive -= 1;
        }
    }

    /// Somebody is about to leave: keeps the present moment if it is the fullest so far.
    fn set_aside(&mut self) {
        if self.now.alive > self.fullest.alive {
            self.fullest = self.now.clone();
        }
    }

    /// Folds an update and gives the rows that changed. Of the PIDs in `over`, which have ended, only
    /// a zombie's row is true.
    pub(super) fn update<'a>(
        &mut self,
        limits: &Limits,
        (seq, t): (u64, i64),
        update: &'a PsUpdate,
        over: &[i32],
    ) -> impl Iterator<Item = (i32, Arc<PsRow>)> + use<'a> {
        let was_alive = |pid: i32| self.now.rows.get(&pid).is_some_and(|row| is_alive(row));
        let ends = update.gone.iter().any(|pid| was_alive(*pid))
            || update
                .rows
                .iter()
                .any(|row| !is_alive(row) && was_alive(row.pid));
        if ends {
            self.set_aside();
        }
        for pid in &update.gone {
            let row = self.now.rows.remove(pid);
            self.now.alive -= usize::from(row.is_some_and(|row| is_alive(&row)));
        }
        let rows: Vec<Arc<PsRow>> = update
            .rows
            .iter()
            .filter(|row| !is_alive(row) || !over.contains(&row.pid))
            .map(|row| Arc::new(kept(row)))
            .collect();
        for row in &rows {
            if self.now.rows.len() < limits.rows || self.now.rows.contains_key(&row.pid) {
                let before = self.now.rows.insert(row.pid, Arc::clone(row));
                self.now.alive -= usize::from(before.is_some_and(|row| is_alive(&row)));
                self.now.alive += usize::from(is_alive(row));
            } else {
                self.dropped += 1;
            }
        }
        (self.now.seq, self.now.t) = (seq, t);
        rows.into_iter().map(|row| (row.pid, row))
    }
}
