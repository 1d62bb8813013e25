//! The server's namespace: attributes by name (CPython: managers.py, `Namespace`).

use std::collections::BTreeMap;

use crate::mp::exceptions::{Exception, Result};
use crate::mp::managers::methods::namespace_methods;
use crate::mp::managers::request::NamespaceCall;
use crate::object::Object;
use crate::object::repr_whole;

#[derive(Debug)]
pub(crate) struct Namespace(BTreeMap<String, Object>);

#[allow(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "the table of methods calls all of them alike"
)]
impl Namespace {
    namespace_methods!(answers);

    /// `Namespace(name=value, …)`, the names given as a dict.
    pub(super) fn new(init: Object) -> Result<Namespace> {
        let Object::Dict(pairs) = init else {
            let text = "Namespace.__init__() takes 1 positional argument but 2 were given";
            return Err(Exception::types(text));
        };
        let named = pairs
            .into_iter()
            .map(|(name, value)| (name.to_string(), value));
        Ok(Namespace(named.collect()))
    }

    pub(super) fn get(&mut self, name: Object) -> Result<Object> {
        let name = name.to_string();
        self.0.get(&name).cloned().ok_or_else(|| missing(&name))
    }

    pub(super) fn set(&mut self, name: Object, value: Object) -> Result<()> {
        self.0.insert(name.to_string(), value);
        Ok(())
    }

    pub(super) fn del(&mut self, name: Object) -> Result<()> {
        let name = name.to_string();
        let gone = self.0.remove(&name);
        gone.map(drop).ok_or_else(|| missing(&name))
    }

    pub(super) fn repr(&self) -> String {
        let shown = self.0.iter().filter(|(name, _)| !name.starts_with('_'));
        let mut texts: Vec<String> = shown
            .map(|(name, value)| format!("{name}={}", repr_whole(value)))
            .collect();
        texts.sort();
        format!("Namespace({})", texts.join(", "))
    }
}

fn missing(name: &str) -> Exception {
    let text = format!("'Namespace' object has no attribute '{name}'");
    Exception::new("AttributeError", text)
}
