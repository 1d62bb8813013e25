//! `DictProxy`: a dict that lives in a manager's server. Each method is one request.

use std::panic::Location;

use super::proxy::{Gives, fetched, proxy_type};
use super::request::{DictCall, Request};
use crate::mp::exceptions::Result;
use crate::mp::object::{Object, ProxyKind};
use crate::mp::repr::repr;
use crate::mp::tracer::{Fill, NO_ARGS};
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
    fn call(
        &self,
        op: OpName,
        gives: Gives,
        args: Fill<'_>,
        call: DictCall,
        at: &'static Location<'static>,
    ) -> Result<Object> {
        self.0
            .call(op, gives, args, &Request::Dict(self.0.ident(), call), at)
    }

    /// An operation whose one argument is a key.
    #[track_caller]
    fn by_key(
        &self,
        op: OpName,
        gives: Gives,
        key: impl Into<Object>,
        call: impl FnOnce(Object) -> DictCall,
    ) -> Result<Object> {
        let key = key.into();
        let request = Request::Dict(self.0.ident(), call(key.clone()));
        let args: Fill<'_> = &|packet| {
            packet.text("key", &repr(&key));
        };
        self.0.call(op, gives, args, &request, Location::caller())
    }

    /// An operation without arguments that gives something.
    #[track_caller]
    fn ask(&self, op: OpName, call: DictCall) -> Result<Object> {
        self.call(op, Gives::Value, NO_ARGS, call, Location::caller())
    }

    /// `d[key] = value`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn set(&self, key: impl Into<Object>, value: impl Into<Object>) -> Result<()> {
        let request = Request::Dict(self.0.ident(), DictCall::Set(key.into(), value.into()));
        let args: Fill<'_> = &|packet| {
            if let Request::Dict(_, DictCall::Set(key, value)) = &request {
                packet.text("key", &repr(key)).text("value", &repr(value));
            }
        };
        let at = Location::caller();
        self.0
            .call(OpName::DictSet, Gives::Nothing, args, &request, at)
            .map(drop)
    }

    /// `d[key]`.
    ///
    /// # Errors
    /// `KeyError` where there is no such key; see the type.
    #[track_caller]
    pub fn get(&self, key: impl Into<Object>) -> Result<Object> {
        self.by_key(OpName::DictGet, Gives::Value, key, DictCall::Get)
    }

    /// `d.get(key, default)`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn get_or(&self, key: impl Into<Object>, default: impl Into<Object>) -> Result<Object> {
        let default = default.into();
        let call = |key| DictCall::GetOr(key, default);
        self.by_key(OpName::DictGet, Gives::Value, key, call)
    }

    /// `del d[key]`.
    ///
    /// # Errors
    /// `KeyError` where there is no such key; see the type.
    #[track_caller]
    pub fn del(&self, key: impl Into<Object>) -> Result<()> {
        self.by_key(OpName::DictDel, Gives::Nothing, key, DictCall::Del)
            .map(drop)
    }

    /// `d.pop(key)`.
    ///
    /// # Errors
    /// `KeyError` where there is no such key; see the type.
    #[track_caller]
    pub fn pop(&self, key: impl Into<Object>) -> Result<Object> {
        let call = |key| DictCall::Pop(key, None);
        self.by_key(OpName::DictPop, Gives::Value, key, call)
    }

    /// `d.pop(key, default)`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn pop_or(&self, key: impl Into<Object>, default: impl Into<Object>) -> Result<Object> {
        let default = default.into();
        let call = |key| DictCall::Pop(key, Some(default));
        self.by_key(OpName::DictPop, Gives::Value, key, call)
    }

    /// `d.popitem()`: the pair inserted last.
    ///
    /// # Errors
    /// `KeyError` where there is none; see the type.
    #[track_caller]
    pub fn popitem(&self) -> Result<Object> {
        self.ask(OpName::DictPop, DictCall::PopItem)
    }

    /// `d.setdefault(key, default)`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn setdefault(&self, key: impl Into<Object>, default: impl Into<Object>) -> Result<Object> {
        let request = Request::Dict(
            self.0.ident(),
            DictCall::SetDefault(key.into(), default.into()),
        );
        let args: Fill<'_> = &|packet| {
            if let Request::Dict(_, DictCall::SetDefault(key, default)) = &request {
                packet.text("key", &repr(key)).text("value", &repr(default));
            }
        };
        let at = Location::caller();
        self.0
            .call(OpName::DictSetDefault, Gives::Value, args, &request, at)
    }

    /// `d.update(other)`: a dict, pairs, or a proxy of a dict.
    ///
    /// # Errors
    /// `TypeError`, `ValueError` for what is no dict and no pairs; see the type.
    #[track_caller]
    pub fn update(&self, other: impl Into<Object>) -> Result<()> {
        let at = Location::caller();
        let other = fetched(other.into(), at)?;
        let request = Request::Dict(self.0.ident(), DictCall::Update(other));
        let args: Fill<'_> = &|packet| {
            if let Request::Dict(_, DictCall::Update(other)) = &request {
                packet.texts("values", &super::told(ProxyKind::Dict, other));
            }
        };
        self.0
            .call(OpName::DictUpdate, Gives::Nothing, args, &request, at)
            .map(drop)
    }

    /// `d.clear()`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn clear(&self) -> Result<()> {
        let at = Location::caller();
        self.call(
            OpName::DictClear,
            Gives::Nothing,
            NO_ARGS,
            DictCall::Clear,
            at,
        )
        .map(drop)
    }

    /// `len(d)`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn len(&self) -> Result<usize> {
        let len = self.ask(OpName::DictLen, DictCall::Len)?.as_int()?;
        Ok(usize::try_from(len).unwrap_or(0))
    }

    /// `not d`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn is_empty(&self) -> Result<bool> {
        self.len().map(|len| len == 0)
    }

    /// `key in d`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn contains(&self, key: impl Into<Object>) -> Result<bool> {
        let found = self.by_key(OpName::DictContains, Gives::Value, key, DictCall::Contains)?;
        Ok(found == true)
    }

    /// `d.keys()`: a list.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn keys(&self) -> Result<Object> {
        self.ask(OpName::DictKeys, DictCall::Keys)
    }

    /// `d.values()`: a list.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn values(&self) -> Result<Object> {
        self.ask(OpName::DictValues, DictCall::Values)
    }

    /// `d.items()`: a list of pairs.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn items(&self) -> Result<Object> {
        self.ask(OpName::DictItems, DictCall::Items)
    }

    /// `d.copy()`: a plain dict.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn copy(&self) -> Result<Object> {
        self.ask(OpName::DictCopy, DictCall::Copy)
    }
}
