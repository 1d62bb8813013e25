//! What a client asks a server and what it is answered: the types on the wire.
//!
//! Both sides are forks of one image, so the types need no version.

use serde::{Deserialize, Serialize};

use crate::mp::exceptions::Exception;
use crate::mp::object::{Object, ProxyKind};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Request {
    /// Make an object of this type.
    Create(ProxyKind, Object),
    Dict(u64, DictCall),
    List(u64, ListCall),
    Namespace(u64, NamespaceCall),
    /// `str(proxy)`: the referent's `repr`.
    Repr(u64),
    /// End the server.
    Shutdown,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum DictCall {
    Set(Object, Object),
    Get(Object),
    GetOr(Object, Object),
    Del(Object),
    Pop(Object, Option<Object>),
    PopItem,
    SetDefault(Object, Object),
    Update(Object),
    Contains(Object),
    Len,
    Clear,
    Copy,
    Keys,
    Values,
    Items,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum ListCall {
    Append(Object),
    Extend(Object),
    Insert(Object, Object),
    Get(Object),
    Set(Object, Object),
    Del(Object),
    /// From, to before, as Python reads them; `None` is the end of the list.
    Slice(Option<i64>, Option<i64>),
    Pop(Object),
    Remove(Object),
    Index(Object),
    Count(Object),
    Contains(Object),
    Len,
    Reverse,
    Sort {
        reverse: bool,
    },
    Clear,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum NamespaceCall {
    Get(String),
    Set(String, Object),
    Del(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Answer {
    Value(Object),
    /// The number of the object made.
    Made(u64),
    /// The method raised.
    Raised(Exception),
    /// The server itself could not do it; CPython makes this a `RemoteError`.
    Failed(Exception),
}

impl Answer {
    /// The error for an answer to another question; it does not happen.
    #[track_caller]
    pub(super) fn unexpected(&self) -> Exception {
        Exception::new(
            "multiprocessing.context.ProcessError",
            format!("the server answered {self:?}"),
        )
    }
}
