//! `Value`: one C value that processes share.

use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use super::cells::{Cells, Init, Shape};
use super::{Locking, Synchronized};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::synchronize::{AnyLock, Sem as _};
use crate::mp::tracer;
use crate::object::Object;
use crate::object::repr_whole;

/// A C value in shared memory, with an `RLock` unless `lock` says otherwise.
#[derive(Debug, Clone)]
pub struct Value(Synchronized);

impl Value {
    /// `Value(code, value)`.
    ///
    /// # Errors
    /// `TypeError` for an unknown code or a value it can't hold; `OSError` when the system has no
    /// memory to share.
    #[track_caller]
    pub fn new(code: char, value: impl Into<Object>) -> Result<Value> {
        Value::with_lock(code, value, Locking::New)
    }

    /// `Value(code)`: zero.
    #[track_caller]
    pub fn zeroed(code: char) -> Result<Value> {
        Value::build(code, &Init::Zeros(1), Locking::New)
    }

    /// `Value(code, value, lock=lock)`.
    #[track_caller]
    pub fn with_lock(
        code: char,
        value: impl Into<Object>,
        lock: impl Into<Locking>,
    ) -> Result<Value> {
        Value::build(code, &Init::Values(&[value.into()]), lock.into())
    }

    /// `RawValue(code, value)`: no lock.
    #[track_caller]
    pub fn raw(code: char, value: impl Into<Object>) -> Result<Value> {
        Value::with_lock(code, value, Locking::Without)
    }

    #[track_caller]
    fn build(code: char, init: &Init<'_>, lock: Locking) -> Result<Value> {
        let at = Location::caller();
        let mut cells = Cells::new(code, Shape::Value, init, at)?;
        let lock = lock.resolve()?;
        cells.announce(lock.as_ref().map(|lock| lock.sem().id()), at);
        let cells = Rc::new(cells);
        Ok(Value(Synchronized { cells, lock }))
    }

    /// Gives the object its name in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> Value {
        tracer::named(self.0.cells.id(), name, Location::caller());
        self
    }

    /// `v.value`. The lock is taken once.
    #[inline]
    #[track_caller]
    pub fn get(&self) -> Object {
        // There is always an element 0.
        self.0
            .get(None, || Ok(0), Location::caller())
            .unwrap_or_default()
    }

    /// `v.value = value`. The lock is taken once.
    ///
    /// # Errors
    /// `TypeError` for a value the C type can't hold.
    #[inline]
    #[track_caller]
    pub fn set(&self, value: impl Into<Object>) -> Result<()> {
        self.0
            .set(None, || Ok(0), &value.into(), Location::caller())
    }

    /// `v.value += number`: a get and a set, between which another process may come.
    ///
    /// # Errors
    /// `TypeError` where the two can't be added.
    #[inline]
    #[track_caller]
    pub fn add(&self, number: impl Into<Object>) -> Result<()> {
        let (value, number) = (self.get(), number.into());
        let sum = match (&value, &number) {
            (Object::Int(a), Object::Int(b)) => Object::Int(a.wrapping_add(*b)),
            _ => sum(&value, &number)?,
        };
        self.set(sum)
    }

    /// `v.get_lock()`.
    ///
    /// # Errors
    /// `AttributeError` for a raw value.
    #[track_caller]
    pub fn get_lock(&self) -> Result<&AnyLock> {
        self.0.get_lock()
    }

    /// `v.get_obj()`: the same value without the lock.
    ///
    /// # Errors
    /// `AttributeError` for a raw value.
    #[track_caller]
    pub fn get_obj(&self) -> Result<Value> {
        self.0.get_obj().map(Value)
    }
}

/// Python's `+` of two numbers.
#[track_caller]
fn sum(a: &Object, b: &Object) -> Result<Object> {
    match (a.integer(), b.integer(), a.as_float(), b.as_float()) {
        (Some(a), Some(b), ..) => Ok(Object::Int(a.wrapping_add(b))),
        (.., Some(a), Some(b)) => Ok(Object::Float(a + b)),
        _ => Err(Exception::types(format!(
            "unsupported operand type(s) for +=: '{}' and '{}'",
            a.type_name(),
            b.type_name()
        ))),
    }
}

/// CPython's `repr`; reading it takes no lock.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = &self.0.cells;
        let inner = format!("{}({})", cells.code().c_name(), repr_whole(&cells.load(0)));
        match self.0.lock {
            Some(_) => write!(f, "<Synchronized wrapper for {inner}>"),
            None => f.write_str(&inner),
        }
    }
}
