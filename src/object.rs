//! `Object`: a value of one of Python's plain types, and what Python does with it.
//!
//! Used for values of any type: elements of an `Array`, entries of a manager's dict, parameters and
//! expressions of a lesson, values in a recording. Owns the types, their names and their truth.
//! `convert` makes them from Rust values; `compare` has Python's equality, order and hash (CPython:
//! Objects/longobject.c, floatobject.c); `repr` prints them and any other serde value; `parse` reads
//! that back. It is not a class system: there are these types and proxies, nothing else.

mod compare;
mod convert;
mod parse;
mod repr;

pub(crate) use compare::{Key, compare, hashable};
pub(crate) use repr::{LONGEST_REPR, Repr};
pub use repr::{push_repr, repr, repr_whole};

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::ser::{SerializeMap as _, SerializeTuple as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use repr::VERBATIM;

/// A value of one of Python's plain types.
///
/// `Display` is Python's `str`; `repr` returns its `repr`. Equality is Python's: `1 == 1.0 == True`.
/// As a serde value it has two forms: an enum in binary formats (between processes), and Python's own
/// shapes in `repr` and JSON. From JSON come back None, bool, int, float, str and list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub enum Object {
    #[default]
    None,
    Bool(bool),
    /// An int. Python's are unbounded; these have 128 bits.
    Int(i128),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    List(Vec<Object>),
    Tuple(Vec<Object>),
    /// Pairs in the order of insertion, no key twice.
    Dict(Vec<(Object, Object)>),
    /// A proxy of an object in a manager's server.
    Proxy(Box<ProxyRef>),
}

/// The referent of a proxy: what any process of the run needs to make one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProxyRef {
    /// Path of the server's socket.
    pub(crate) address: String,
    /// The referent's number in its server, from 1.
    pub(crate) ident: u64,
    pub(crate) kind: ProxyKind,
    /// Identity in the run: `DictProxy-1`.
    pub(crate) id: String,
}

/// The types a manager's server holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum ProxyKind {
    Dict,
    List,
    Namespace,
}

impl ProxyKind {
    /// The proxy's class.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            ProxyKind::Dict => "DictProxy",
            ProxyKind::List => "ListProxy",
            ProxyKind::Namespace => "NamespaceProxy",
        }
    }

    /// The name under which the manager registers the type.
    pub(crate) const fn typeid(self) -> &'static str {
        match self {
            ProxyKind::Dict => "dict",
            ProxyKind::List => "list",
            ProxyKind::Namespace => "Namespace",
        }
    }
}

impl Object {
    /// `type(value).__name__`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Object::None => "NoneType",
            Object::Bool(_) => "bool",
            Object::Int(_) => "int",
            Object::Float(_) => "float",
            Object::Str(_) => "str",
            Object::Bytes(_) => "bytes",
            Object::List(_) => "list",
            Object::Tuple(_) => "tuple",
            Object::Dict(_) => "dict",
            Object::Proxy(proxy) => proxy.kind.class(),
        }
    }

    /// The value as an int: an int, or a bool, which is an int in Python.
    pub(crate) fn integer(&self) -> Option<i128> {
        match self {
            Object::Int(value) => Some(*value),
            Object::Bool(value) => Some(i128::from(*value)),
            _ => None,
        }
    }

    /// The value as an int, if it fits into 64 bits.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        self.integer().and_then(|value| i64::try_from(value).ok())
    }

    /// The number as a C double.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        reason = "as in Python, a large int is rounded"
    )]
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Object::Float(value) => Some(*value),
            _ => self.integer().map(|value| value as f64),
        }
    }

    /// The value's truth in Python.
    #[must_use]
    pub fn truth(&self) -> bool {
        match self {
            Object::None => false,
            Object::Bool(value) => *value,
            Object::Int(value) => *value != 0,
            Object::Float(value) => *value != 0.0,
            Object::Str(text) => !text.is_empty(),
            Object::Bytes(bytes) => !bytes.is_empty(),
            Object::List(items) | Object::Tuple(items) => !items.is_empty(),
            Object::Dict(pairs) => !pairs.is_empty(),
            Object::Proxy(_) => true,
        }
    }

    /// `repr(value)`, whatever its length.
    #[must_use]
    pub fn repr(&self) -> String {
        repr_whole(self)
    }

    /// The text of a str.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Object::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The items of an iteration: the elements of a list or tuple, the keys of a dict, the characters
    /// of a str, the numbers of a bytes. `None` if the value is not iterable.
    pub fn into_items(self) -> Option<Vec<Object>> {
        Some(match self {
            Object::List(items) | Object::Tuple(items) => items,
            Object::Dict(pairs) => pairs.into_iter().map(|(key, _)| key).collect(),
            Object::Str(text) => text.chars().map(Object::from).collect(),
            Object::Bytes(bytes) => bytes.into_iter().map(Object::from).collect(),
            _ => return None,
        })
    }

    /// The error message where an int was expected.
    pub(crate) fn no_integer(&self) -> String {
        format!(
            "'{}' object cannot be interpreted as an integer",
            self.type_name()
        )
    }
}

