//! `Step`: one finished operation, as the families see it.
//!
//! Made by the fold from an event; says nothing of the object it was done on.

use std::sync::Arc;

use crate::trace::{Event, Op};

use super::limits::Limits;

/// One finished operation, as the families see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub seq: u64,
    pub t: i64,
    pub proc: u32,
    pub tid: Option<i32>,
    pub op: &'a Op,
    /// Where in the program, shared with all that was done there.
    pub at: Option<&'a Arc<str>>,
    pub limits: &'a Limits,
    /// It had said that it waits on this object …
    pub waited: bool,
    /// … and so many others still do.
    pub waiting: usize,
}

impl<'a> Step<'a> {
    pub(super) fn new(
        event: &Event,
        (proc, at): (u32, Option<&'a Arc<str>>),
        op: &'a Op,
        limits: &'a Limits,
    ) -> Step<'a> {
        Step {
            seq: event.seq,
            t: event.t,
            proc,
            tid: event.tid,
            op,
            at,
            limits,
            waited: false,
            waiting: 0,
        }
    }

    /// It was done: it raised nothing.
    pub(super) fn done(&self) -> bool {
        self.op.error.is_none()
    }

    /// It gave up: a timeout, or the caller would not wait.
    pub(super) fn gave_up(&self) -> bool {
        self.op.result.as_deref() == Some("False")
    }
}
