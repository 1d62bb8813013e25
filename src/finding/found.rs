//! `Found`: the findings of a run so far, each once and counted.
//!
//! Those of a hang hold as long as its waits do: they are found anew whenever the run stands still, and
//! forgotten when a wait of theirs came to its end.

use std::borrow::Cow;
use std::collections::HashMap;

use super::still::Still;
use super::{Finding, chain};
use crate::model::{Awaited, Wait};
use crate::trace::{Event, Op, OpName};

/// Different findings that are kept. More of them help nobody.
const MOST: usize = 200;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    list: Vec<Finding>,
    places: HashMap<(Cow<'static, str>, String), usize>,
    /// The hang as it is now, each finding with the waits it explains.
    hangs: Vec<(Finding, Vec<Hung>)>,
    changes: u64,
}

/// A wait that is said to have no end.
#[derive(Debug)]
struct Hung {
    proc: u32,
    tid: Option<i32>,
    /// The operation and its object, where the log knows it.
    op: Option<(OpName, Option<String>)>,
}

fn of(wait: &Wait) -> Option<String> {
    match &wait.target {
        Awaited::Object(thing) | Awaited::Workers { pool: thing, .. } => Some(thing.id.to_string()),
        _ => None,
    }
}

impl Found {
    /// Adds a finding, or counts it where there is the same.
    pub(super) fn add(&mut self, finding: Finding) {
        self.changes += 1;
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
        self.add_hang(
            finding,
            Hung {
                proc: wait.who.proc,
                tid: wait.tid,
                op: Some((wait.op, of(wait))),
            },
        );
    }

    /// The same of a process whose wait the kernel alone knows of.
    pub(super) fn hang_of(&mut self, finding: Finding, proc: u32) {
        self.add_hang(
            finding,
            Hung {
                proc,
                tid: None,
                op: None,
            },
        );
    }

    fn add_hang(&mut self, finding: Finding, hung: Hung) {
        let key = finding.key();
        if let Some((known, waits)) = self.hangs.iter_mut().find(|(known, _)| known.key() == key) {
            known.merge(finding);
            waits.push(hung);
        } else if self.hangs.len() < MOST {
            self.hangs.push((finding, vec![hung]));
        }
    }

    /// The run stands still again: what was said of the last time is looked at anew.
    pub(super) fn forget_hangs(&mut self) {
        self.changes += 1;
        self.hangs.clear();
    }

    /// Whether a finding says why this process waits.
    pub(super) fn explains(&self, proc: u32) -> bool {
        let mut waits = self.hangs.iter().flat_map(|(_, waits)| waits);
        waits.any(|hung| hung.proc == proc)
    }

    /// Leaves out services that wait for work, where others keep the main process, and tells them last
    /// where they may be no services. Then draws who waits for whom.
    pub(super) fn conclude(&mut self, still: &Still<'_>) {
        let awaited = chain::awaited(still, 0);
        let matters = |waits: &[Hung]| waits.iter().any(|hung| awaited.contains(&hung.proc));
        if self.hangs.iter().any(|(_, waits)| matters(waits)) {
            self.hangs
                .retain(|(finding, waits)| !finding.idle || matters(waits));
        }
        self.hangs.sort_by_key(|(finding, _)| finding.idle);
        for (finding, waits) in &mut self.hangs {
            let roots: Vec<u32> = waits.iter().map(|hung| hung.proc).collect();
            finding.chain = chain::of(still, &roots);
        }
    }

    /// An operation came to its end: one that was said to wait for ever in it did not.
    pub(super) fn went_on(&mut self, event: &Event, op: &Op) {
        let over = |hung: &Hung| {
            let same = hung.op.as_ref().is_some_and(|(name, object)| {
                *name == op.op && (object.is_none() || object.as_deref() == op.object.as_deref())
            });
            same && Some(hung.proc) == event.proc && hung.tid == event.tid
        };
        let before = self.hangs.len();
        self.hangs.retain(|(_, waits)| !waits.iter().any(over));
        self.changes += u64::from(self.hangs.len() < before);
    }

    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether something is said to hang.
    pub(super) fn has_hangs(&self) -> bool {
        !self.hangs.is_empty()
    }

    pub(super) fn list(&self) -> impl Iterator<Item = &Finding> {
        let hangs = self.hangs.iter().map(|(finding, _)| finding);
        hangs.chain(&self.list)
    }
}
