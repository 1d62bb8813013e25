//! `Mapping`: the dictionary behind a `DictProxy`, or the names of a `Namespace`.
//!
//! Keys and values are repr texts in the order Python keeps them: first set, first shown.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::trace::OpName as O;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::limits::{TEXT, clip};
use super::step::Step;

/// A key and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: Arc<str>,
    pub value: Arc<str>,
    /// Who wrote it last, and with which event.
    pub writer: u32,
    pub seq: u64,
}

/// A dictionary or a namespace in the manager's server process.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mapping {
    entries: BTreeMap<u64, Entry>,
    places: HashMap<Arc<str>, u64>,
    next: u64,
    /// Keys that were not kept because there are too many.
    pub hidden: u64,
}

impl Mapping {
    /// The entries in their order.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.values()
    }

    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(&self.place(key)?)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn place(&self, key: &str) -> Option<u64> {
        let long = fingerprint(key);
        self.places.get(long.as_deref().unwrap_or(key)).copied()
    }

    fn set(&mut self, step: &Step<'_>, key: &str, value: &str) {
        let (writer, seq) = (step.proc, step.seq);
        if let Some(entry) = self
            .place(key)
            .and_then(|place| self.entries.get_mut(&place))
        {
            entry.value = clip(value);
            (entry.writer, entry.seq) = (writer, seq);
            return;
        }
        if self.entries.len() >= step.limits.elements {
            self.hidden += 1;
            return;
        }
        let shown = clip(key);
        // A key too long to keep is found again by its fingerprint.
        let place = match fingerprint(key) {
            Some(long) => Arc::from(long),
            None => Arc::clone(&shown),
        };
        self.places.insert(place, self.next);
        let entry = Entry {
            key: shown,
            value: clip(value),
            writer,
            seq,
        };
        self.entries.insert(self.next, entry);
        self.next += 1;
    }

    fn remove(&mut self, key: &str) {
        let long = fingerprint(key);
        match self.places.remove(long.as_deref().unwrap_or(key)) {
            Some(place) => {
                self.entries.remove(&place);
            }
            None => self.hidden = self.hidden.saturating_sub(1),
        }
    }
}

impl Family for Mapping {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        if !step.done() {
            return None;
        }
        let args = &step.op.args;
        let (key, value) = (args.key.as_deref(), args.value.as_deref());
        match (step.op.op, key) {
            (O::Create | O::DictUpdate, _) => {
                for pair in args.values.as_deref().unwrap_or_default().chunks_exact(2) {
                    self.set(step, &pair[0], &pair[1]);
                }
            }
            (O::DictSet | O::NamespaceSet, Some(key)) => {
                self.set(step, key, value.unwrap_or_default());
            }
            (O::DictSetDefault, Some(key)) if self.place(key).is_none() => {
                let kept = value.or(step.op.result.as_deref());
                self.set(step, key, kept.unwrap_or("None"));
            }
            (O::DictDel | O::DictPop | O::NamespaceDel, Some(key)) => self.remove(key),
            // `popitem` takes what was set last.
            (O::DictPop, None) => {
                let last = self.entries.pop_last();
                self.places
                    .retain(|_, place| Some(*place) != last.as_ref().map(|(at, _)| *at));
            }
            (O::DictClear, _) => {
                self.entries.clear();
                self.places.clear();
                self.hidden = 0;
            }
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        self.len()
    }

    fn weight(&self) -> usize {
        self.len() * 120
    }
}

/// What stands for a key too long to keep: its beginning, its length and its hash.
fn fingerprint(key: &str) -> Option<String> {
    if key.len() <= TEXT {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    Some(format!("{} {} {:x}", clip(key), key.len(), hasher.finish()))
}
