//! What a client asks a server and what it is answered: the types on the wire.
//!
//! Both sides are forks of one image, so the types need no version.

use serde::{Deserialize, Serialize};

use super::dict_proxy::DictCall;
use super::list_proxy::ListCall;
use super::namespace_proxy::NamespaceCall;
use crate::mp::exceptions::Exception;
use crate::object::{Object, ProxyKind};
use crate::trace::Packet;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Request {
    /// Make an object of this type.
    Create(ProxyKind, Object),
    /// Call a method of the object with this number.
    Call(u64, Call),
    /// End the server.
    Shutdown,
}

/// A method by the class it belongs to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Call {
    Dict(DictCall),
    List(ListCall),
    Namespace(NamespaceCall),
    /// `str(proxy)`: the referent's `repr`.
    Repr,
}

impl Call {
    /// Adds to the method's event what it tells of the arguments.
    pub(super) fn fill(&self, packet: &mut Packet<'_>) {
        match self {
            Call::Dict(call) => call.fill(packet),
            Call::List(call) => call.fill(packet),
            Call::Namespace(call) => call.fill(packet),
            Call::Repr => {}
        }
    }
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
