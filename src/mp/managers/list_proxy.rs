//! `ListProxy`: a list that lives in a manager's server. Each method is one request.

use std::ops::{Bound, RangeBounds};

use super::methods::list_methods;
use super::proxy::{proxy_methods, proxy_type};
use super::request::{Call, ListCall};
use crate::mp::exceptions::Result;
use crate::object::{Object, ProxyKind};
use crate::trace::OpName;

proxy_type!(
    /// A list of a manager.
    ///
    /// Every method fails with `BrokenPipeError`, `EOFError`, `ConnectionRefusedError` or
    /// `FileNotFoundError` when the server is gone, as CPython's do. An index outside the list is an
    /// `IndexError`, one that is no int a `TypeError`.
    ListProxy,
    ProxyKind::List,
    OpName::ListItems
);

impl ListProxy {
    list_methods!(proxy_methods);
}

impl ListProxy {
    /// `l[range]`: a plain list.
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
        self.between(start, end)
    }

    /// `not l`.
    #[track_caller]
    pub fn is_empty(&self) -> Result<bool> {
        self.len().map(|len| len == 0)
    }
}
