//! `Cells`: the memory of an `Array` or a `Value`, its identity and the witness of its order.
//!
//! Elements are read and written whole, by one atomic access each, also where the program takes no
//! lock. Callers check the indexes.

use std::panic::Location;
use std::sync::atomic::Ordering;

use super::typecode::TypeCode;
use crate::mp::exceptions::{Exception, Result};
use crate::mp::synchronize::{WITNESS_BYTES, Witness};
use crate::mp::{context, heap, tracer};
use crate::object::Object;
use crate::object::repr;
use crate::sys::mmap::Block;

/// How many initial values a `create` event lists at most.
const SHOWN: usize = 4096;

/// What the object is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Array,
    Value,
}

#[derive(Debug)]
pub(super) struct Cells {
    id: String,
    shape: Shape,
    code: TypeCode,
    len: usize,
    /// It has a lock of its own.
    locked: bool,
    witness: Witness,
    memory: Block,
}

impl Cells {
    /// Cells holding these values; a length alone gives zeros.
    pub(super) fn new(
        code: char,
        shape: Shape,
        init: &Init<'_>,
        at: &'static Location<'static>,
    ) -> Result<Cells> {
        let code = TypeCode::of(code)
            .ok_or_else(|| Exception::at("TypeError", "this type has no size", at))?;
        let len = match init {
            Init::Zeros(len) => *len,
            Init::Values(values) => values.len(),
        };
        let bytes = len
            .checked_mul(code.size())
            .and_then(|bytes| bytes.checked_add(WITNESS_BYTES))
            .ok_or_else(|| Exception::at("OverflowError", "array too large", at))?;
        let block = heap::allocate(bytes).map_err(|error| error.raised_at(at))?;
        let cells = Cells {
            id: String::new(),
            shape,
            code,
            len,
            locked: false,
            witness: Witness::new(block.part(0, WITNESS_BYTES)),
            memory: block.part(WITNESS_BYTES, len * code.size()),
        };
        if let Init::Values(values) = init {
            for (index, value) in values.iter().enumerate() {
                cells.store(index, cells.encode(value, at)?);
            }
        }
        Ok(cells)
    }

    /// Gives the cells their identity and sends their `create` event; `lock` is the identity of
    /// their lock.
    pub(super) fn announce(&mut self, lock: Option<&str>, at: &'static Location<'static>) {
        let class = match (self.shape, lock) {
            (Shape::Array, Some(_)) => "Array",
            (Shape::Array, None) => "RawArray",
            (Shape::Value, Some(_)) => "Value",
            (Shape::Value, None) => "RawValue",
        };
        self.id = context::object_id(class);
        self.locked = lock.is_some();
        let code = self.code.code();
        tracer::created(&self.id, class, at, &|packet| {
            let values: Vec<String> = (0..self.len.min(SHOWN))
                .map(|index| repr(&self.load(index)))
                .collect();
            packet.text("typecode", code.encode_utf8(&mut [0; 4]));
            if let Some(lock) = lock {
                packet.text("of", lock);
            }
            match (self.shape, values.first()) {
                (Shape::Value, Some(value)) => packet.text("value", value),
                _ => packet.texts("values", &values),
            };
            if self.shape == Shape::Array {
                packet.int("n", i64::try_from(self.len).unwrap_or(i64::MAX));
            }
        });
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn is_locked(&self) -> bool {
        self.locked
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn code(&self) -> TypeCode {
        self.code
    }

    pub(super) fn witness(&self) -> &Witness {
        &self.witness
    }

    /// `type(self).__name__` with or without the wrapper that has the lock.
    pub(super) fn class_name(&self, wrapped: bool) -> String {
        let c_name = self.code.c_name();
        match (self.shape, wrapped) {
            (Shape::Array, true) if self.code == TypeCode::Char => "SynchronizedString".to_owned(),
            (Shape::Array, true) => "SynchronizedArray".to_owned(),
            (Shape::Array, false) => format!("{c_name}_Array_{}", self.len),
            (Shape::Value, true) => "Synchronized".to_owned(),
            (Shape::Value, false) => c_name.to_owned(),
        }
    }

    /// The bits of a value in these cells' type.
    ///
    /// # Errors
    /// `TypeError` for a value C has no such type for.
    #[inline]
    pub(super) fn encode(&self, value: &Object, at: &'static Location<'static>) -> Result<u64> {
        self.code
            .encode(value)
            .map_err(|(class, text)| Exception::at(class, text, at))
    }

    #[inline]
    pub(super) fn decode(&self, bits: u64) -> Object {
        self.code.decode(bits)
    }

    /// Reads an element. Its lock, where it has one, orders what comes before and after.
    #[inline]
    pub(super) fn load(&self, index: usize) -> Object {
        let size = self.code.size();
        let at = index * size;
        self.code.decode(match size {
            1 => u64::from(self.memory.u8(at).load(Ordering::Relaxed)),
            2 => u64::from(self.memory.u16(at).load(Ordering::Relaxed)),
            4 => u64::from(self.memory.u32(at).load(Ordering::Relaxed)),
            _ => self.memory.u64(at).load(Ordering::Relaxed),
        })
    }

    /// Writes an element; bits beyond its size are dropped.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "C drops the bits above")]
    pub(super) fn store(&self, index: usize, bits: u64) {
        let size = self.code.size();
        let at = index * size;
        match size {
            1 => self.memory.u8(at).store(bits as u8, Ordering::Relaxed),
            2 => self.memory.u16(at).store(bits as u16, Ordering::Relaxed),
            4 => self.memory.u32(at).store(bits as u32, Ordering::Relaxed),
            _ => self.memory.u64(at).store(bits, Ordering::Relaxed),
        }
    }
}

/// What cells hold at first.
pub(super) enum Init<'a> {
    Zeros(usize),
    Values(&'a [Object]),
}
