//! What a client asks a server and what it is answered: the types on the wire.
//!
//! Both sides are forks of one image, so the types need no version.

use serde::{Deserialize, Serialize};

use super::methods::{dict_methods, list_methods, namespace_methods};
use crate::mp::exceptions::Exception;
use crate::object::{Object, ProxyKind, repr};
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
    /// Adds the arguments to the method's event.
    pub(super) fn fill(&self, packet: &mut Packet<'_>) {
        match self {
            Call::Dict(call) => call.fill(packet),
            Call::List(call) => call.fill(packet),
            Call::Namespace(call) => call.fill(packet),
            Call::Repr => {}
        }
    }
}

macro_rules! calls {
    (
        $class:ident $call:ident;
        $($(#[$doc:meta])* $op:ident = $name:ident($($arg:ident),*) -> $returns:ty;)*
    ) => {
        /// A method of the class with its arguments.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[allow(non_camel_case_types, reason = "each is called as its method")]
        pub(super) enum $call {
            $($name($(calls!(@type $arg)),*)),*
        }

        impl $call {
            /// The operations of the class.
            #[cfg(test)]
            const OPS: &[crate::trace::OpName] = &[$(crate::trace::OpName::$op),*];

            fn fill(&self, packet: &mut Packet<'_>) {
                match self {
                    $($call::$name($($arg),*) => {
                        let _ = &packet;
                        $(calls!(@tell $arg packet, $arg);)*
                    })*
                }
            }
        }
    };

    (@type $arg:ident) => { Object };

    (@tell key $packet:ident, $value:ident) => { $packet.text("key", &repr($value)); };
    (@tell value $packet:ident, $value:ident) => { $packet.text("value", &repr($value)); };
    (@tell name $packet:ident, $value:ident) => { $packet.text("key", &$value.to_string()); };
    (@tell index $packet:ident, $value:ident) => {
        if let Some(index) = $value.integer() {
            $packet.int("index", i64::try_from(index).unwrap_or(i64::MAX));
        }
    };
    (@tell start $packet:ident, $value:ident) => { calls!(@tell index $packet, $value) };
    (@tell pairs $packet:ident, $value:ident) => {
        $packet.texts("values", &contents(ProxyKind::Dict, $value));
    };
    (@tell values $packet:ident, $value:ident) => {
        $packet.texts("values", &contents(ProxyKind::List, $value));
    };
    (@tell default $packet:ident, $value:ident) => { let _ = $value; };
    (@tell end $packet:ident, $value:ident) => { let _ = $value; };
}

dict_methods!(calls);
list_methods!(calls);
namespace_methods!(calls);

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

/// The contents of an object as its event lists them: its values; of a dict, keys and values in
/// turn.
pub(super) fn contents(kind: ProxyKind, content: &Object) -> Vec<String> {
    let of_pair = |(key, value): &(Object, Object)| [repr(key), repr(value)];
    match (kind, content) {
        (ProxyKind::Dict | ProxyKind::Namespace, Object::Dict(pairs)) => {
            pairs.iter().flat_map(of_pair).collect()
        }
        (ProxyKind::Dict, Object::List(items) | Object::Tuple(items)) => {
            let pairs = items.iter().filter_map(|item| match item {
                Object::List(pair) | Object::Tuple(pair) if pair.len() == 2 => Some(pair),
                _ => None,
            });
            pairs.flatten().map(repr).collect()
        }
        _ => {
            let items = content.clone().into_items().unwrap_or_default();
            items.iter().map(repr).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DictCall, ListCall, NamespaceCall};
    use crate::trace::OpName;

    #[test]
    fn every_operation_of_a_proxied_class_is_in_a_table() {
        for (class, ops) in [
            ("dict.", DictCall::OPS),
            ("list.", ListCall::OPS),
            ("namespace.", NamespaceCall::OPS),
        ] {
            for op in OpName::ALL {
                let of_class = op.as_str().starts_with(class);
                assert_eq!(of_class, ops.contains(op), "{op} in the table of {class}");
            }
        }
    }
}
