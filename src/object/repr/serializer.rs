//! The serde serializer behind `repr`.
//!
//! Writes into one string and gives up as soon as that is longer than wanted, so that a value of a
//! million elements costs no more than the part that is shown.

use std::fmt;

use serde::ser::{self, Serialize};

use super::VERBATIM;
use super::scalar::{push_bytes, push_float, push_str};

/// Why writing stopped.
#[derive(Debug)]
pub(super) enum Fault {
    /// The text is longer than wanted.
    Full,
    /// The value would not be serialized.
    Refused(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Full => f.write_str("longer than wanted"),
            Fault::Refused(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Fault {}

impl ser::Error for Fault {
    fn custom<T: fmt::Display>(reason: T) -> Fault {
        Fault::Refused(reason.to_string())
    }
}

type Step = Result<(), Fault>;

/// The text so far and where it has to end.
pub(super) struct Writer<'a> {
    text: &'a mut String,
    end: usize,
    /// The str that comes next is written without quotes.
    verbatim: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(text: &'a mut String, end: usize) -> Writer<'a> {
        Writer {
            text,
            end,
            verbatim: false,
        }
    }

    fn push(&mut self, part: &str) -> Step {
        self.text.push_str(part);
        self.check()
    }

    fn check(&self) -> Step {
        if self.text.len() > self.end {
            Err(Fault::Full)
        } else {
            Ok(())
        }
    }

    fn int(&mut self, value: impl itoa::Integer) -> Step {
        self.push(itoa::Buffer::new().format(value))
    }

    /// `Shape.Round`.
    fn variant(&mut self, name: &str, variant: &str) -> Step {
        self.push(name)?;
        self.push(".")?;
        self.push(variant)
    }
}

/// The elements of a container: a separator before each but the first, the closing at the end.
pub(super) struct Parts<'r, 'a> {
    writer: &'r mut Writer<'a>,
    count: usize,
    /// A tuple of one is told from brackets by a comma.
    lone_comma: bool,
    close: &'static str,
}

impl<'a> Writer<'a> {
    fn parts(&mut self, open: &str, close: &'static str) -> Result<Parts<'_, 'a>, Fault> {
        self.push(open)?;
        Ok(Parts {
            writer: self,
            count: 0,
            lone_comma: false,
            close,
        })
    }
}

impl Parts<'_, '_> {
    fn next<T: Serialize + ?Sized>(&mut self, head: Option<&str>, value: &T) -> Step {
        if self.count > 0 {
            self.writer.push(", ")?;
        }
        self.count += 1;
        if let Some(head) = head {
            self.writer.push(head)?;
            self.writer.push("=")?;
        }
        value.serialize(&mut *self.writer)
    }

    fn finish(self) -> Step {
        if self.lone_comma && self.count == 1 {
            self.writer.push(",")?;
        }
        self.writer.push(self.close)
    }
}

macro_rules! ints {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Step { self.int(value) })*
    };
}

impl<'r, 'a> ser::Serializer for &'r mut Writer<'a> {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Parts<'r, 'a>;
    type SerializeTuple = Parts<'r, 'a>;
    type SerializeTupleStruct = Parts<'r, 'a>;
    type SerializeTupleVariant = Parts<'r, 'a>;
    type SerializeMap = Parts<'r, 'a>;
    type SerializeStruct = Parts<'r, 'a>;
    type SerializeStructVariant = Parts<'r, 'a>;

    ints!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_u128: u128
    );

    fn serialize_bool(self, value: bool) -> Step {
        self.push(if value { "True" } else { "False" })
    }

    fn serialize_f32(self, value: f32) -> Step {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Step {
        push_float(self.text, value);
        self.check()
    }

    fn serialize_char(self, value: char) -> Step {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Step {
        if std::mem::take(&mut self.verbatim) {
            return self.push(value);
        }
        push_str(self.text, value, self.end);
        self.check()
    }

    fn serialize_bytes(self, value: &[u8]) -> Step {
        push_bytes(self.text, value, self.end);
        self.check()
    }

    fn serialize_none(self) -> Step {
        self.push("None")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Step {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Step {
        self.push("None")
    }

    fn serialize_unit_struct(self, name: &'static str) -> Step {
        self.push(name)?;
        self.push("()")
    }

    fn serialize_unit_variant(self, name: &'static str, _: u32, variant: &'static str) -> Step {
        self.variant(name, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Step {
        if name == VERBATIM {
            self.verbatim = true;
            return value.serialize(self);
        }
        self.push(name)?;
        let mut parts = self.parts("(", ")")?;
        parts.next(None, value)?;
        parts.finish()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Step {
        self.variant(name, variant)?;
        let mut parts = self.parts("(", ")")?;
        parts.next(None, value)?;
        parts.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Fault> {
        self.parts("[", "]")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Fault> {
        let mut parts = self.parts("(", ")")?;
        parts.lone_comma = true;
        Ok(parts)
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Fault> {
        self.push(name)?;
        self.parts("(", ")")
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Fault> {
        self.variant(name, variant)?;
        self.parts("(", ")")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Fault> {
        self.parts("{", "}")
    }

    fn serialize_struct(
        self,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, Fault> {
        self.push(name)?;
        self.parts("(", ")")
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Fault> {
        self.variant(name, variant)?;
        self.parts("(", ")")
    }
}

macro_rules! elements {
    ($($trait:ident::$method:ident),*) => {
        $(impl ser::$trait for Parts<'_, '_> {
            type Ok = ();
            type Error = Fault;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Step {
                self.next(None, value)
            }

            fn end(self) -> Step {
                self.finish()
            }
        })*
    };
}
elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl ser::$trait for Parts<'_, '_> {
            type Ok = ();
            type Error = Fault;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Step {
                self.next(Some(key), value)
            }

            fn end(self) -> Step {
                self.finish()
            }
        })*
    };
}
fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Parts<'_, '_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Step {
        self.next(None, key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Step {
        self.writer.push(": ")?;
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Step {
        self.finish()
    }
}
