//! `PipeEnd`: one end of an `os.pipe`, and the bytes that went through it.
//!
//! `args.of` of its `create` names the other end, `args.key` says which it is. What a file object on
//! the same descriptor reads and writes is in no log, so the bytes in the pipe are not known.

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::step::Step;

/// One end of a pipe of bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PipeEnd {
    /// It is the end that is written to.
    pub writes: bool,
    /// Bytes that `os.read` or `os.write` moved through this end.
    pub bytes: u64,
    /// Processes that closed their copy of this end, and with which event.
    pub closed_by: Vec<(u32, u64)>,
    /// A read came to the end: nobody had the other end open for writing any more.
    pub at_end: bool,
}

impl Family for PipeEnd {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        if !step.done() {
            return None;
        }
        let result = step.op.result.as_deref();
        let count = result.and_then(|count| count.parse::<u64>().ok());
        match step.op.op {
            OpName::Create => self.writes = step.op.args.key.as_deref() == Some("w"),
            OpName::Read | OpName::Write => {
                self.bytes = self.bytes.saturating_add(count.unwrap_or(0));
                self.at_end = step.op.op == OpName::Read && count == Some(0);
            }
            OpName::Close if !self.closed_by.iter().any(|(proc, _)| *proc == step.proc) => {
                self.closed_by.push((step.proc, step.seq));
            }
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        self.closed_by.len()
    }
}
