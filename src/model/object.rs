//! `Object`: one shared thing of the program (a lock, an array, a queue, a pool), and all of them.
//!
//! Holds what every family has: identity, class, counter, waiters. What is particular to a class is
//! its `Body`, one small file a family. An object nobody created (a torn recording) is made up from
//! its identity's class, so that no event is lost.

use std::collections::HashMap;
use std::sync::Arc;

use crate::trace::{Op, OpName};

use super::anomaly::AnomalyKind;
use super::limits::{Limits, clip, clip_into};
use super::lock::{Lock, Semaphore};
use super::shared::Shared;

/// Place of an object in the order of first mention; stable for a run and equal in its replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub u32);

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

/// What is particular to a class.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `Lock`, `RLock`.
    Lock(Lock),
    /// `Semaphore`, `BoundedSemaphore`.
    Semaphore(Semaphore),
    /// `Array`, `Value` and their kin.
    Shared(Shared),
    /// A class without a model; its operations are counted.
    Plain,
}

/// One finished operation, as the families see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub seq: u64,
    pub t: i64,
    pub proc: u32,
    pub tid: Option<i32>,
    pub op: &'a Op,
    pub limits: &'a Limits,
}

impl Step<'_> {
    /// It was done: it raised nothing.
    pub(super) fn done(&self) -> bool {
        self.op.error.is_none()
    }

    /// It gave up: a timeout, or the caller would not wait.
    pub(super) fn gave_up(&self) -> bool {
        self.op.result.as_deref() == Some("False")
    }
}

impl Body {
    /// The empty body of a class; `None` for a class without one.
    fn of_class(class: &str) -> Option<Body> {
        Some(match class {
            "Lock" => Body::Lock(Lock::new(false)),
            "RLock" => Body::Lock(Lock::new(true)),
            "Semaphore" => Body::Semaphore(Semaphore::new(false)),
            "BoundedSemaphore" => Body::Semaphore(Semaphore::new(true)),
            "Array" | "SynchronizedArray" | "SynchronizedString" | "RawArray" => {
                Body::Shared(Shared::new(true))
            }
            "Value" | "Synchronized" | "RawValue" => Body::Shared(Shared::new(false)),
            _ => return None,
        })
    }
}

impl Object {
    fn new(key: ObjectId, id: &str, class: &str, seq: u64) -> Object {
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
            body: Body::of_class(class).unwrap_or(Body::Plain),
        }
    }

    /// What people call it: the variable's name, else its identity.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    pub fn lock(&self) -> Option<&Lock> {
        match &self.body {
            Body::Lock(lock) => Some(lock),
            _ => None,
        }
    }

    pub fn semaphore(&self) -> Option<&Semaphore> {
        match &self.body {
            Body::Semaphore(semaphore) => Some(semaphore),
            _ => None,
        }
    }

    pub fn shared(&self) -> Option<&Shared> {
        match &self.body {
            Body::Shared(shared) => Some(shared),
            _ => None,
        }
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

    /// Folds a finished operation; gives what it contradicts.
    pub(super) fn fold(&mut self, step: &Step<'_>) -> [Option<AnomalyKind>; 2] {
        let version = self.check_ver(step.op.ver);
        self.leave(step.proc, step.tid);
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
        let kind = match &mut self.body {
            Body::Lock(lock) => lock.fold(step),
            Body::Semaphore(semaphore) => semaphore.fold(step),
            Body::Shared(shared) => shared.fold(step),
            Body::Plain => None,
        };
        [version, kind]
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
            self.body = Body::of_class(class).unwrap_or(Body::Plain);
        }
        clip_into(&mut self.of, args.of.as_deref());
        clip_into(&mut self.created_at, step.op.at.as_deref());
        self.creator = Some(step.proc);
    }

    pub(super) fn wait(&mut self, waiter: Waiter) {
        self.leave(waiter.proc, waiter.tid);
        self.waiters.push(waiter);
    }

    /// The process (its thread) waits here no longer.
    pub(super) fn leave(&mut self, proc: u32, tid: Option<i32>) {
        if !self.waiters.is_empty() {
            self.waiters
                .retain(|waiter| (waiter.proc, waiter.tid) != (proc, tid));
        }
    }

    /// The process has ended: no thread of it waits here.
    pub(super) fn forget(&mut self, proc: u32) {
        self.waiters.retain(|waiter| waiter.proc != proc);
    }
}

/// The class in an identity: `RLock` of `RLock-1@77`.
fn class_in(id: &str) -> &str {
    id.rsplit_once('-').map_or(id, |(class, _)| class)
}

/// The class that has this operation, for an object whose identity says nothing.
fn class_with(op: OpName) -> &'static str {
    match op {
        OpName::Acquire | OpName::Release => "Lock",
        OpName::Get | OpName::Set | OpName::GetSlice | OpName::SetSlice => "Array",
        _ => "",
    }
}

/// Every object, in the order of first mention.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Objects {
    list: Vec<Arc<Object>>,
    ids: Arc<HashMap<Arc<str>, ObjectId>>,
}

impl Objects {
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Object> {
        self.list.iter().map(Arc::as_ref)
    }

    pub(super) fn get(&self, key: ObjectId) -> Option<&Object> {
        self.list.get(key.0 as usize).map(Arc::as_ref)
    }

    pub(super) fn get_mut(&mut self, key: ObjectId) -> Option<&mut Object> {
        self.list.get_mut(key.0 as usize).map(Arc::make_mut)
    }

    pub(super) fn key(&self, id: &str) -> Option<ObjectId> {
        self.ids.get(id).copied()
    }

    /// The process has ended: it waits nowhere.
    pub(super) fn forget_waiter(&mut self, proc: u32) {
        for object in &mut self.list {
            if object.waiters.iter().any(|waiter| waiter.proc == proc) {
                Arc::make_mut(object).forget(proc);
            }
        }
    }

    /// The object an operation names, made up where it is new; `None` beyond the limit.
    pub(super) fn resolve(&mut self, op: &Op, seq: u64, limits: &Limits) -> Option<ObjectId> {
        let id = op.object.as_deref()?;
        if let Some(key) = self.key(id) {
            return Some(key);
        }
        if self.list.len() >= limits.objects {
            return None;
        }
        let key = ObjectId(u32::try_from(self.list.len()).ok()?);
        let class = op.args.class.as_deref().filter(|_| op.op == OpName::Create);
        let mut class = class.unwrap_or_else(|| class_in(id));
        if op.op != OpName::Create && Body::of_class(class).is_none() {
            class = class_with(op.op);
        }
        let object = Object::new(key, id, class, seq);
        // An identity too long to keep is found again by its whole text all the same.
        Arc::make_mut(&mut self.ids).insert(Arc::from(id), key);
        self.list.push(Arc::new(object));
        Some(key)
    }
}
