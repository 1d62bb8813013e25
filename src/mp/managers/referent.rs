//! `Referent`: an object as the server holds it, and what its methods do.
//!
//! Results, errors and their texts are those of Python's own dict and list, and of managers.py's
//! `Namespace`.

mod dict;
mod list;

use std::collections::BTreeMap;

use super::request::{DictCall, ListCall, NamespaceCall};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::object::{Object, ProxyKind};
use crate::mp::repr::push_repr;
use dict::Dict;
use list::List;

#[derive(Debug)]
pub(super) enum Referent {
    Dict(Dict),
    List(List),
    Namespace(BTreeMap<String, Object>),
}

impl Referent {
    /// A new object of this type made of `init`.
    pub(super) fn new(kind: ProxyKind, init: Object) -> Result<Referent> {
        match kind {
            ProxyKind::Dict => {
                let mut dict = Dict::default();
                dict.update(init)?;
                Ok(Referent::Dict(dict))
            }
            ProxyKind::List => {
                let mut list = List::default();
                list.extend(init)?;
                Ok(Referent::List(list))
            }
            ProxyKind::Namespace => {
                let Object::Dict(pairs) = init else {
                    let text = "Namespace.__init__() takes 1 positional argument but 2 were given";
                    return Err(Exception::types(text));
                };
                let named = pairs
                    .into_iter()
                    .map(|(name, value)| (name.to_string(), value));
                Ok(Referent::Namespace(named.collect()))
            }
        }
    }

    pub(super) fn dict(&mut self, call: DictCall) -> Result<Object> {
        match self {
            Referent::Dict(dict) => dict.answer(call),
            other => Err(other.no_method("dict")),
        }
    }

    pub(super) fn list(&mut self, call: ListCall) -> Result<Object> {
        match self {
            Referent::List(list) => list.answer(call),
            other => Err(other.no_method("list")),
        }
    }

    pub(super) fn namespace(&mut self, call: NamespaceCall) -> Result<Object> {
        let Referent::Namespace(attributes) = self else {
            return Err(self.no_method("Namespace"));
        };
        let missing = |name: &str| {
            let text = format!("'Namespace' object has no attribute '{name}'");
            Exception::new("AttributeError", text)
        };
        match call {
            NamespaceCall::Get(name) => {
                attributes.get(&name).cloned().ok_or_else(|| missing(&name))
            }
            NamespaceCall::Set(name, value) => {
                attributes.insert(name, value);
                Ok(Object::None)
            }
            NamespaceCall::Del(name) => match attributes.remove(&name) {
                Some(_) => Ok(Object::None),
                None => Err(missing(&name)),
            },
        }
    }

    /// A proxy of one type speaks to an object of its type, so this is never raised.
    fn no_method(&self, wanted: &str) -> Exception {
        Exception::new("AttributeError", format!("{self:?} is no {wanted}"))
    }

    /// `repr(referent)`.
    pub(super) fn repr(&self) -> String {
        match self {
            Referent::Dict(dict) => dict.repr(),
            Referent::List(list) => list.repr(),
            Referent::Namespace(attributes) => {
                let mut texts: Vec<String> = attributes
                    .iter()
                    .filter(|(name, _)| !name.starts_with('_'))
                    .map(|(name, value)| {
                        let mut text = format!("{name}=");
                        push_repr(&mut text, value, usize::MAX);
                        text
                    })
                    .collect();
                texts.sort();
                format!("Namespace({})", texts.join(", "))
            }
        }
    }
}
