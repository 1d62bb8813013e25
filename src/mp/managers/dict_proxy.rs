//! `DictProxy`: a dict that lives in a manager's server. Each method is one request.

use super::methods::dict_methods;
use super::proxy::{proxy_methods, proxy_type};
use super::request::{Call, DictCall};
use crate::mp::exceptions::Result;
use crate::object::{Object, ProxyKind};
use crate::trace::OpName;

proxy_type!(
    /// A dict of a manager. `d[k] += 1` is a `get` and a `set`: two requests, between which another
    /// process may come.
    ///
    /// Every method fails with `BrokenPipeError`, `EOFError`, `ConnectionRefusedError` or
    /// `FileNotFoundError` when the server is gone, as CPython's do, and with `TypeError` for a key
    /// that can't be one.
    DictProxy,
    ProxyKind::Dict,
    OpName::DictCopy
);

impl DictProxy {
    dict_methods!(proxy_methods);
}

impl DictProxy {
    /// `not d`.
    #[track_caller]
    pub fn is_empty(&self) -> Result<bool> {
        self.len().map(|len| len == 0)
    }
}
