//! `Connection`: one end of a `Pipe`, with the messages on their way to it.
//!
//! `args.of` of its `create` names the other end. A `send` at one end is folded into the other's
//! inbox by `fold`; a `recv` takes from the own one.

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::queue::Mailbox;
use super::step::Step;

/// One end of a pipe.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Connection {
    /// Messages on their way to this end.
    pub inbox: Mailbox,
    /// Processes that closed their copy of this end, and with which event.
    pub closed_by: Vec<(u32, u64)>,
}

impl Family for Connection {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        // A recv that raised and names its message took one that could not be decoded.
        let took = step.op.op == OpName::Recv && step.op.args.item.is_some();
        if !step.done() && !took {
            return None;
        }
        match step.op.op {
            OpName::Recv => return self.inbox.take(step),
            OpName::Close if !self.closed_by.iter().any(|(proc, _)| *proc == step.proc) => {
                self.closed_by.push((step.proc, step.seq));
            }
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        self.inbox.size()
    }
}
