//! `Array`: several C values of one type that processes share.

mod slices;

use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use super::cells::{Cells, Init, Shape};
use super::{Locking, Synchronized};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::synchronize::{AnyLock, Sem as _};
use crate::mp::tracer;
use crate::object::Object;

/// C values in shared memory, with an `RLock` unless `lock` says otherwise.
///
/// Every access of an element takes the lock once, every slice once. Indexes are Python's: negative
/// ones count from the end.
#[derive(Debug, Clone)]
pub struct Array(Synchronized);

impl Array {
    /// `Array(code, init)`: `init` is a length, a list, bytes, a str.
    ///
    /// # Errors
    /// `TypeError` for an unknown code or values it can't hold; `ValueError` for a negative length;
    /// `OSError` when the system has no memory to share.
    #[track_caller]
    pub fn new(code: char, init: impl Into<Object>) -> Result<Array> {
        Array::with_lock(code, init, Locking::New)
    }

    /// `Array(code, len)`: zeros.
    #[track_caller]
    pub fn zeroed(code: char, len: i64) -> Result<Array> {
        Array::new(code, len)
    }

    /// `Array(code, init, lock=lock)`.
    #[track_caller]
    pub fn with_lock(
        code: char,
        init: impl Into<Object>,
        lock: impl Into<Locking>,
    ) -> Result<Array> {
        Array::build(code, init.into(), lock.into())
    }

    /// `RawArray(code, init)`: no lock.
    #[track_caller]
    pub fn raw(code: char, init: impl Into<Object>) -> Result<Array> {
        Array::with_lock(code, init, Locking::Without)
    }

    #[track_caller]
    fn build(code: char, init: Object, lock: Locking) -> Result<Array> {
        let at = Location::caller();
        let mut cells = if let Some(len) = init.integer() {
            Cells::new(code, Shape::Array, &Init::Zeros(length(len, at)?), at)?
        } else {
            let text = format!("object of type '{}' has no len()", init.type_name());
            let values = init
                .into_items()
                .ok_or_else(|| Exception::at("TypeError", text, at))?;
            Cells::new(code, Shape::Array, &Init::Values(&values), at)?
        };
        let lock = lock.resolve()?;
        cells.announce(lock.as_ref().map(|lock| lock.sem().id()), at);
        let cells = Rc::new(cells);
        Ok(Array(Synchronized { cells, lock }))
    }

    /// Gives the object its name in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> Array {
        tracer::named(self.0.cells.id(), name, Location::caller());
        self
    }

    /// `len(a)`.
    pub fn len(&self) -> usize {
        self.0.cells.len()
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `a[index]`.
    ///
    /// # Errors
    /// `IndexError` outside the array; `TypeError` for what is no int.
    #[inline]
    #[track_caller]
    pub fn get(&self, index: impl Into<Object>) -> Result<Object> {
        self.get_at(&index.into(), Location::caller())
    }

    #[inline]
    fn get_at(&self, index: &Object, at: &'static Location<'static>) -> Result<Object> {
        let find = || self.place(index, "indices must be integers", at);
        self.0.get(shown(index), find, at)
    }

    /// `a[index] = value`.
    ///
    /// # Errors
    /// As `get`; `TypeError` for a value the C type can't hold.
    #[inline]
    #[track_caller]
    pub fn set(&self, index: impl Into<Object>, value: impl Into<Object>) -> Result<()> {
        let (index, at) = (index.into(), Location::caller());
        let find = || self.place(&index, "indices must be integer", at);
        self.0.set(shown(&index), find, &value.into(), at)
    }

    /// The element an index names. ctypes has two wordings for what is no int.
    #[inline]
    fn place(&self, index: &Object, no_int: &str, at: &'static Location<'static>) -> Result<usize> {
        let len = self.len();
        if let Object::Int(index) = index {
            let place = match usize::try_from(*index) {
                Ok(index) => Some(index),
                // Negative: counted from the end.
                Err(_) => i128::try_from(len)
                    .ok()
                    .and_then(|len| usize::try_from(len + index).ok()),
            };
            if let Some(place) = place.filter(|place| *place < len) {
                return Ok(place);
            }
        }
        self.no_place(index, no_int, at)
    }

    #[cold]
    fn no_place(
        &self,
        index: &Object,
        no_int: &str,
        at: &'static Location<'static>,
    ) -> Result<usize> {
        match index {
            Object::Bool(index) => self.place(&Object::Int((*index).into()), no_int, at),
            Object::Int(index) if i64::try_from(*index).is_err() => Err(Exception::at(
                "IndexError",
                "cannot fit 'int' into an index-sized integer",
                at,
            )),
            Object::Int(_) => Err(Exception::at("IndexError", "invalid index", at)),
            _ => Err(Exception::at("TypeError", no_int, at)),
        }
    }

    /// `for item in a`: each element is an access of its own, so another process may write between
    /// two of them; one more access finds the end.
    #[track_caller]
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            array: self,
            next: Some(0),
            at: Location::caller(),
        }
    }

    /// `a.get_lock()`.
    ///
    /// # Errors
    /// `AttributeError` for a raw array.
    #[track_caller]
    pub fn get_lock(&self) -> Result<&AnyLock> {
        self.0.get_lock()
    }

    /// `a.get_obj()`: the same array without the lock.
    ///
    /// # Errors
    /// `AttributeError` for a raw array.
    #[track_caller]
    pub fn get_obj(&self) -> Result<Array> {
        self.0.get_obj().map(Array)
    }
}

/// The index as the event carries it.
#[inline]
fn shown(index: &Object) -> Option<i64> {
    match index {
        Object::Int(index) => i64::try_from(*index).ok(),
        _ => None,
    }
}

/// The length an int means.
fn length(len: i128, at: &'static Location<'static>) -> Result<usize> {
    if len < 0 {
        let text = format!("Array length must be >= 0, not {len}");
        return Err(Exception::at("ValueError", text, at));
    }
    usize::try_from(len).map_err(|_| {
        let text = "Python int too large to convert to C ssize_t";
        Exception::at("OverflowError", text, at)
    })
}

/// CPython's `repr`.
impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = &self.0.cells;
        let inner = cells.class_name(false);
        let address = Rc::as_ptr(cells);
        let inner = format!("<multiprocessing.sharedctypes.{inner} object at {address:p}>");
        match self.0.lock {
            Some(_) => write!(f, "<{} wrapper for {inner}>", cells.class_name(true)),
            None => f.write_str(&inner),
        }
    }
}

impl<'a> IntoIterator for &'a Array {
    type Item = Object;
    type IntoIter = Iter<'a>;

    #[track_caller]
    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Iterates over an array as Python does: by index, until there is an `IndexError`.
#[derive(Debug)]
pub struct Iter<'a> {
    array: &'a Array,
    next: Option<i64>,
    at: &'static Location<'static>,
}

impl Iterator for Iter<'_> {
    type Item = Object;

    fn next(&mut self) -> Option<Object> {
        let index = self.next.take()?;
        let item = self.array.get_at(&Object::from(index), self.at).ok()?;
        self.next = Some(index + 1);
        Some(item)
    }
}
