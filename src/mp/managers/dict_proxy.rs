//! `DictProxy`: a dict that lives in a manager's server. Each method is one request.

use super::methods::methods;
use super::proxy::proxy_type;
use super::referent::Dict;
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

methods! {
    DictProxy, Dict(DictCall), Dict;

    /// `d[key] = value`.
    DictSet = set(key, value) -> ();

    /// `d[key]`; `KeyError` where there is no such key.
    DictGet = get(key) -> Object;

    /// `d.get(key, default)`.
    DictGet = get_or(key, default) -> Object;

    /// `del d[key]`; `KeyError` where there is no such key.
    DictDel = del(key) -> ();

    /// `d.pop(key)`; `KeyError` where there is no such key.
    DictPop = pop(key) -> Object;

    /// `d.pop(key, default)`.
    DictPop = pop_or(key, default) -> Object;

    /// `d.popitem()`: the pair inserted last; `KeyError` where there is none.
    DictPop = popitem() -> Object;

    /// `d.setdefault(key, value)`.
    DictSetDefault = setdefault(key, value) -> Object;

    /// `d.update(pairs)`: a dict, pairs, or a proxy of a dict; `TypeError`, `ValueError` for what is
    /// none of them.
    DictUpdate = update(pairs) -> ();

    /// `d.clear()`.
    DictClear = clear() -> ();

    /// `len(d)`.
    DictLen = len() -> usize;

    /// `key in d`.
    DictContains = contains(key) -> bool;

    /// `d.keys()`: a list.
    DictKeys = keys() -> Object;

    /// `d.values()`: a list.
    DictValues = values() -> Object;

    /// `d.items()`: a list of pairs.
    DictItems = items() -> Object;

    /// `d.copy()`: a plain dict.
    DictCopy = copy() -> Object;
}

impl DictProxy {
    /// `not d`.
    #[track_caller]
    pub fn is_empty(&self) -> Result<bool> {
        self.len().map(|len| len == 0)
    }
}
