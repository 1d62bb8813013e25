//! `Referent`: an object as the server holds it, and what its methods do.
//!
//! Results, errors and their texts are those of Python's own dict and list, and of managers.py's
//! `Namespace`. Which methods there are stands in the proxies' tables (`methods`).

/// The call of a referent's methods, from its class's table.
macro_rules! answers {
    (
        $class:ident $call:ident;
        $($(#[$doc:meta])* $op:ident = $name:ident($($arg:ident),*) -> $returns:ty;)*
    ) => {
        /// Calls the method.
        pub(super) fn answer(&mut self, call: $call) -> Result<Object> {
            match call {
                $($call::$name($($arg),*) => self.$name($($arg),*).map(Object::from),)*
            }
        }
    };
}

mod dict;
mod list;
mod namespace;

pub(super) use dict::Dict;
pub(super) use list::List;
pub(super) use namespace::Namespace;

use super::request::Call;
use crate::mp::exceptions::{Exception, Result};
use crate::object::{Object, ProxyKind};

#[derive(Debug)]
pub(super) enum Referent {
    Dict(Dict),
    List(List),
    Namespace(Namespace),
}

impl Referent {
    /// A new object of this type made of `init`.
    pub(super) fn new(kind: ProxyKind, init: Object) -> Result<Referent> {
        Ok(match kind {
            ProxyKind::Dict => {
                let mut dict = Dict::default();
                dict.update(init)?;
                Referent::Dict(dict)
            }
            ProxyKind::List => {
                let mut list = List::default();
                list.extend(init)?;
                Referent::List(list)
            }
            ProxyKind::Namespace => Referent::Namespace(Namespace::new(init)?),
        })
    }

    /// Calls a method.
    pub(super) fn answer(&mut self, call: Call) -> Result<Object> {
        match (self, call) {
            (Referent::Dict(dict), Call::Dict(call)) => dict.answer(call),
            (Referent::List(list), Call::List(call)) => list.answer(call),
            (Referent::Namespace(names), Call::Namespace(call)) => names.answer(call),
            (referent, Call::Repr) => Ok(referent.repr().into()),
            // A proxy of one type speaks to an object of its type, so this is never raised.
            (referent, call) => {
                let text = format!("{referent:?} has no {call:?}");
                Err(Exception::new("AttributeError", text))
            }
        }
    }

    /// `repr(referent)`.
    fn repr(&self) -> String {
        match self {
            Referent::Dict(dict) => dict.repr(),
            Referent::List(list) => list.repr(),
            Referent::Namespace(names) => names.repr(),
        }
    }
}
