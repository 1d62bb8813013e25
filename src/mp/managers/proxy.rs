//! `Proxy`: what the three kinds of proxies share: identity, link, witness, and the traced call.

use std::panic::Location;
use std::rc::Rc;

use super::link::Link;
use super::request::{Answer, Call, DictCall, ListCall, Request};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::synchronize::Witness;
use crate::mp::tracer::{self, Fill};
use crate::object::{Object, ProxyKind, ProxyRef};
use crate::trace::OpName;

#[derive(Debug)]
pub(super) struct Proxy {
    link: Rc<Link>,
    witness: Option<Witness>,
    reference: ProxyRef,
}

impl Proxy {
    pub(super) fn new(link: Rc<Link>, reference: ProxyRef) -> Proxy {
        Proxy {
            witness: link.witness(reference.ident),
            link,
            reference,
        }
    }

    /// The proxy a value is.
    #[track_caller]
    pub(super) fn of(value: Object, kind: ProxyKind) -> Result<Proxy> {
        match value {
            Object::Proxy(reference) if reference.kind == kind => {
                Ok(Proxy::new(Link::find(&reference.address), *reference))
            }
            other => Err(Exception::types(format!(
                "'{}' object is no {}",
                other.type_name(),
                kind.class()
            ))),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.reference.id
    }

    /// The proxy as a value, for a dict or list of the manager.
    pub(super) fn object(&self) -> Object {
        Object::Proxy(Box::new(self.reference.clone()))
    }

    /// Calls a method of the referent: one request and its answer.
    pub(super) fn call<R: Returned>(
        &self,
        op: OpName,
        method: Call,
        at: &'static Location<'static>,
    ) -> Result<R> {
        let request = Request::Call(self.reference.ident, method);
        let args: Fill<'_> = &|packet| {
            if let Request::Call(_, method) = &request {
                method.fill(packet);
            }
        };
        let call = tracer::Call::begin(op, self.id(), at, args);
        let step = |ver| {
            let value = self.ask(&request, at);
            if R::TOLD {
                call.done(ver, &value);
            } else {
                call.done(ver, value.as_ref().err());
            }
            value
        };
        // The event is sent before the witness is released: no process sees the effect before it.
        let value = match &self.witness {
            Some(witness) => witness.step(|ver| step(Some(ver))),
            None => step(None),
        };
        R::from_answer(value?)
    }

    fn ask(&self, request: &Request, at: &'static Location<'static>) -> Result<Object> {
        match self.link.ask(request, at)? {
            Answer::Value(value) => Ok(value),
            other => Err(other.unexpected()),
        }
    }

    /// `str(proxy)`: the referent's `repr`. If the server can't be reached the text says so;
    /// nothing is raised.
    pub(super) fn str(&self, op: OpName, at: &'static Location<'static>) -> String {
        match self.call(op, Call::Repr, at) {
            Ok(Object::Str(text)) => text,
            _ => format!("{}; '__str__()' failed>", self.repr().trim_end_matches('>')),
        }
    }

    /// `repr(proxy)`.
    pub(super) fn repr(&self) -> String {
        self.reference.to_string()
    }
}

/// The value with a proxy replaced by what it holds: for methods that iterate over their argument.
pub(super) fn fetched(value: Object, at: &'static Location<'static>) -> Result<Object> {
    let Object::Proxy(reference) = &value else {
        return Ok(value);
    };
    let (op, method) = match reference.kind {
        ProxyKind::Dict => (OpName::DictCopy, Call::Dict(DictCall::copy())),
        ProxyKind::List => (OpName::ListItems, Call::List(ListCall::items())),
        ProxyKind::Namespace => return Ok(value),
    };
    let kind = reference.kind;
    Proxy::of(value, kind)?.call(op, method, at)
}

/// What a method returns, as the proxy's caller gets it.
pub(super) trait Returned: Sized {
    /// Whether the event carries it.
    const TOLD: bool = true;

    /// Makes it of the server's answer.
    fn from_answer(answer: Object) -> Result<Self>;
}

impl Returned for () {
    const TOLD: bool = false;

    fn from_answer(_: Object) -> Result<()> {
        Ok(())
    }
}

impl Returned for Object {
    fn from_answer(answer: Object) -> Result<Object> {
        Ok(answer)
    }
}

impl Returned for bool {
    fn from_answer(answer: Object) -> Result<bool> {
        Ok(answer == true)
    }
}

impl Returned for usize {
    fn from_answer(answer: Object) -> Result<usize> {
        let number = answer
            .as_int()
            .and_then(|number| usize::try_from(number).ok());
        Ok(number.unwrap_or(0))
    }
}

/// The methods of a proxy, from its class's table.
macro_rules! proxy_methods {
    (
        $class:ident $call:ident;
        $($(#[$doc:meta])* $op:ident = $name:ident($($arg:ident),*) -> $returns:ty;)*
    ) => {$(
        $(#[$doc])*
        #[track_caller]
        pub fn $name(&self, $($arg: impl Into<Object>),*) -> $crate::mp::exceptions::Result<$returns> {
            let at = std::panic::Location::caller();
            $(let $arg = proxy_methods!(@take $arg $arg, at);)*
            self.0.call(OpName::$op, Call::$class($call::$name($($arg),*)), at)
        }
    )*};

    // For an argument that is iterated over: a proxy is replaced by its contents.
    (@take pairs $value:ident, $at:ident) => {
        $crate::mp::managers::proxy::fetched($value.into(), $at)?
    };
    (@take values $value:ident, $at:ident) => {
        $crate::mp::managers::proxy::fetched($value.into(), $at)?
    };
    (@take $arg:ident $value:ident, $at:ident) => { $value.into() };
}
pub(super) use proxy_methods;

/// What is the same for the handle of every kind of proxy.
macro_rules! proxy_type {
    ($(#[$doc:meta])* $name:ident, $kind:expr, $str:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(std::rc::Rc<$crate::mp::managers::proxy::Proxy>);

        impl $name {
            pub(super) fn from_proxy(proxy: $crate::mp::managers::proxy::Proxy) -> $name {
                $name(std::rc::Rc::new(proxy))
            }

            /// Gives the object its name in the program, for the screen.
            #[track_caller]
            pub fn named(self, name: &str) -> $name {
                let at = std::panic::Location::caller();
                $crate::mp::tracer::named(self.0.id(), name, at);
                self
            }

            /// `repr(proxy)`: the proxy, not what it stands for.
            pub fn repr(&self) -> String {
                self.0.repr()
            }

            /// `str(proxy)`: the `repr` of what it stands for, by one request.
            #[track_caller]
            pub fn str(&self) -> String {
                self.0.str($str, std::panic::Location::caller())
            }
        }

        /// `str(proxy)`, by one request.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.str())
            }
        }

        impl From<&$name> for $crate::object::Object {
            fn from(proxy: &$name) -> Self {
                proxy.0.object()
            }
        }

        impl From<$name> for $crate::object::Object {
            fn from(proxy: $name) -> Self {
                proxy.0.object()
            }
        }

        /// The proxy found in a dict or list of the manager.
        impl TryFrom<$crate::object::Object> for $name {
            type Error = $crate::mp::exceptions::Exception;

            fn try_from(value: $crate::object::Object) -> $crate::mp::exceptions::Result<$name> {
                $crate::mp::managers::proxy::Proxy::of(value, $kind).map($name::from_proxy)
            }
        }
    };
}
pub(super) use proxy_type;
