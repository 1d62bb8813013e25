//! Slices of an `Array`, and the `value` and `raw` of bytes: several elements as one access.

use std::ops::{Bound, RangeBounds};
use std::panic::Location;

use super::Array;
use crate::mp::exceptions::{Exception, Result};
use crate::mp::sharedctypes::typecode::TypeCode;
use crate::mp::tracer::{self, Ended, Fill};
use crate::object::Object;
use crate::object::repr;
use crate::trace::OpName;

impl Array {
    /// `a[range]`: a list; bytes of a 'c', a str of a 'u'. The lock is taken once.
    #[track_caller]
    pub fn slice(&self, range: impl RangeBounds<i64>) -> Object {
        let (start, end) = self.bounds(&range);
        self.read(start, end, Location::caller())
    }

    /// `a[range] = values`. The lock is taken once.
    ///
    /// # Errors
    /// `ValueError` for another number of values, or for what has no length; `TypeError` for a value
    /// the C type can't hold, those before it having been written.
    #[track_caller]
    pub fn set_slice(&self, range: impl RangeBounds<i64>, values: impl Into<Object>) -> Result<()> {
        let (start, end) = self.bounds(&range);
        let values = values
            .into()
            .into_items()
            .filter(|values| values.len() == end - start);
        self.write(start, values.as_deref(), Location::caller())
    }

    /// `a.value` of a 'c': its bytes up to the first NUL.
    ///
    /// # Errors
    /// `AttributeError` for another type.
    #[track_caller]
    pub fn value(&self) -> Result<Vec<u8>> {
        let mut bytes = self.bytes("value")?;
        bytes.truncate(
            bytes
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(bytes.len()),
        );
        Ok(bytes)
    }

    /// `a.raw` of a 'c': all its bytes.
    #[track_caller]
    pub fn raw_bytes(&self) -> Result<Vec<u8>> {
        self.bytes("raw")
    }

    /// `a.value = bytes` of a 'c': a NUL follows where there is room.
    ///
    /// # Errors
    /// As `value`; `ValueError` for more bytes than there are elements.
    #[track_caller]
    pub fn set_value(&self, bytes: &[u8]) -> Result<()> {
        self.set_bytes("value", bytes)
    }

    /// `a.raw = bytes` of a 'c'.
    #[track_caller]
    pub fn set_raw_bytes(&self, bytes: &[u8]) -> Result<()> {
        self.set_bytes("raw", bytes)
    }

    #[track_caller]
    fn bytes(&self, attribute: &str) -> Result<Vec<u8>> {
        if self.0.cells.code() != TypeCode::Char {
            return Err(self.0.missing(attribute));
        }
        Ok(match self.read(0, self.len(), Location::caller()) {
            Object::Bytes(bytes) => bytes,
            _ => Vec::new(),
        })
    }

    #[track_caller]
    fn set_bytes(&self, attribute: &str, bytes: &[u8]) -> Result<()> {
        if self.0.cells.code() != TypeCode::Char {
            return Err(self.0.missing(attribute));
        }
        if bytes.len() > self.len() {
            return Err(Exception::value("byte string too long"));
        }
        let end = (attribute == "value" && bytes.len() < self.len()).then_some(&0);
        let values = bytes
            .iter()
            .chain(end)
            .map(|byte| Object::from(*byte))
            .collect::<Vec<_>>();
        self.write(0, Some(&values), Location::caller())
    }

    /// Elements from `start` to before `end`, as one access.
    fn read(&self, start: usize, end: usize, at: &'static Location<'static>) -> Object {
        let args: Fill<'_> = &|packet| {
            packet.int("index", int(start)).int("n", int(end - start));
        };
        self.0.access(OpName::GetSlice, args, at, |call, ver| {
            let values = (start..end).map(|index| self.0.cells.load(index));
            let values = self.joined(values.collect());
            call.done(ver, Ended::Value(&values));
            values
        })
    }

    /// Writes elements from `start` on, as one access; `None` are values of another number.
    fn write(
        &self,
        start: usize,
        values: Option<&[Object]>,
        at: &'static Location<'static>,
    ) -> Result<()> {
        let cells = &self.0.cells;
        let args: Fill<'_> = &|packet| {
            packet.int("index", int(start));
        };
        self.0.access(OpName::SetSlice, args, at, |call, ver| {
            let (bits, error) = self.encode_all(values, at);
            let written: Fill<'_> = &|packet| {
                let stored: Vec<String> =
                    bits.iter().map(|bits| repr(&cells.decode(*bits))).collect();
                packet.texts("values", &stored);
            };
            match &error {
                None => call.done_with(ver, written, Ended::Plain),
                Some(error) if bits.is_empty() => call.done(ver, Ended::Raised(error)),
                Some(error) => {
                    // The values before the one that does not fit are written: they get an event of
                    // their own.
                    tracer::note(OpName::SetSlice, cells.id(), Some(ver), at, &|packet| {
                        args(packet);
                        written(packet);
                    });
                    call.done(None, Ended::Raised(error));
                }
            }
            for (index, bits) in bits.iter().enumerate() {
                cells.store(start + index, *bits);
            }
            error.map_or(Ok(()), Err)
        })
    }

    /// The bits of the values up to the first that does not fit, and why it does not.
    fn encode_all(
        &self,
        values: Option<&[Object]>,
        at: &'static Location<'static>,
    ) -> (Vec<u64>, Option<Exception>) {
        let mut bits = Vec::new();
        let Some(values) = values else {
            let text = "Can only assign sequence of same size";
            return (bits, Some(Exception::at("ValueError", text, at)));
        };
        for value in values {
            match self.0.cells.encode(value, at) {
                Ok(one) => bits.push(one),
                Err(error) => return (bits, Some(error)),
            }
        }
        (bits, None)
    }

    /// Elements as a slice gives them.
    fn joined(&self, values: Vec<Object>) -> Object {
        match self.0.cells.code() {
            TypeCode::Char => {
                let bytes = values.into_iter().flat_map(|value| match value {
                    Object::Bytes(bytes) => bytes,
                    _ => Vec::new(),
                });
                Object::Bytes(bytes.collect())
            }
            TypeCode::WideChar => Object::Str(values.iter().filter_map(Object::as_str).collect()),
            _ => Object::List(values),
        }
    }

    /// Python's reading of a slice's ends: negative ones count from the end, what lies outside is
    /// moved to the nearest place inside.
    fn bounds(&self, range: &impl RangeBounds<i64>) -> (usize, usize) {
        let len = int(self.len());
        let inside = |index: i64| {
            let index = if index < 0 {
                index.saturating_add(len)
            } else {
                index
            };
            index.clamp(0, len)
        };
        let start = match range.start_bound() {
            Bound::Included(start) => inside(*start),
            Bound::Excluded(start) => inside(start.saturating_add(1)),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            // Up to and with the last.
            Bound::Included(-1) | Bound::Unbounded => len,
            Bound::Included(end) => inside(end.saturating_add(1)),
            Bound::Excluded(end) => inside(*end),
        };
        let place = |index: i64| usize::try_from(index).unwrap_or(0);
        (place(start), place(end.max(start)))
    }
}

fn int(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
