//! How a value of the domain stands in a line, and how a kind of event is made of such values.
//!
//! `Value` is one JSON value, `Field` a value or none, `Fields` what a kind has beside its name.
//! The table of kinds (`event`) is built on these; nothing here knows a kind.

use super::event::PsRow;
use super::line::Line;
use super::look::{PipeLook, ThreadLook};
use super::note::FindingNote;
use super::packet::{Packet, push_int, push_list, push_quoted};

/// One JSON value.
pub(super) trait Value {
    fn write(&self, buf: &mut Vec<u8>);

    /// Whether the field is left out although there is a value.
    fn is_left_out(&self) -> bool {
        false
    }

    /// Every text in it that may be cut.
    fn each_text(&mut self, _: &mut dyn FnMut(&mut String)) {}
}

/// A field: read from what stands in a `Line`, written under its key.
pub(super) trait Field {
    type Wire;

    fn read(wire: Option<Self::Wire>) -> Self;

    fn write(&self, key: &str, packet: &mut Packet<'_>);

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String));
}

/// What a kind of event has beside its name.
pub(super) trait Fields: Sized {
    /// `None` for what this kind can't be made of.
    fn read(line: &mut Line<'_>) -> Option<Self>;

    fn write(&self, packet: &mut Packet<'_>);

    /// Every text in it that may be cut: what bounds a recording made to harm.
    fn each_text(&mut self, each: &mut dyn FnMut(&mut String));
}

/// A field every event of its kind has; absent where somebody else left it out.
impl<T: Value + Default> Field for T {
    type Wire = T;

    fn read(wire: Option<T>) -> T {
        wire.unwrap_or_default()
    }

    fn write(&self, key: &str, packet: &mut Packet<'_>) {
        if !self.is_left_out() {
            packet.value(key, self);
        }
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        Value::each_text(self, each);
    }
}

impl<T: Value> Field for Option<T> {
    type Wire = T;

    fn read(wire: Option<T>) -> Option<T> {
        wire
    }

    fn write(&self, key: &str, packet: &mut Packet<'_>) {
        if let Some(value) = self.as_ref().filter(|value| !value.is_left_out()) {
            packet.value(key, value);
        }
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        if let Some(value) = self {
            value.each_text(each);
        }
    }
}

impl<T: Fields> Fields for Box<T> {
    fn read(line: &mut Line<'_>) -> Option<Box<T>> {
        T::read(line).map(Box::new)
    }

    fn write(&self, packet: &mut Packet<'_>) {
        (**self).write(packet);
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        (**self).each_text(each);
    }
}

/// The fields of a struct, in the order they are written.
macro_rules! fields {
    ($type:ident { $($field:ident),* $(,)? }) => {
        impl $crate::trace::field::Fields for $type {
            fn read(line: &mut $crate::trace::line::Line<'_>) -> Option<$type> {
                Some($type { $($field: $crate::trace::field::Field::read(line.$field.take())),* })
            }

            fn write(&self, packet: &mut $crate::trace::packet::Packet<'_>) {
                let $type { $($field),* } = self;
                $($crate::trace::field::Field::write($field, stringify!($field), packet);)*
            }

            fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
                $($crate::trace::field::Field::each_text(&mut self.$field, each);)*
            }
        }
    };
}
pub(super) use fields;

impl Value for str {
    fn write(&self, buf: &mut Vec<u8>) {
        push_quoted(buf, self);
    }
}

impl Value for String {
    fn write(&self, buf: &mut Vec<u8>) {
        push_quoted(buf, self);
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        each(self);
    }
}

impl Value for bool {
    fn write(&self, buf: &mut Vec<u8>) {
        buf.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

/// What is not finite has no JSON and is left out.
impl Value for f64 {
    fn write(&self, buf: &mut Vec<u8>) {
        to_json(buf, self);
    }

    fn is_left_out(&self) -> bool {
        !self.is_finite()
    }
}

impl Value for Vec<String> {
    fn write(&self, buf: &mut Vec<u8>) {
        push_list(buf, self);
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        self.iter_mut().for_each(each);
    }
}

impl Value for Vec<PsRow> {
    fn write(&self, buf: &mut Vec<u8>) {
        push_list(buf, self);
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        for row in self {
            row.texts().into_iter().for_each(&mut *each);
        }
    }
}

/// PIDs: no list where there are none.
impl Value for Vec<i32> {
    fn write(&self, buf: &mut Vec<u8>) {
        push_list(buf, self);
    }

    fn is_left_out(&self) -> bool {
        self.is_empty()
    }
}

impl Value for Vec<ThreadLook> {
    fn write(&self, buf: &mut Vec<u8>) {
        push_list(buf, self);
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        for thread in self {
            each(&mut thread.state);
            each(&mut thread.call);
            thread.on.iter_mut().for_each(&mut *each);
            thread.shared.iter_mut().for_each(&mut *each);
        }
    }
}

impl Value for Vec<PipeLook> {
    fn write(&self, buf: &mut Vec<u8>) {
        push_list(buf, self);
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        for pipe in self {
            each(&mut pipe.pipe);
        }
    }
}

impl Value for ThreadLook {
    fn write(&self, buf: &mut Vec<u8>) {
        to_json(buf, self);
    }
}

impl Value for PipeLook {
    fn write(&self, buf: &mut Vec<u8>) {
        to_json(buf, self);
    }
}

impl Value for Box<FindingNote> {
    fn write(&self, buf: &mut Vec<u8>) {
        to_json(buf, self);
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        self.texts().for_each(each);
    }
}

impl Value for PsRow {
    fn write(&self, buf: &mut Vec<u8>) {
        to_json(buf, self);
    }
}

impl Value for [u64; 2] {
    fn write(&self, buf: &mut Vec<u8>) {
        push_list(buf, self);
    }
}

/// Writing structs of strings and numbers into a `Vec` does not fail.
fn to_json(buf: &mut Vec<u8>, value: &impl serde::Serialize) {
    let _ = serde_json::to_writer(buf, value);
}

macro_rules! numbers {
    ($($number:ident)*) => {$(
        impl Value for $number {
            fn write(&self, buf: &mut Vec<u8>) {
                push_int(buf, *self);
            }
        }
    )*};
}
numbers!(u32 i32 u64 i64);
