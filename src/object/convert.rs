//! From Rust values to `Object`s, so that a program writes `dic.set(1, 100 + i)`.
//!
//! Arrays and `Vec`s become lists. A reference to a slice or an array of bytes becomes bytes.

use super::Object;

macro_rules! from_int {
    ($($int:ty),*) => {
        $(
            impl From<$int> for Object {
                #[inline]
                fn from(value: $int) -> Object {
                    Object::Int(value.into())
                }
            }
        )*
    };
}
from_int!(i8, i16, i32, i64, i128, u8, u16, u32, u64);

impl From<usize> for Object {
    fn from(value: usize) -> Object {
        // A usize has at most 64 bits here.
        Object::Int(i128::try_from(value).unwrap_or(i128::MAX))
    }
}

impl From<bool> for Object {
    fn from(value: bool) -> Object {
        Object::Bool(value)
    }
}

impl From<f64> for Object {
    fn from(value: f64) -> Object {
        Object::Float(value)
    }
}

impl From<f32> for Object {
    fn from(value: f32) -> Object {
        Object::Float(value.into())
    }
}

impl From<char> for Object {
    fn from(value: char) -> Object {
        Object::Str(value.into())
    }
}

impl From<&str> for Object {
    fn from(value: &str) -> Object {
        Object::Str(value.to_owned())
    }
}

impl From<String> for Object {
    fn from(value: String) -> Object {
        Object::Str(value)
    }
}

impl From<&[u8]> for Object {
    fn from(value: &[u8]) -> Object {
        Object::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Object {
    fn from(value: &[u8; N]) -> Object {
        Object::Bytes(value.to_vec())
    }
}

impl From<()> for Object {
    fn from((): ()) -> Object {
        Object::None
    }
}

impl From<&Object> for Object {
    fn from(value: &Object) -> Object {
        value.clone()
    }
}

impl<T: Into<Object>> From<Option<T>> for Object {
    fn from(value: Option<T>) -> Object {
        value.map_or(Object::None, Into::into)
    }
}

impl<T: Into<Object>> From<Vec<T>> for Object {
    fn from(values: Vec<T>) -> Object {
        Object::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Object>, const N: usize> From<[T; N]> for Object {
    fn from(values: [T; N]) -> Object {
        Object::List(values.into_iter().map(Into::into).collect())
    }
}

macro_rules! from_tuple {
    ($($item:ident),*) => {
        impl<$($item: Into<Object>),*> From<($($item,)*)> for Object {
            #[allow(non_snake_case, reason = "the type parameters name the values too")]
            fn from(($($item,)*): ($($item,)*)) -> Object {
                Object::Tuple(vec![$($item.into()),*])
            }
        }
    };
}
from_tuple!(A);
from_tuple!(A, B);
from_tuple!(A, B, C);
from_tuple!(A, B, C, D);

impl Object {
    /// A list of these.
    pub fn list<T: Into<Object>>(items: impl IntoIterator<Item = T>) -> Object {
        Object::List(items.into_iter().map(Into::into).collect())
    }

    /// A tuple of these.
    pub fn tuple<T: Into<Object>>(items: impl IntoIterator<Item = T>) -> Object {
        Object::Tuple(items.into_iter().map(Into::into).collect())
    }

    /// A dict of these pairs. When a key occurs twice, the last value counts.
    pub fn dict<K: Into<Object>, V: Into<Object>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Object {
        let mut dict: Vec<(Object, Object)> = Vec::new();
        for (key, value) in pairs {
            let (key, value) = (key.into(), value.into());
            match dict.iter_mut().find(|(known, _)| *known == key) {
                Some((_, old)) => *old = value,
                None => dict.push((key, value)),
            }
        }
        Object::Dict(dict)
    }
}
