//! `Object`: a value of Python's plain types, for what takes values of any type: elements of an
//! `Array`, keys and values of a manager's dict.
//!
//! Owns the types, their names and how they are printed; `convert` makes them from Rust values,
//! `compare` has Python's equality, order and hash. It refuses to be a class system: there are these
//! types and proxies, nothing else.

mod compare;
mod convert;

pub(crate) use compare::{Key, compare, hashable};

use std::fmt;

use serde::ser::{SerializeMap as _, SerializeTuple as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::exceptions::{Exception, Result};
use super::repr::{VERBATIM, repr_whole};

/// A value of one of Python's plain types.
///
/// `Display` is Python's `str`; `mp::repr` gives its `repr`. Equality is Python's: `1 == 1.0 == True`.
/// As a serde value it has two forms: an enum for formats that are not read by people (what crosses
/// processes), Python's own shapes for `repr`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub enum Object {
    #[default]
    None,
    Bool(bool),
    /// An int; Python's have no bound, these have 128 bits.
    Int(i128),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    List(Vec<Object>),
    Tuple(Vec<Object>),
    /// Pairs in the order of insertion, no key twice.
    Dict(Vec<(Object, Object)>),
    /// A proxy of an object that lives in a manager's server.
    Proxy(Box<ProxyRef>),
}

/// What a proxy is a proxy of; enough to make one in any process of the run.
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

    /// The name the manager has the type under.
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

    /// The int this is: an int itself, or a bool, which Python counts as one.
    pub(crate) fn integer(&self) -> Option<i128> {
        match self {
            Object::Int(value) => Some(*value),
            Object::Bool(value) => Some(i128::from(*value)),
            _ => None,
        }
    }

    /// The number as an `i64`.
    ///
    /// # Errors
    /// `TypeError` for what is no int; `OverflowError` beyond 64 bits.
    #[track_caller]
    pub fn as_int(&self) -> Result<i64> {
        let Some(value) = self.integer() else {
            return Err(Exception::types(self.no_integer()));
        };
        i64::try_from(value).map_err(|_| {
            Exception::new("OverflowError", "Python int too large to convert to C long")
        })
    }

    /// The number as an `f64`.
    ///
    /// # Errors
    /// `TypeError` for what is no number.
    #[track_caller]
    pub fn as_float(&self) -> Result<f64> {
        self.float().ok_or_else(|| {
            Exception::types(format!("must be real number, not {}", self.type_name()))
        })
    }

    /// The number as C's double holds it.
    #[allow(
        clippy::cast_precision_loss,
        reason = "as in Python, a large int is rounded"
    )]
    pub(crate) fn float(&self) -> Option<f64> {
        match self {
            Object::Float(value) => Some(*value),
            _ => self.integer().map(|value| value as f64),
        }
    }

    /// The text of a str.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Object::Str(text) => Some(text),
            _ => None,
        }
    }

    /// What iterating over it gives: the elements of a list or tuple, the keys of a dict, the
    /// characters of a str, the numbers of bytes; `None` for what can't be iterated over.
    pub fn into_items(self) -> Option<Vec<Object>> {
        Some(match self {
            Object::List(items) | Object::Tuple(items) => items,
            Object::Dict(pairs) => pairs.into_iter().map(|(key, _)| key).collect(),
            Object::Str(text) => text.chars().map(Object::from).collect(),
            Object::Bytes(bytes) => bytes.into_iter().map(Object::from).collect(),
            _ => return None,
        })
    }

    /// Words of the error for what should have been an int.
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
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
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
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Object, D::Error> {
        Object::deserialize(deserializer)
    }
}

/// The `repr` of the proxy; the address is where CPython has the object's.
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
    use crate::mp::repr::repr;

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
        assert_eq!(Object::from(true).as_int(), Ok(1));
        assert_eq!(Object::from(2).as_float(), Ok(2.0));
        let texts = [
            Object::from("x").as_int().map(drop),
            Object::from(1_i128 << 70).as_int().map(drop),
            Object::None.as_float().map(drop),
        ]
        .map(|result| result.expect_err("no such number").to_string());
        assert_eq!(
            texts,
            [
                "TypeError: 'str' object cannot be interpreted as an integer",
                "OverflowError: Python int too large to convert to C long",
                "TypeError: must be real number, not NoneType",
            ]
        );
    }
}
