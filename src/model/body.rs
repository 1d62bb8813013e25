//! `Body`: what is particular to a class of objects; one small file a family.
//!
//! Owns the table of families: which state a family has, and which classes (CPython's names) begin
//! with which. A class without a body does not compile. A class the log names and nobody knows has the
//! plain body, whose operations are only counted.

use crate::trace::{Class, OpName};

use super::anomaly::AnomalyKind;
use super::barrier::Barrier;
use super::block::Block;
use super::condition::Condition;
use super::connection::Connection;
use super::family::Family;
use super::flag::Flag;
use super::lock::{Lock, Semaphore};
use super::manager::Manager;
use super::mapping::Mapping;
use super::object::Object;
use super::pipe_end::PipeEnd;
use super::pool::Pool;
use super::popen::Popen;
use super::queue::Queue;
use super::sequence::Sequence;
use super::shared::Shared;
use super::step::Step;

macro_rules! bodies {
    ($(
        $(#[$doc:meta])*
        $body:ident($accessor:ident) {
            $( $($class:ident)|+ => $new:expr ),* $(,)?
        }
    )*) => {
        /// What is particular to a class.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Body {
            $( $(#[$doc])* $body($body), )*
            /// A class without a model; its operations are counted.
            Plain,
        }

        impl Body {
            /// The empty body of a class.
            fn of(class: Class) -> Body {
                match class {
                    $($( $(Class::$class)|+ => Body::$body($new), )*)*
                }
            }

            fn family(&self) -> Option<&dyn Family> {
                match self {
                    $( Body::$body(body) => Some(body), )*
                    Body::Plain => None,
                }
            }

            fn family_mut(&mut self) -> Option<&mut dyn Family> {
                match self {
                    $( Body::$body(body) => Some(body), )*
                    Body::Plain => None,
                }
            }
        }

        /// The body by family, `None` where the object is of another.
        impl Object {
            $(
                pub fn $accessor(&self) -> Option<&$body> {
                    match &self.body {
                        Body::$body(body) => Some(body),
                        _ => None,
                    }
                }
            )*
        }
    };
}

bodies! {
    Lock(lock) {
        Lock | ThreadLock => Lock::new(false),
        RLock | ThreadRLock => Lock::new(true),
    }
    Semaphore(semaphore) {
        Semaphore | ThreadSemaphore => Semaphore::new(false),
        BoundedSemaphore | ThreadBoundedSemaphore => Semaphore::new(true),
    }
    /// `Event`, which is another word in the log.
    Flag(flag) {
        Event | ThreadEvent => Flag::default(),
    }
    Condition(condition) {
        Condition | ThreadCondition => Condition::default(),
    }
    Barrier(barrier) {
        Barrier => Barrier::default(),
    }
    /// `Array`, `Value` and their kin.
    Shared(shared) {
        Array | SynchronizedArray | SynchronizedString | RawArray => Shared::new(true),
        Value | Synchronized | RawValue => Shared::new(false),
    }
    Queue(queue) {
        Queue | SimpleQueue | JoinableQueue | ThreadQueue => Queue::default(),
    }
    /// One end of a `Pipe`.
    Connection(connection) {
        Connection | PipeConnection => Connection::default(),
    }
    /// Dictionaries and namespaces of a manager.
    Mapping(mapping) {
        DictProxy | Dict | NamespaceProxy | Namespace => Mapping::default(),
    }
    /// Lists of a manager.
    Sequence(sequence) {
        ListProxy | List => Sequence::default(),
    }
    Manager(manager) {
        SyncManager | Manager | BaseManager => Manager::default(),
    }
    Pool(pool) {
        Pool | ThreadPool | ProcessPoolExecutor | ThreadPoolExecutor => Pool::default(),
    }
    /// A program started by `subprocess`.
    Popen(popen) {
        Popen => Popen::default(),
    }
    /// A block of `multiprocessing.shared_memory`.
    Block(block) {
        SharedMemory => Block::default(),
    }
    /// One end of an `os.pipe`.
    PipeEnd(pipe_end) {
        OsPipe => PipeEnd::default(),
    }
}

impl Body {
    /// The empty body of the class with this name; `None` for a class without one.
    pub(super) fn of_class(name: &str) -> Option<Body> {
        match Class::parse(name) {
            Some(class) => Some(Body::of(class)),
            // The ctypes of a raw array or value: `c_int_Array_5`, `c_int`.
            None if name.contains("_Array_") => Some(Body::of(Class::RawArray)),
            None if name.starts_with("c_") => Some(Body::of(Class::RawValue)),
            None => None,
        }
    }

    pub(super) fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        self.family_mut()?.fold(step)
    }

    pub(super) fn forget(&mut self, proc: u32, waiting: usize) {
        if let Some(family) = self.family_mut() {
            family.forget(proc, waiting);
        }
    }

    pub(super) fn size(&self) -> usize {
        self.family().map_or(0, Family::size)
    }

    pub(super) fn weight(&self) -> usize {
        self.family().map_or(0, Family::weight)
    }

    /// It lives in a manager's server process.
    pub(super) fn is_proxy(&self) -> bool {
        matches!(self, Body::Mapping(_) | Body::Sequence(_))
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
