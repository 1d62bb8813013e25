//! `Object`: one shared thing of the program (a lock, an array, a queue, a pool).
//!
//! Holds what every family has: identity, class, counter, waiters. What is particular to a class is
//! its `Body`. Changed by the fold only.

use std::sync::Arc;

use crate::trace::{Op, OpName};

use super::anomaly::AnomalyKind;
use super::body::Body;
use super::limits::{clip, clip_into};
use super::object_id::ObjectId;
use super::step::Step;

/// One shared thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub key: ObjectId,
    /// Identity in the run: `RLock-1`.
    pub id: Arc<str>,
    /// `RLock`, `Array`, `Queue` …
    pub class: Arc<str>,
    /// The program's variable name, once it is known.
    pub name: Option<Arc<str>>,
    /// Its lock (Array, Value, Condition), its manager (proxies) or its other end (Connection).
    pub of: Option<Arc<str>>,
    /// Process that created it, where its `create` was seen, and where in the program.
    pub creator: Option<u32>,
    pub created_at: Option<Arc<str>>,
    /// Event that first named it.
    pub since_seq: u64,
    /// Its own counter at the last operation that told it.
    pub ver: Option<u64>,
    /// The last operation that was done on it.
    pub last: Option<Touch>,
    /// Finished operations.
    pub ops: u64,
    /// Who is blocked in an operation on it, longest first.
    pub waiters: Vec<Waiter>,
    pub body: Body,
}

/// An operation that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    pub seq: u64,
    /// Nanoseconds since the run began.
    pub t: i64,
    pub proc: u32,
    pub op: OpName,
}

/// A process (or a thread of it) blocked on an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiter {
    pub proc: u32,
    pub tid: Option<i32>,
    pub op: OpName,
    /// Since when, ns since the run began.
    pub since: i64,
    pub since_seq: u64,
}

/// Under the gate a wait on a condition or a barrier is two steps: the first one begins to wait.
fn is_first_half(op: &Op) -> bool {
    op.op == OpName::Wait && op.error.is_none() && op.args.key.as_deref() == Some("begin")
}

impl Object {
    pub(super) fn new(
        key: ObjectId,
        id: &str,
        class: &str,
        body: Option<Body>,
        seq: u64,
    ) -> Object {
        Object {
            key,
            id: clip(id),
            class: clip(class),
            name: None,
            of: None,
            creator: None,
            created_at: None,
            since_seq: seq,
            ver: None,
            last: None,
            ops: 0,
            waiters: Vec::new(),
            body: body.unwrap_or(Body::Plain),
        }
    }

    /// What people call it: the variable's name, else its identity.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// Compares the operation's counter with the last one and keeps the greater.
    fn check_ver(&mut self, found: Option<u64>) -> Option<AnomalyKind> {
        let found = found?;
        let Some(last) = self.ver else {
            self.ver = Some(found);
            return None;
        };
        self.ver = Some(last.max(found));
        if found <= last {
            Some(AnomalyKind::VersionBack { last, found })
        } else if found - last > 1 {
            Some(AnomalyKind::VersionGap { last, found })
        } else {
            None
        }
    }

    /// Folds a finished operation; gives what it contradicts. What a process that has ended is said
    /// to begin (`alive` false) is not begun.
    pub(super) fn fold(&mut self, step: &Step<'_>, alive: bool) -> [Option<AnomalyKind>; 2] {
        let version = self.check_ver(step.op.ver);
        let waited = self.leave(step.proc, step.tid);
        self.ops += 1;
        self.last = Some(Touch {
            seq: step.seq,
            t: step.t,
            proc: step.proc,
            op: step.op.op,
        });
        if matches!(step.op.op, OpName::Create | OpName::Name) {
            self.describe(step);
        }
        if is_first_half(step.op) {
            if alive {
                self.wait(Waiter {
                    proc: step.proc,
                    tid: step.tid,
                    op: step.op.op,
                    since: step.t,
                    since_seq: step.seq,
                });
            }
            return [version, None];
        }
        let step = Step {
            waited,
            waiting: self.waiters.len(),
            ..*step
        };
        [version, self.body.fold(&step)]
    }

    /// What `create` and `name` say of any object.
    fn describe(&mut self, step: &Step<'_>) {
        let args = &step.op.args;
        if args.name.is_some() {
            clip_into(&mut self.name, args.name.as_deref());
        }
        if step.op.op != OpName::Create {
            return;
        }
        if let Some(class) = args.class.as_deref()
            && *self.class != *class
        {
            self.class = clip(class);
            if let Some(body) = Body::of_class(class) {
                self.body = body;
            }
        }
        clip_into(&mut self.of, args.of.as_deref());
        clip_into(&mut self.created_at, step.op.at.as_deref());
        self.creator = Some(step.proc);
    }

    pub(super) fn wait(&mut self, waiter: Waiter) {
        self.leave(waiter.proc, waiter.tid);
        self.waiters.push(waiter);
    }

    /// The process (its thread) waits here no longer; says whether it did.
    pub(super) fn leave(&mut self, proc: u32, tid: Option<i32>) -> bool {
        let before = self.waiters.len();
        if before > 0 {
            self.waiters
                .retain(|waiter| (waiter.proc, waiter.tid) != (proc, tid));
        }
        self.waiters.len() < before
    }

    /// The process has ended: no thread of it waits here.
    pub(super) fn forget(&mut self, proc: u32) {
        self.waiters.retain(|waiter| waiter.proc != proc);
        self.body.forget(proc, self.waiters.len());
    }
}
