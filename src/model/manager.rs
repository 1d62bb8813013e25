//! `Manager`: the server behind the proxies, and the requests it was sent.
//!
//! A proxy names its manager by `args.of` of its `create`. Every operation on a proxy is a request
//! to the server process; they stand in one list for all managers, in order.

use std::sync::Arc;

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::limits::clip;
use super::object_id::ObjectId;
use super::step::Step;

/// A manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manager {
    /// Birth number of its server process, once it is known.
    pub server: Option<u32>,
    pub shut_down: bool,
}

/// One operation on a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub seq: u64,
    /// Nanoseconds since the run began.
    pub t: i64,
    /// Who asked.
    pub proc: u32,
    pub proxy: ObjectId,
    pub op: OpName,
    /// Key or attribute name, or the index as text.
    pub key: Option<Arc<str>>,
    pub value: Option<Arc<str>>,
    pub result: Option<Arc<str>>,
    /// What was raised in the server and again in the client.
    pub error: Option<Arc<str>>,
}

impl Family for Manager {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        if step.op.op == OpName::Shutdown && step.done() {
            self.shut_down = true;
        }
        None
    }

    fn size(&self) -> usize {
        0
    }
}

impl Request {
    pub(super) fn new(step: &Step<'_>, proxy: ObjectId) -> Request {
        let args = &step.op.args;
        let text = |text: &Option<String>| text.as_deref().map(clip);
        Request {
            seq: step.seq,
            t: step.t,
            proc: step.proc,
            proxy,
            op: step.op.op,
            key: text(&args.key).or_else(|| Some(clip(&args.index?.to_string()))),
            value: text(&args.value),
            result: text(&step.op.result),
            error: text(&step.op.error),
        }
    }
}
