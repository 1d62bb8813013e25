//! `NamespaceProxy`: attributes that live in a manager's server. Each access is one request.

use super::methods::methods;
use super::proxy::proxy_type;
use super::referent::Namespace;
use crate::object::{Object, ProxyKind};
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

methods! {
    NamespaceProxy, Namespace(NamespaceCall), Namespace;

    /// `n.name`; `AttributeError` where there is none.
    NamespaceGet = get(name) -> Object;

    /// `n.name = value`.
    NamespaceSet = set(name, value) -> ();

    /// `del n.name`; `AttributeError` where there is none.
    NamespaceDel = del(name) -> ();
}
