//! `ListProxy`: a list that lives in a manager's server. Each method is one request.

use std::ops::{Bound, RangeBounds};
use std::panic::Location;

use super::proxy::{Gives, fetched, proxy_type};
use super::request::{ListCall, Request};
use crate::mp::exceptions::Result;
use crate::mp::object::{Object, ProxyKind};
use crate::mp::repr::repr;
use crate::mp::tracer::{Fill, NO_ARGS};
use crate::trace::OpName;

proxy_type!(
    /// A list of a manager.
    ///
    /// Every method fails with `BrokenPipeError`, `EOFError`, `ConnectionRefusedError` or
    /// `FileNotFoundError` when the server is gone, as CPython's do.
    ListProxy,
    ProxyKind::List,
    OpName::ListItems
);

impl ListProxy {
    /// An operation with what its event tells of its arguments: an index, a value.
    #[track_caller]
    fn call(
        &self,
        op: OpName,
        gives: Gives,
        index: Option<&Object>,
        value: Option<&Object>,
        call: ListCall,
    ) -> Result<Object> {
        let args: Fill<'_> = &|packet| {
            if let Some(index) = index.and_then(Object::integer) {
                packet.int("index", i64::try_from(index).unwrap_or(i64::MAX));
            }
            if let Some(value) = value {
                packet.text("value", &repr(value));
            }
        };
        let request = Request::List(self.0.ident(), call);
        self.0.call(op, gives, args, &request, Location::caller())
    }

    /// `l.append(value)`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn append(&self, value: impl Into<Object>) -> Result<()> {
        let value = value.into();
        let call = ListCall::Append(value.clone());
        self.call(OpName::ListAppend, Gives::Nothing, None, Some(&value), call)
            .map(drop)
    }

    /// `l.extend(values)`: anything to iterate over, a proxy of a list too.
    ///
    /// # Errors
    /// `TypeError` for what can't be iterated over; see the type.
    #[track_caller]
    pub fn extend(&self, values: impl Into<Object>) -> Result<()> {
        let at = Location::caller();
        let values = fetched(values.into(), at)?;
        let texts = || values.clone().into_items().unwrap_or_default();
        let args: Fill<'_> = &|packet| {
            let texts: Vec<String> = texts().iter().map(repr).collect();
            packet.texts("values", &texts);
        };
        let request = Request::List(self.0.ident(), ListCall::Extend(values.clone()));
        self.0
            .call(OpName::ListExtend, Gives::Nothing, args, &request, at)
            .map(drop)
    }

    /// `l.insert(index, value)`.
    ///
    /// # Errors
    /// `TypeError` for what is no int; see the type.
    #[track_caller]
    pub fn insert(&self, index: impl Into<Object>, value: impl Into<Object>) -> Result<()> {
        let (index, value) = (index.into(), value.into());
        let call = ListCall::Insert(index.clone(), value.clone());
        let op = OpName::ListInsert;
        self.call(op, Gives::Nothing, Some(&index), Some(&value), call)
            .map(drop)
    }

    /// `l[index]`.
    ///
    /// # Errors
    /// `IndexError` outside the list; `TypeError` for what is no int; see the type.
    #[track_caller]
    pub fn get(&self, index: impl Into<Object>) -> Result<Object> {
        let index = index.into();
        let call = ListCall::Get(index.clone());
        self.call(OpName::ListGet, Gives::Value, Some(&index), None, call)
    }

    /// `l[index] = value`.
    ///
    /// # Errors
    /// As `get`.
    #[track_caller]
    pub fn set(&self, index: impl Into<Object>, value: impl Into<Object>) -> Result<()> {
        let (index, value) = (index.into(), value.into());
        let call = ListCall::Set(index.clone(), value.clone());
        let op = OpName::ListSet;
        self.call(op, Gives::Nothing, Some(&index), Some(&value), call)
            .map(drop)
    }

    /// `del l[index]`.
    ///
    /// # Errors
    /// As `get`.
    #[track_caller]
    pub fn del(&self, index: impl Into<Object>) -> Result<()> {
        let index = index.into();
        let call = ListCall::Del(index.clone());
        self.call(OpName::ListDel, Gives::Nothing, Some(&index), None, call)
            .map(drop)
    }

    /// `l[range]`: a plain list.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn slice(&self, range: impl RangeBounds<i64>) -> Result<Object> {
        let start = match range.start_bound() {
            Bound::Included(start) => Some(*start),
            Bound::Excluded(start) => Some(start.saturating_add(1)),
            Bound::Unbounded => None,
        };
        let end = match range.end_bound() {
            // Up to and with the last.
            Bound::Included(-1) | Bound::Unbounded => None,
            Bound::Included(end) => Some(end.saturating_add(1)),
            Bound::Excluded(end) => Some(*end),
        };
        let call = ListCall::Slice(start, end);
        let start = start.map(Object::from);
        self.call(OpName::ListItems, Gives::Value, start.as_ref(), None, call)
    }

    /// `l.pop()`: the last element.
    ///
    /// # Errors
    /// `IndexError` for an empty list; see the type.
    #[track_caller]
    pub fn pop(&self) -> Result<Object> {
        let call = ListCall::Pop(Object::from(-1));
        self.call(OpName::ListPop, Gives::Value, None, None, call)
    }

    /// `l.pop(index)`.
    ///
    /// # Errors
    /// As `get`.
    #[track_caller]
    pub fn pop_at(&self, index: impl Into<Object>) -> Result<Object> {
        let index = index.into();
        let call = ListCall::Pop(index.clone());
        self.call(OpName::ListPop, Gives::Value, Some(&index), None, call)
    }

    /// `l.remove(value)`: the first that is equal.
    ///
    /// # Errors
    /// `ValueError` where there is none; see the type.
    #[track_caller]
    pub fn remove(&self, value: impl Into<Object>) -> Result<()> {
        let value = value.into();
        let call = ListCall::Remove(value.clone());
        self.call(OpName::ListRemove, Gives::Nothing, None, Some(&value), call)
            .map(drop)
    }

    /// `l.index(value)`.
    ///
    /// # Errors
    /// `ValueError` where there is none; see the type.
    #[track_caller]
    pub fn index(&self, value: impl Into<Object>) -> Result<usize> {
        let value = value.into();
        let call = ListCall::Index(value.clone());
        self.number(OpName::ListIndex, Some(&value), call)
    }

    /// `l.count(value)`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn count(&self, value: impl Into<Object>) -> Result<usize> {
        let value = value.into();
        let call = ListCall::Count(value.clone());
        self.number(OpName::ListCount, Some(&value), call)
    }

    /// `len(l)`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn len(&self) -> Result<usize> {
        self.number(OpName::ListLen, None, ListCall::Len)
    }

    /// `not l`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn is_empty(&self) -> Result<bool> {
        self.len().map(|len| len == 0)
    }

    #[track_caller]
    fn number(&self, op: OpName, value: Option<&Object>, call: ListCall) -> Result<usize> {
        let number = self.call(op, Gives::Value, None, value, call)?.as_int()?;
        Ok(usize::try_from(number).unwrap_or(0))
    }

    /// `value in l`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn contains(&self, value: impl Into<Object>) -> Result<bool> {
        let value = value.into();
        let call = ListCall::Contains(value.clone());
        let found = self.call(OpName::ListContains, Gives::Value, None, Some(&value), call)?;
        Ok(found == true)
    }

    /// `l.reverse()`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn reverse(&self) -> Result<()> {
        self.call(
            OpName::ListReverse,
            Gives::Nothing,
            None,
            None,
            ListCall::Reverse,
        )
        .map(drop)
    }

    /// `l.sort()`.
    ///
    /// # Errors
    /// `TypeError` where two elements have no order; see the type.
    #[track_caller]
    pub fn sort(&self) -> Result<()> {
        let call = ListCall::Sort { reverse: false };
        self.call(OpName::ListSort, Gives::Nothing, None, None, call)
            .map(drop)
    }

    /// `l.sort(reverse=True)`.
    ///
    /// # Errors
    /// As `sort`.
    #[track_caller]
    pub fn sort_reversed(&self) -> Result<()> {
        let call = ListCall::Sort { reverse: true };
        self.call(OpName::ListSort, Gives::Nothing, None, None, call)
            .map(drop)
    }

    /// `l.clear()`, which CPython's proxy has from 3.14 on; before that it is an `AttributeError`.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn clear(&self) -> Result<()> {
        self.call(
            OpName::ListClear,
            Gives::Nothing,
            None,
            None,
            ListCall::Clear,
        )
        .map(drop)
    }

    /// `l[:]`: a plain list.
    ///
    /// # Errors
    /// See the type.
    #[track_caller]
    pub fn items(&self) -> Result<Object> {
        let at = Location::caller();
        let request = Request::List(self.0.ident(), ListCall::Slice(None, None));
        self.0
            .call(OpName::ListItems, Gives::Value, NO_ARGS, &request, at)
    }
}