/// Python's `str`.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::Str(text) => f.pad(text),
            other => f.pad(&repr_whole(other)),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return Object::serialize(self, serializer);
        }
        match self {
            Object::None => serializer.serialize_unit(),
            Object::Bool(value) => serializer.serialize_bool(*value),
            Object::Int(value) => serializer.serialize_i128(*value),
            Object::Float(value) => serializer.serialize_f64(*value),
            Object::Str(text) => serializer.serialize_str(text),
            Object::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Object::List(items) => serializer.collect_seq(items),
            Object::Tuple(items) => {
                let mut tuple = serializer.serialize_tuple(items.len())?;
                for item in items {
                    tuple.serialize_element(item)?;
                }
                tuple.end()
            }
            Object::Dict(pairs) => {
                let mut map = serializer.serialize_map(Some(pairs.len()))?;
                for (key, value) in pairs {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Object::Proxy(proxy) => {
                serializer.serialize_newtype_struct(VERBATIM, &proxy.to_string())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(Plain)
        } else {
            Object::deserialize(deserializer)
        }
    }
}

/// Reads a value from a self-describing format.
struct Plain;

impl<'de> Visitor<'de> for Plain {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, a number, a string or a list of these")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Object, E> {
        Ok(Object::None)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Object, E> {
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Object, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Object, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Object, E> {
        Ok(value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Object, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Object, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Object::List(items))
    }
}

/// The `repr` of the proxy. The address stands where CPython prints that of the object.
impl fmt::Display for ProxyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<{} object, typeid '{}' at {:p}>",
            self.kind.class(),
            self.kind.typeid(),
            self
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Object, ProxyKind, ProxyRef};
    use crate::object::repr;

    fn sample() -> Object {
        Object::from([
            Object::None,
            true.into(),
            (-3).into(),
            1.5.into(),
            "it's".into(),
            b"\x00x".into(),
            Object::from((1, "a")),
            Object::dict([("k", vec![1, 2])]),
        ])
    }

    #[test]
    fn it_prints_as_python_prints() {
        let text = r#"[None, True, -3, 1.5, "it's", b'\x00x', (1, 'a'), {'k': [1, 2]}]"#;
        assert_eq!(sample().to_string(), text);
        assert_eq!(repr(&sample()), text);
        assert_eq!(Object::from("it's").to_string(), "it's");
        assert_eq!(
            format!("{:>4}|{:<3}|", Object::from(7), Object::from("x")),
            "   7|x  |"
        );
        let proxy = ProxyRef {
            address: "/x".to_owned(),
            ident: 1,
            kind: ProxyKind::List,
            id: "ListProxy-1".to_owned(),
        };
        let text = Object::from([Object::Proxy(Box::new(proxy))]).to_string();
        assert!(
            text.starts_with("[<ListProxy object, typeid 'list' at 0x"),
            "{text}"
        );
    }

    #[test]
    fn it_crosses_processes_whole() {
        let bytes = postcard::to_allocvec(&sample()).expect("it can be written");
        let again: Object = postcard::from_bytes(&bytes).expect("it can be read");
        assert_eq!(format!("{again:?}"), format!("{:?}", sample()));
    }

    #[test]
    fn numbers_come_out_as_rust_numbers() {
        assert_eq!(Object::from(true).as_int(), Some(1));
        assert_eq!(Object::from(2).as_float(), Some(2.0));
        assert_eq!(Object::from("1").as_int(), None);
        assert_eq!(Object::from(1_i128 << 70).as_int(), None);
        assert_eq!(Object::None.as_float(), None);
    }

    #[test]
    fn what_is_empty_or_zero_is_not_true() {
        let empty = [
            Object::from(""),
            b"".into(),
            Object::from(()),
            0.into(),
            false.into(),
        ];
        assert!(empty.iter().all(|value| !value.truth()));
        let full = [
            Object::from(" "),
            0.5.into(),
            [0].into(),
            (0,).into(),
            true.into(),
        ];
        assert!(full.iter().all(Object::truth));
        assert!(!Object::List(Vec::new()).truth() && !Object::Dict(Vec::new()).truth());
    }

    #[test]
    fn json_goes_there_and_back() {
        let json = r#"[null,true,-3,0.5,"x",[1]]"#;
        let value: Object = serde_json::from_str(json).expect("JSON");
        assert_eq!(serde_json::to_string(&value).expect("JSON"), json);
    }
}
