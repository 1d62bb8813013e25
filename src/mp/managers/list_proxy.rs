//! `ListProxy`: a list that lives in a manager's server. Each method is one request.

use std::ops::{Bound, RangeBounds};

use super::methods::methods;
use super::proxy::proxy_type;
use super::referent::List;
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

methods! {
    ListProxy, List(ListCall), List;

    /// `l.append(value)`.
    ListAppend = append(value) -> ();

    /// `l.extend(values)`: anything to iterate over, a proxy of a list too; `TypeError` for what is
    /// not.
    ListExtend = extend(values) -> ();

    /// `l.insert(index, value)`.
    ListInsert = insert(index, value) -> ();

    /// `l[index]`.
    ListGet = get(index) -> Object;

    /// `l[index] = value`.
    ListSet = set(index, value) -> ();

    /// `del l[index]`.
    ListDel = del(index) -> ();

    /// `l[start:end]`: a plain list; `None` is the list's own end.
    ListItems = between(start, end) -> Object;

    /// `l[:]`: a plain list.
    ListItems = items() -> Object;

    /// `l.pop()`: the last element; `IndexError` for an empty list.
    ListPop = pop() -> Object;

    /// `l.pop(index)`.
    ListPop = pop_at(index) -> Object;

    /// `l.remove(value)`: the first that is equal; `ValueError` where there is none.
    ListRemove = remove(value) -> ();

    /// `l.index(value)`; `ValueError` where there is none.
    ListIndex = index(value) -> usize;

    /// `l.count(value)`.
    ListCount = count(value) -> usize;

    /// `len(l)`.
    ListLen = len() -> usize;

    /// `value in l`.
    ListContains = contains(value) -> bool;

    /// `l.reverse()`.
    ListReverse = reverse() -> ();

    /// `l.sort()`; `TypeError` where two elements have no order.
    ListSort = sort() -> ();

    /// `l.sort(reverse=True)`.
    ListSort = sort_reversed() -> ();

    /// `l.clear()`, which CPython's proxy has from 3.14 on; before that it is an `AttributeError`.
    ListClear = clear() -> ();
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
