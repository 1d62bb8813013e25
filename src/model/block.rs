//! `Block`: a block of memory with a name, `SharedMemory` in the log.
//!
//! Who has attached to it, who has unlinked it, and which resource trackers know it. What is in the
//! memory is in no log.

use std::sync::Arc;

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::limits::clip;
use super::step::Step;

/// Most processes and trackers that are kept by number.
const MOST: usize = 256;

/// CPython's `SharedMemory`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block {
    pub name: Option<Arc<str>>,
    /// Bytes.
    pub size: u64,
    /// Processes that attached to it and did not close it, the ended ones among them.
    pub attached: Vec<u32>,
    /// Who unlinked it, and with which event.
    pub unlinked: Option<(u32, u64)>,
    /// PIDs of the resource trackers that will unlink it, with the process that told it to.
    pub trackers: Vec<(u32, i32)>,
}

impl Block {
    fn attach(&mut self, step: &Step<'_>) {
        if self.attached.len() < MOST && !self.attached.contains(&step.proc) {
            self.attached.push(step.proc);
        }
        if let Some(pid) = step.op.args.pid
            && self.trackers.len() < MOST
            && !self.trackers.iter().any(|(_, known)| *known == pid)
        {
            self.trackers.push((step.proc, pid));
        }
    }
}

impl Family for Block {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        if !step.done() {
            return None;
        }
        let args = &step.op.args;
        match step.op.op {
            OpName::Create => {
                self.name = args.key.as_deref().map(clip);
                self.size = args.n.unwrap_or(0).max(0).unsigned_abs();
                self.attach(step);
            }
            OpName::Attach => self.attach(step),
            OpName::Close => self.attached.retain(|proc| *proc != step.proc),
            OpName::Unlink => self.unlinked = Some((step.proc, step.seq)),
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        self.attached.len() + self.trackers.len()
    }
}
