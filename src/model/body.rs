//! `Body`: what is particular to a class of objects; one small file a family.
//!
//! Knows which class has which body, and hands a finished operation to it. Classes are CPython's
//! names; a class without a model has the plain body, whose operations are only counted.

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::barrier::Barrier;
use super::condition::Condition;
use super::connection::Connection;
use super::flag::Flag;
use super::lock::{Lock, Semaphore};
use super::manager::Manager;
use super::mapping::Mapping;
use super::object::{Object, Step};
use super::pool::Pool;
use super::queue::Queue;
use super::sequence::Sequence;
use super::shared::Shared;

/// What is particular to a class.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `Lock`, `RLock`.
    Lock(Lock),
    /// `Semaphore`, `BoundedSemaphore`.
    Semaphore(Semaphore),
    /// `Event`.
    Flag(Flag),
    Condition(Condition),
    Barrier(Barrier),
    /// `Array`, `Value` and their kin.
    Shared(Shared),
    /// `Queue`, `SimpleQueue`, `JoinableQueue`.
    Queue(Queue),
    /// One end of a `Pipe`.
    Connection(Connection),
    /// `DictProxy`, `NamespaceProxy`.
    Mapping(Mapping),
    /// `ListProxy`.
    Sequence(Sequence),
    /// `SyncManager`.
    Manager(Manager),
    Pool(Pool),
    /// A class without a model; its operations are counted.
    Plain,
}

impl Body {
    /// The empty body of a class; `None` for a class without one.
    pub(super) fn of_class(class: &str) -> Option<Body> {
        Some(match class {
            "Lock" => Body::Lock(Lock::new(false)),
            "RLock" => Body::Lock(Lock::new(true)),
            "Semaphore" => Body::Semaphore(Semaphore::new(false)),
            "BoundedSemaphore" => Body::Semaphore(Semaphore::new(true)),
            "Event" => Body::Flag(Flag::default()),
            "Condition" => Body::Condition(Condition::default()),
            "Barrier" => Body::Barrier(Barrier::default()),
            "Array" | "SynchronizedArray" | "SynchronizedString" | "RawArray" => {
                Body::Shared(Shared::new(true))
            }
            "Value" | "Synchronized" | "RawValue" => Body::Shared(Shared::new(false)),
            "Queue" | "SimpleQueue" | "JoinableQueue" => Body::Queue(Queue::default()),
            "Connection" | "PipeConnection" => Body::Connection(Connection::default()),
            "DictProxy" | "dict" | "NamespaceProxy" | "Namespace" => {
                Body::Mapping(Mapping::default())
            }
            "ListProxy" | "list" => Body::Sequence(Sequence::default()),
            "SyncManager" | "Manager" | "BaseManager" => Body::Manager(Manager::default()),
            "Pool" | "ThreadPool" => Body::Pool(Pool::default()),
            // The ctypes of a raw array or value: `c_int_Array_5`, `c_int`.
            _ if class.contains("_Array_") => Body::Shared(Shared::new(true)),
            _ if class.starts_with("c_") => Body::Shared(Shared::new(false)),
            _ => return None,
        })
    }

    /// Folds a finished operation; gives what it contradicts.
    pub(super) fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        match self {
            Body::Lock(lock) => lock.fold(step),
            Body::Semaphore(semaphore) => semaphore.fold(step),
            Body::Flag(flag) => flag.fold(step),
            Body::Condition(condition) => condition.fold(step),
            Body::Barrier(barrier) => barrier.fold(step),
            Body::Shared(shared) => shared.fold(step),
            Body::Queue(queue) => queue.fold(step),
            Body::Connection(connection) => connection.fold(step),
            Body::Mapping(mapping) => mapping.fold(step),
            Body::Sequence(sequence) => sequence.fold(step),
            Body::Manager(manager) => {
                manager.fold(step);
                None
            }
            Body::Pool(pool) => pool.fold(step),
            Body::Plain => None,
        }
    }

    /// A process ended; so many others still wait on the object.
    pub(super) fn forget(&mut self, proc: u32, waiting: usize) {
        match self {
            Body::Condition(condition) => condition.forget(proc, waiting),
            Body::Barrier(barrier) => barrier.forget(waiting),
            _ => {}
        }
    }

    /// Elements it keeps: cells, messages, entries, tasks.
    pub(super) fn size(&self) -> usize {
        match self {
            Body::Shared(shared) => shared.cells.len(),
            Body::Queue(queue) => queue.mailbox.size(),
            Body::Connection(connection) => connection.inbox.size(),
            Body::Mapping(mapping) => mapping.len(),
            Body::Sequence(sequence) => sequence.elements.len(),
            Body::Pool(pool) => pool.tasks.len(),
            _ => 0,
        }
    }

    /// Bytes copied when it changes after a clone.
    pub(super) fn weight(&self) -> usize {
        match self {
            Body::Mapping(mapping) => mapping.len() * 120,
            Body::Sequence(sequence) => sequence.elements.len() * 48,
            // In shared pieces: a pointer each, and the piece that changed.
            body => body.size() / 16 + 128 * body.size().min(128),
        }
    }

    /// It lives in a manager's server process.
    pub(super) fn is_proxy(&self) -> bool {
        matches!(self, Body::Mapping(_) | Body::Sequence(_))
    }
}

/// The body by family, `None` where the object is of another.
impl Object {
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

    pub fn flag(&self) -> Option<&Flag> {
        match &self.body {
            Body::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    pub fn condition(&self) -> Option<&Condition> {
        match &self.body {
            Body::Condition(condition) => Some(condition),
            _ => None,
        }
    }

    pub fn barrier(&self) -> Option<&Barrier> {
        match &self.body {
            Body::Barrier(barrier) => Some(barrier),
            _ => None,
        }
    }

    pub fn shared(&self) -> Option<&Shared> {
        match &self.body {
            Body::Shared(shared) => Some(shared),
            _ => None,
        }
    }

    pub fn queue(&self) -> Option<&Queue> {
        match &self.body {
            Body::Queue(queue) => Some(queue),
            _ => None,
        }
    }

    pub fn connection(&self) -> Option<&Connection> {
        match &self.body {
            Body::Connection(connection) => Some(connection),
            _ => None,
        }
    }

    pub fn mapping(&self) -> Option<&Mapping> {
        match &self.body {
            Body::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    pub fn sequence(&self) -> Option<&Sequence> {
        match &self.body {
            Body::Sequence(sequence) => Some(sequence),
            _ => None,
        }
    }

    pub fn manager(&self) -> Option<&Manager> {
        match &self.body {
            Body::Manager(manager) => Some(manager),
            _ => None,
        }
    }

    pub fn pool(&self) -> Option<&Pool> {
        match &self.body {
            Body::Pool(pool) => Some(pool),
            _ => None,
        }
    }
}

/// The class in an identity: `RLock` of `RLock-1@77`.
pub(super) fn class_in(id: &str) -> &str {
    id.rsplit_once('-').map_or(id, |(class, _)| class)
}

/// The class that has this operation, for an object whose identity says nothing.
pub(super) fn class_with(op: OpName) -> &'static str {
    match op {
        OpName::Acquire | OpName::Release => "Lock",
        OpName::Get | OpName::Set | OpName::GetSlice | OpName::SetSlice => "Array",
        _ => "",
    }
}
