//! `Objects`: every shared thing of the run, found by identity or by place.
//!
//! Used by the fold, which makes up an object nobody created (a torn recording) from the class in
//! its identity, so that no event is lost.

use std::collections::HashMap;
use std::sync::Arc;

use crate::trace::{Op, OpName};

use super::body::{Body, class_in, class_with};
use super::limits::{Limits, TEXT};
use super::object::Object;
use super::object_id::ObjectId;

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

    /// The process has ended: it waits nowhere. Looks at every object, because one that was killed
    /// in the middle of an operation waits where its state no longer says.
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
        // An identity of that length is nobody's.
        if self.list.len() >= limits.objects || id.len() > TEXT {
            return None;
        }
        let key = ObjectId(u32::try_from(self.list.len()).ok()?);
        let given = op.args.class.as_deref().filter(|_| op.op == OpName::Create);
        let class = given.unwrap_or_else(|| class_in(id));
        let bodies = [class, class_in(id), class_with(op.op)];
        let body = bodies.into_iter().find_map(Body::of_class);
        let object = Object::new(key, id, class, body, seq);
        Arc::make_mut(&mut self.ids).insert(Arc::from(id), key);
        self.list.push(Arc::new(object));
        Some(key)
    }
}
