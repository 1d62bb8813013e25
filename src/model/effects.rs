//! What an operation changes beyond its own object.
//!
//! A send fills the inbox of the other end, a task draws on its worker's lane, a new worker joins
//! its pool, an operation on a proxy is a request to a manager, taking a condition's lock back is
//! waking up. Called by the fold around the object's own change.

use crate::trace::{Op, OpName, Role};

use super::World;
use super::body::Body;
use super::calls::Calls;
use super::manager::Request;
use super::object_id::ObjectId;
use super::process::{Pending, Target};
use super::step::Step;

impl World {
    /// Before the operation is folded: a sleeper on a condition that takes its lock back has woken.
    pub(super) fn wakes(&mut self, place: usize, tid: Option<i32>, op: &Op) {
        if op.op != OpName::Acquire {
            return;
        }
        let Some(process) = self.processes.at(place) else {
            return;
        };
        let proc = process.proc;
        let top = process.calls_of(tid).and_then(Calls::top);
        let Some(Target::Object(key)) = top.map(|pending| &pending.target) else {
            return;
        };
        let Some(object) = self.objects.get(*key) else {
            return;
        };
        if object.condition().is_none() || object.of.as_deref() != op.object.as_deref() {
            return;
        }
        let Some(object) = self.objects.get_mut(object.key) else {
            return;
        };
        if !object.leave(proc, tid) {
            return;
        }
        let asleep = object.waiters.len();
        if let Body::Condition(condition) = &mut object.body {
            condition.woke(proc, tid, asleep);
        }
    }

    /// Calls of a thread that are over without having told so: it waits for nothing in them.
    pub(super) fn wait_no_more(&mut self, proc: u32, tid: Option<i32>, calls: &[Pending]) {
        for pending in calls {
            if let Some(object) = pending
                .target
                .object()
                .and_then(|key| self.objects.get_mut(key))
            {
                object.leave(proc, tid);
                object.body.forget(proc, object.waiters.len());
            }
        }
    }

    /// After the operation was folded into its object.
    pub(super) fn effects(&mut self, place: usize, key: ObjectId, step: &Step<'_>) {
        let Some(object) = self.objects.get(key) else {
            return;
        };
        match &object.body {
            Body::Connection(_) if step.op.op == OpName::Send && step.done() => {
                self.send(key, step);
            }
            Body::Manager(manager) if manager.server.is_none() => self.find_server(key, step),
            Body::Pool(_) => self.pool(place, key, step),
            body if body.is_proxy() => {
                self.requests
                    .push_bounded(Request::new(step, key), self.limits.requests);
            }
            _ => {}
        }
    }

    fn send(&mut self, from: ObjectId, step: &Step<'_>) {
        let other = self.objects.get(from).and_then(|object| object.of.clone());
        let Some(other) = other.and_then(|id| self.objects.key(&id)) else {
            return;
        };
        self.grow(other, step.limits.elements, |object, elements| {
            let limits = super::Limits {
                elements,
                ..*step.limits
            };
            if let Body::Connection(end) = &mut object.body {
                end.inbox.put(&Step {
                    limits: &limits,
                    ..*step
                });
            }
        });
    }

    /// The server of a manager: the process its `create` names, else the one called like it.
    fn find_server(&mut self, key: ObjectId, step: &Step<'_>) {
        let Some(id) = self.objects.get(key).map(|object| &object.id) else {
            return;
        };
        let by_pid = step.op.args.pid.and_then(|pid| self.processes.by_pid(pid));
        let server = by_pid.or_else(|| {
            let managers = self.processes.iter().rev();
            managers
                .filter(|process| process.role == Role::Manager)
                .find(|process| process.name == *id)
        });
        let server = server.map(|process| process.proc);
        if let Some(object) = self.objects.get_mut(key)
            && let Body::Manager(manager) = &mut object.body
        {
            manager.server = server;
        }
    }

    /// A manager's server was born after its manager was named.
    pub(super) fn server_born(&mut self, place: usize) {
        let Some(process) = self.processes.at(place) else {
            return;
        };
        let proc = process.proc;
        let Some(key) = self.objects.key(&process.name) else {
            return;
        };
        if let Some(object) = self.objects.get_mut(key)
            && let Body::Manager(manager) = &mut object.body
        {
            manager.server.get_or_insert(proc);
        }
    }

    /// A worker was born: it belongs to the latest pool its parent made, until it says otherwise.
    pub(super) fn worker_born(&mut self, place: usize) {
        let Some(process) = self.processes.at(place) else {
            return;
        };
        let (proc, parent) = (process.proc, process.parent);
        let pool = self.objects.iter().rev().find_map(|object| {
            (object.pool().is_some() && parent.is_some() && object.creator == parent)
                .then_some(object.key)
        });
        if let Some(pool) = pool {
            self.join_pool(place, proc, pool);
        }
    }

    fn join_pool(&mut self, place: usize, proc: u32, pool: ObjectId) {
        let Some(process) = self.processes.at_mut(place) else {
            return;
        };
        let alive = process.is_alive();
        let before = process.pool.replace(pool);
        if before == Some(pool) {
            return;
        }
        if let Some(object) = before.and_then(|before| self.objects.get_mut(before))
            && let Body::Pool(pool) = &mut object.body
        {
            pool.remove_worker(proc);
        }
        if let Some(object) = self.objects.get_mut(pool)
            && let Body::Pool(pool) = &mut object.body
        {
            pool.add_worker(proc, None, alive);
        }
    }

    fn pool(&mut self, place: usize, key: ObjectId, step: &Step<'_>) {
        if step.op.op == OpName::Create {
            self.adopt_workers(key, step.proc);
            return;
        }
        let Some(process) = self.processes.at_mut(place) else {
            return;
        };
        match (step.op.op, step.op.args.task) {
            (OpName::TaskStart, Some(task)) => process.track.task_started(key, task, step.t),
            (OpName::TaskEnd, Some(task)) => process.track.task_ended(key, task, step.t),
            _ => {}
        }
        if process.role == Role::Worker && process.pool != Some(key) {
            self.join_pool(place, step.proc, key);
        }
    }

    /// Workers born before their pool was named.
    fn adopt_workers(&mut self, pool: ObjectId, parent: u32) {
        let orphans: Vec<u32> = self
            .processes
            .iter()
            .filter(|process| process.role == Role::Worker && process.pool.is_none())
            .filter(|process| process.parent == Some(parent))
            .map(|process| process.proc)
            .collect();
        for proc in orphans {
            if let Some(place) = self.processes.place(proc) {
                self.join_pool(place, proc, pool);
            }
        }
    }

    /// A process has ended: no thread of it waits anywhere, and its task is lost.
    pub(super) fn leaves(&mut self, proc: u32, pool: Option<ObjectId>) {
        self.objects.forget_waiter(proc);
        if let Some(object) = pool.and_then(|pool| self.objects.get_mut(pool))
            && let Body::Pool(pool) = &mut object.body
        {
            pool.worker_ended(proc);
        }
    }

    /// Lets an object grow within the bound of all objects together.
    pub(super) fn grow<R>(
        &mut self,
        key: ObjectId,
        limit: usize,
        change: impl FnOnce(&mut super::Object, usize) -> R,
    ) -> Option<R> {
        let object = self.objects.get_mut(key)?;
        let before = object.body.size();
        let room = self.limits.all_elements.saturating_sub(self.elements);
        let changed = change(object, limit.min(before.saturating_add(room)));
        let after = object.body.size();
        self.elements = (self.elements + after).saturating_sub(before);
        Some(changed)
    }
}
