//! `Array` and `Value`: C values in memory that processes share (CPython: sharedctypes.py).
//!
//! Owns the lock's part: each access takes the object's lock once, as CPython's wrappers do, so one
//! access is whole and `+=` is two. What C makes of a Python value is `typecode`'s, the memory is
//! `cells`'. An assignment to `value` of an array that has no such attribute fails here; CPython
//! makes a new attribute of that name.

mod array;
mod cells;
#[cfg(test)]
mod tests;
mod typecode;
mod value;

use std::panic::Location;
use std::rc::Rc;

pub use array::{Array, Iter as ArrayIter};
pub use value::Value;

use super::exceptions::{Exception, Result};
use super::synchronize::{AnyLock, Lock, RLock, Sem as _};
use super::tracer::{Call, Ended, Fill};
use crate::object::Object;
use crate::object::repr;
use crate::trace::{OpName, Packet};
use cells::Cells;

/// The argument `lock=` of an Array or a Value.
#[derive(Debug, Clone)]
pub enum Locking {
    /// `lock=True`, `lock=None`: a fresh `RLock`.
    New,
    /// `lock=lock`.
    Given(AnyLock),
    /// `lock=False`: no lock, no wrapper.
    Without,
    /// What has no method `acquire`, by its `repr`.
    Unfit(String),
}

impl From<bool> for Locking {
    fn from(lock: bool) -> Locking {
        if lock { Locking::New } else { Locking::Without }
    }
}

impl From<()> for Locking {
    fn from((): ()) -> Locking {
        Locking::New
    }
}

impl From<&Lock> for Locking {
    fn from(lock: &Lock) -> Locking {
        Locking::Given(AnyLock::Lock(lock.clone()))
    }
}

impl From<&RLock> for Locking {
    fn from(lock: &RLock) -> Locking {
        Locking::Given(AnyLock::RLock(lock.clone()))
    }
}

impl From<&AnyLock> for Locking {
    fn from(lock: &AnyLock) -> Locking {
        Locking::Given(lock.clone())
    }
}

impl From<Object> for Locking {
    fn from(lock: Object) -> Locking {
        match lock {
            Object::None => Locking::New,
            Object::Bool(lock) => lock.into(),
            other => Locking::Unfit(repr(&other)),
        }
    }
}

impl Locking {
    /// The lock itself; `None` for no lock.
    #[track_caller]
    fn resolve(self) -> Result<Option<AnyLock>> {
        match self {
            Locking::New => Ok(Some(AnyLock::RLock(RLock::new()?))),
            Locking::Given(lock) => Ok(Some(lock)),
            Locking::Without => Ok(None),
            Locking::Unfit(text) => Err(Exception::new(
                "AttributeError",
                format!("{text} has no method 'acquire'"),
            )),
        }
    }
}

/// Cells with the lock their accesses take.
#[derive(Debug, Clone)]
struct Synchronized {
    cells: Rc<Cells>,
    lock: Option<AnyLock>,
}

/// The lock of one access, while it lasts.
struct Held<'a>(Option<&'a AnyLock>);

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(lock) = self.0 {
            lock.sem().leave();
        }
    }
}

impl Synchronized {
    /// One access: the lock as CPython takes it, and the witness, which makes the access and its
    /// event one step also where there is no lock.
    #[inline]
    fn access<T>(
        &self,
        op: OpName,
        args: Fill<'_>,
        at: &'static Location<'static>,
        step: impl FnOnce(&Call<'_>, u64) -> T,
    ) -> T {
        let lock = self.lock.as_ref();
        // An access through `get_obj` does not take the lock that the object has.
        let past = lock.is_none() && self.cells.is_locked();
        let args: Fill<'_> = &|packet| {
            args(packet);
            if past {
                packet.boolean("blocking", false);
            }
        };
        let mut call = Call::begin(op, self.cells.id(), at, args);
        if let Some(lock) = lock
            && !lock.sem().try_take()
        {
            call.waiting();
            lock.sem().enter();
        }
        let _held = Held(lock);
        self.cells.witness().step(|ver| step(&call, ver))
    }

    /// Reads the element `find` names.
    #[inline]
    fn get(
        &self,
        index: Option<i64>,
        find: impl Fn() -> Result<usize>,
        at: &'static Location<'static>,
    ) -> Result<Object> {
        let args: Fill<'_> = &|packet| fill_index(packet, index);
        self.access(OpName::Get, args, at, |call, ver| {
            let value = find().map(|index| self.cells.load(index));
            call.done(ver, &value);
            value
        })
    }

    /// Writes the element `find` names.
    #[inline]
    fn set(
        &self,
        index: Option<i64>,
        find: impl Fn() -> Result<usize>,
        value: &Object,
        at: &'static Location<'static>,
    ) -> Result<()> {
        let args: Fill<'_> = &|packet| fill_index(packet, index);
        self.access(OpName::Set, args, at, |call, ver| {
            let place = find().and_then(|index| Ok((index, self.cells.encode(value, at)?)));
            let (index, bits) = match place {
                Ok(place) => place,
                Err(error) => {
                    call.done(ver, Ended::Raised(&error));
                    return Err(error);
                }
            };
            // What the cell will hold: C has its own idea of 2**31.
            let stored: Fill<'_> = &|packet| {
                packet.text("value", &repr(&self.cells.decode(bits)));
            };
            call.done_with(ver, stored, Ended::Plain);
            self.cells.store(index, bits);
            Ok(())
        })
    }

    /// The lock, for a program that makes several accesses one.
    #[track_caller]
    fn get_lock(&self) -> Result<&AnyLock> {
        self.lock.as_ref().ok_or_else(|| self.missing("get_lock"))
    }

    /// The same memory without the lock.
    #[track_caller]
    fn get_obj(&self) -> Result<Synchronized> {
        if self.lock.is_none() {
            return Err(self.missing("get_obj"));
        }
        Ok(Synchronized {
            cells: Rc::clone(&self.cells),
            lock: None,
        })
    }

    /// The error for an attribute the object does not have.
    #[track_caller]
    fn missing(&self, attribute: &str) -> Exception {
        let class = self.cells.class_name(self.lock.is_some());
        Exception::new(
            "AttributeError",
            format!("'{class}' object has no attribute '{attribute}'"),
        )
    }
}

fn fill_index(packet: &mut Packet<'_>, index: Option<i64>) {
    if let Some(index) = index {
        packet.int("index", index);
    }
}
