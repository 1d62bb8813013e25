//! `Found`: the findings of a run so far, each once and counted.
//!
//! Those of a hang hold as long as its waits do: they are found anew whenever the run stands still, and
//! forgotten when a wait of theirs came to its end.

use std::collections::HashMap;

use super::Finding;
use crate::model::Wait;

/// Different findings that are kept. More of them help nobody.
const MOST: usize = 200;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    list: Vec<Finding>,
    places: HashMap<(&'static str, String), usize>,
    /// The hang as it is now, each finding with the waits it explains: process and event.
    hangs: Vec<(Finding, Vec<(u32, u64)>)>,
}

impl Found {
    /// Adds a finding, or counts it where there is the same.
    pub(super) fn add(&mut self, finding: Finding) {
        let key = finding.key();
        if let Some(known) = self.places.get(&key).and_then(|at| self.list.get_mut(*at)) {
            known.merge(finding);
        } else if self.list.len() < MOST {
            self.places.insert(key, self.list.len());
            self.list.push(finding);
        }
    }

    /// Adds a finding that explains why a wait has no end.
    pub(super) fn hang(&mut self, finding: Finding, wait: &Wait) {
        let wait = (wait.who.proc, wait.since_seq);
        let key = finding.key();
        if let Some((known, waits)) = self.hangs.iter_mut().find(|(known, _)| known.key() == key) {
            known.merge(finding);
            waits.push(wait);
        } else if self.hangs.len() < MOST {
            self.hangs.push((finding, vec![wait]));
        }
    }

    /// The run stands still again: what was said of the last time is looked at anew.
    pub(super) fn forget_hangs(&mut self) {
        self.hangs.clear();
    }

    /// Processes that a finding says to wait for ever.
    pub(super) fn hangs(&self, proc: u32) -> bool {
        let mut waits = self.hangs.iter().flat_map(|(_, waits)| waits);
        waits.any(|(who, _)| *who == proc)
    }

    /// The process went on: its wait had an end.
    pub(super) fn went_on(&mut self, proc: u32) {
        self.hangs
            .retain(|(_, waits)| waits.iter().all(|(who, _)| *who != proc));
    }

    pub(super) fn list(&self) -> impl Iterator<Item = &Finding> {
        let hangs = self.hangs.iter().map(|(finding, _)| finding);
        hangs.chain(&self.list)
    }
}
