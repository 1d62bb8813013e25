//! `Family`: what the classes of objects with one kind of state have in common.
//!
//! One small file a family implements it; `body` has the table of them.

use super::anomaly::AnomalyKind;
use super::step::Step;

/// What a family does with the operations on its objects.
pub(super) trait Family {
    /// Folds a finished operation; gives what it contradicts.
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind>;

    /// Elements it keeps: cells, messages, entries, tasks. They are bounded by `Limits`.
    fn size(&self) -> usize;

    /// A process ended; so many others still wait on the object.
    fn forget(&mut self, _proc: u32, _waiting: usize) {}

    /// Bytes copied when it changes after a clone. Elements stand in shared pieces: a pointer each,
    /// and the piece that changed.
    fn weight(&self) -> usize {
        self.size() / 16 + 128 * self.size().min(128)
    }
}
