//! `NamespaceProxy`: attributes that live in a manager's server. Each access is one request.

use super::methods::namespace_methods;
use super::proxy::{proxy_methods, proxy_type};
use super::request::{Call, NamespaceCall};
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

impl NamespaceProxy {
    namespace_methods!(proxy_methods);
}
