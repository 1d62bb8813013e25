//! `Popen`: a program started by `subprocess`, and what its starter knows of it.
//!
//! `args.key` of its `create` names the streams that are pipes between the two, `args.pid` the child.
//! Whether the child has ended is the process's own state, not kept here.

use std::sync::Arc;

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::limits::clip;
use super::step::Step;

/// A program that was started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Popen {
    pub pid: Option<i32>,
    /// What was to be run, as Python's `repr`.
    pub command: Option<Arc<str>>,
    /// `stdin stdout stderr`: those that lead to its starter.
    pub pipes: Option<Arc<str>>,
    /// What a wait for it gave: an exit code, or a signal as a negative number.
    pub returncode: Option<Arc<str>>,
}

impl Family for Popen {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        let args = &step.op.args;
        match step.op.op {
            OpName::Create => {
                self.pid = args.pid;
                self.command = args.value.as_deref().map(clip);
                self.pipes = args.key.as_deref().map(clip);
            }
            OpName::Wait | OpName::Communicate | OpName::Poll if step.done() => {
                let code = step.op.result.as_deref().filter(|code| *code != "None");
                self.returncode = code.map(clip).or(self.returncode.take());
            }
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        0
    }
}
