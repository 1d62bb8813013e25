//! `Flag`: an `Event`, set or not. (`Event` is the log's word here, so the class is called Flag.)

use std::sync::Arc;

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::step::Step;

/// CPython's `Event`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flag {
    pub set: bool,
    /// Times it was set, set again included.
    pub sets: u64,
    /// Who set or cleared it last.
    pub by: Option<u32>,
    /// Where it was set last, and by whom; where it was cleared last.
    pub set_by: Option<(u32, Option<Arc<str>>)>,
    pub cleared_by: Option<(u32, Option<Arc<str>>)>,
}

impl Family for Flag {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        if !step.done() {
            return None;
        }
        match step.op.op {
            OpName::SetFlag => {
                (self.set, self.by) = (true, Some(step.proc));
                self.sets += 1;
                self.set_by = Some((step.proc, step.at.cloned()));
            }
            OpName::ClearFlag => {
                (self.set, self.by) = (false, Some(step.proc));
                self.cleared_by = Some((step.proc, step.at.cloned()));
            }
            // A wait is told after it came through, so the flag may be cleared again by now;
            // but it must have been set at some time.
            OpName::Wait if !step.gave_up() && self.sets == 0 => {
                return Some(AnomalyKind::NotAllowed);
            }
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        0
    }
}
