//! `PsTable`: the rows of ps as they last were, and the fullest moment of the run.
//!
//! Rows are events like everything else, so a replay shows them as they were. A row that is gone
//! stays with its process (`Process::ps`), not here.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::trace::{PsRow, PsUpdate};

use super::limits::Limits;

/// All rows at one moment, by PID.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PsMoment {
    /// Event that made it so, and its time in ns since the run began.
    pub seq: u64,
    pub t: i64,
    pub rows: BTreeMap<i32, Arc<PsRow>>,
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

    /// The moment with the largest number of rows, as it was at its end.
    pub fn fullest(&self) -> &PsMoment {
        // A moment is set aside only when rows go, so the present one may be the fullest.
        if self.now.rows.len() > self.fullest.rows.len() {
            &self.now
        } else {
            &self.fullest
        }
    }

    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Folds an update and gives the rows that changed.
    pub(super) fn update<'a>(
        &mut self,
        limits: &Limits,
        (seq, t): (u64, i64),
        update: &'a PsUpdate,
    ) -> impl Iterator<Item = (i32, Arc<PsRow>)> + use<'a> {
        let goes = update
            .gone
            .iter()
            .any(|pid| self.now.rows.contains_key(pid));
        if goes && self.now.rows.len() > self.fullest.rows.len() {
            self.fullest = self.now.clone();
        }
        for pid in &update.gone {
            self.now.rows.remove(pid);
        }
        let rows: Vec<Arc<PsRow>> = update.rows.iter().cloned().map(Arc::new).collect();
        for row in &rows {
            if self.now.rows.len() < limits.rows || self.now.rows.contains_key(&row.pid) {
                self.now.rows.insert(row.pid, Arc::clone(row));
            } else {
                self.dropped += 1;
            }
        }
        (self.now.seq, self.now.t) = (seq, t);
        rows.into_iter().map(|row| (row.pid, row))
    }
}
