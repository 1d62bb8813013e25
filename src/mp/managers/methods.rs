//! `methods!`: the methods of a proxied class as one table.
//!
//! A row is a method's name, its arguments, what it returns and the operation its event names. From
//! it come the request (`DictCall::set(key, value)`), the proxy's method, what the event tells of
//! the arguments, and the server's call of the method on its own object. A row without a method
//! there does not compile, nor does an argument whose name has no rule here.

use crate::mp::exceptions::Result;
use crate::object::Object;

/// What a method returns, as the proxy's caller gets it.
pub(super) trait Returned: Sized {
    /// Whether its event tells it.
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

macro_rules! methods {
    (
        $proxy:ident, $kind:ident($call:ident), $referent:ty;
        $($(#[$doc:meta])* $op:ident = $name:ident($($arg:ident),*) -> $returns:ty;)*
    ) => {
        /// A method of the referent with its arguments.
        #[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
        #[allow(non_camel_case_types, reason = "each is called as its method")]
        pub(super) enum $call {
            $($name($(methods!(@type $arg)),*)),*
        }

        impl $call {
            /// The operations of the class.
            #[cfg(test)]
            pub(super) const OPS: &[$crate::trace::OpName] = &[$($crate::trace::OpName::$op),*];

            /// Adds to the method's event what it tells of the arguments.
            pub(super) fn fill(&self, packet: &mut $crate::trace::Packet<'_>) {
                match self {
                    $($call::$name($($arg),*) => {
                        let _ = &packet;
                        $(methods!(@tell $arg packet, $arg);)*
                    })*
                }
            }
        }

        impl $proxy {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $name(
                    &self,
                    $($arg: impl Into<$crate::object::Object>),*
                ) -> $crate::mp::exceptions::Result<$returns> {
                    let at = std::panic::Location::caller();
                    $(let $arg = methods!(@take $arg $arg, at);)*
                    let call = $crate::mp::managers::request::Call::$kind($call::$name($($arg),*));
                    self.0.call($crate::trace::OpName::$op, call, at)
                }
            )*
        }

        impl $referent {
            /// Calls the method.
            pub(crate) fn answer(
                &mut self,
                call: $call,
            ) -> $crate::mp::exceptions::Result<$crate::object::Object> {
                match call {
                    $($call::$name($($arg),*) => {
                        self.$name($($arg),*).map($crate::object::Object::from)
                    })*
                }
            }
        }
    };

    (@type $arg:ident) => { $crate::object::Object };

    // What a method iterates over: a proxy goes as what it holds.
    (@take pairs $value:ident, $at:ident) => {
        $crate::mp::managers::proxy::fetched($value.into(), $at)?
    };
    (@take values $value:ident, $at:ident) => {
        $crate::mp::managers::proxy::fetched($value.into(), $at)?
    };
    (@take $arg:ident $value:ident, $at:ident) => { $value.into() };

    (@tell key $packet:ident, $value:ident) => {
        $packet.text("key", &$crate::object::repr($value));
    };
    (@tell value $packet:ident, $value:ident) => {
        $packet.text("value", &$crate::object::repr($value));
    };
    (@tell name $packet:ident, $value:ident) => {
        $packet.text("key", &$value.to_string());
    };
    (@tell index $packet:ident, $value:ident) => {
        if let Some(index) = $value.integer() {
            $packet.int("index", i64::try_from(index).unwrap_or(i64::MAX));
        }
    };
    (@tell start $packet:ident, $value:ident) => { methods!(@tell index $packet, $value) };
    (@tell pairs $packet:ident, $value:ident) => {
        let kind = $crate::object::ProxyKind::Dict;
        $packet.texts("values", &$crate::mp::managers::contents(kind, $value));
    };
    (@tell values $packet:ident, $value:ident) => {
        let kind = $crate::object::ProxyKind::List;
        $packet.texts("values", &$crate::mp::managers::contents(kind, $value));
    };
    (@tell default $packet:ident, $value:ident) => { let _ = $value; };
    (@tell end $packet:ident, $value:ident) => { let _ = $value; };
}
pub(super) use methods;

#[cfg(test)]
mod tests {
    use super::super::dict_proxy::DictCall;
    use super::super::list_proxy::ListCall;
    use super::super::namespace_proxy::NamespaceCall;
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
