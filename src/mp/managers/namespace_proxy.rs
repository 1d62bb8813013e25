//! `NamespaceProxy`: attributes that live in a manager's server. Each access is one request.

use std::panic::Location;

use super::proxy::{Gives, proxy_type};
use super::request::{NamespaceCall, Request};
use crate::mp::exceptions::Result;
use crate::mp::object::{Object, ProxyKind};
use crate::mp::repr::repr;
use crate::mp::tracer::Fill;
use crate::trace::OpName;

proxy_type!(
    /// A namespace of a manager. `n.x += 1` is a `get` and a `set`, as for a dict.
    ///
    /// Every method fails with `BrokenPipeError`, `EOFError`, `ConnectionRefusedError` or
    /// `FileNotFoundError` when the server is gone, as CPython's do.
    NamespaceProxy,
    ProxyKind::Namespace,
    OpName::NamespaceGet
);

impl NamespaceProxy {
    #[track_caller]
    fn call(
        &self,
        op: OpName,
        gives: Gives,
        name: &str,
        value: Option<&Object>,
        call: NamespaceCall,
    ) -> Result<Object> {
        let args: Fill<'_> = &|packet| {
            packet.text("key", name);
            if let Some(value) = value {
                packet.text("value", &repr(value));
            }
        };
        let request = Request::Namespace(self.0.ident(), call);
        self.0.call(op, gives, args, &request, Location::caller())
    }

    /// `n.name`.
    ///
    /// # Errors
    /// `AttributeError` where there is none; see the type.
    #[track_caller]
    pub fn get(&self, name: &str) -> Result<Object> {
        let call = NamespaceCall::Get(name.to_owned());
        self.call(OpName::NamespaceGet, Gives::Value, name, None, call)
    }

    /// `n.name = value`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn set(&self, name: &str, value: impl Into<Object>) -> Result<()> {
        let value = value.into();
        let call = NamespaceCall::Set(name.to_owned(), value.clone());
        self.call(
            OpName::NamespaceSet,
            Gives::Nothing,
            name,
            Some(&value),
            call,
        )
        .map(drop)
    }

    /// `del n.name`.
    ///
    /// # Errors
    /// `AttributeError` where there is none; see the type.
    #[track_caller]
    pub fn del(&self, name: &str) -> Result<()> {
        let call = NamespaceCall::Del(name.to_owned());
        self.call(OpName::NamespaceDel, Gives::Nothing, name, None, call)
            .map(drop)
    }
}
