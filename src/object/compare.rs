//! Python's `==`, `<` and hash of `Object`s.
//!
//! Numbers of different types are compared by value, everything else by type and content. What has
//! no order or no hash says so in CPython's words; the caller makes it an exception.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::Object;

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::None, Object::None) => true,
            (Object::Str(a), Object::Str(b)) => a == b,
            (Object::Bytes(a), Object::Bytes(b)) => a == b,
            (Object::List(a), Object::List(b)) | (Object::Tuple(a), Object::Tuple(b)) => a == b,
            (Object::Dict(a), Object::Dict(b)) => {
                a.len() == b.len() && a.iter().all(|pair| b.contains(pair))
            }
            (Object::Proxy(a), Object::Proxy(b)) => a.address == b.address && a.ident == b.ident,
            _ => matches!(
                compare_numbers(self, other),
                Numbers::Ordered(Ordering::Equal)
            ),
        }
    }
}

macro_rules! eq_with {
    ($($type:ty),*) => {
        $(
            impl PartialEq<$type> for Object {
                fn eq(&self, other: &$type) -> bool {
                    self.eq(&Object::from(other.clone()))
                }
            }
        )*
    };
}
eq_with!(i32, i64, i128, f64, bool, &str, String);

impl<T: Clone + Into<Object>, const N: usize> PartialEq<[T; N]> for Object {
    fn eq(&self, other: &[T; N]) -> bool {
        self.eq(&Object::from(other.clone()))
    }
}

impl<T: Clone + Into<Object>> PartialEq<Vec<T>> for Object {
    fn eq(&self, other: &Vec<T>) -> bool {
        self.eq(&Object::from(other.clone()))
    }
}

/// How two objects compare as numbers.
enum Numbers {
    Ordered(Ordering),
    /// NaN is neither less nor equal nor greater.
    Unordered,
    /// One of them is not a number.
    Neither,
}

fn compare_numbers(a: &Object, b: &Object) -> Numbers {
    let order = match (a.integer(), b.integer(), a.as_float(), b.as_float()) {
        (Some(a), Some(b), ..) => Some(a.cmp(&b)),
        (Some(a), None, _, Some(b)) => compare_mixed(a, b),
        (None, Some(b), Some(a), _) => compare_mixed(b, a).map(Ordering::reverse),
        (None, None, Some(a), Some(b)) => a.partial_cmp(&b),
        _ => return Numbers::Neither,
    };
    order.map_or(Numbers::Unordered, Numbers::Ordered)
}

/// An int and a float by their exact values.
fn compare_mixed(int: i128, float: f64) -> Option<Ordering> {
    /// Beyond every i128.
    const BEYOND: f64 = 1.701_411_834_604_692_3e38;
    if float.is_nan() {
        return None;
    }
    if float >= BEYOND {
        return Some(Ordering::Less);
    }
    if float < -BEYOND {
        return Some(Ordering::Greater);
    }
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the whole part, which fits"
    )]
    let whole = float.trunc() as i128;
    let rest = 0.0_f64.partial_cmp(&(float - float.trunc()));
    Some(int.cmp(&whole).then(rest.unwrap_or(Ordering::Equal)))
}

/// How `a < b` orders the two.
///
/// # Errors
/// CPython's message where the two have no order.
pub(crate) fn compare(a: &Object, b: &Object) -> Result<Ordering, String> {
    match (a, b) {
        (Object::Str(a), Object::Str(b)) => Ok(a.chars().cmp(b.chars())),
        (Object::Bytes(a), Object::Bytes(b)) => Ok(a.cmp(b)),
        (Object::List(a), Object::List(b)) | (Object::Tuple(a), Object::Tuple(b)) => {
            match a.iter().zip(b).find(|(a, b)| a != b) {
                Some((a, b)) => compare(a, b),
                None => Ok(a.len().cmp(&b.len())),
            }
        }
        _ => match compare_numbers(a, b) {
            Numbers::Ordered(order) => Ok(order),
            // Both comparisons are false in Python; sorting takes that as 'not less'.
            Numbers::Unordered => Ok(Ordering::Equal),
            Numbers::Neither => Err(format!(
                "'<' not supported between instances of '{}' and '{}'",
                a.type_name(),
                b.type_name()
            )),
        },
    }
}

/// Whether it can be a key of a dict.
///
/// # Errors
/// CPython's message where it can't.
pub(crate) fn hashable(value: &Object) -> Result<(), String> {
    match value {
        Object::List(_) | Object::Dict(_) => {
            Err(format!("unhashable type: '{}'", value.type_name()))
        }
        Object::Tuple(items) => items.iter().try_for_each(hashable),
        _ => Ok(()),
    }
}

/// An object that was found hashable, as a key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key(pub(crate) Object);

// NaN is not equal to itself, as in Python: a map never finds such a key again, and stays sound.
impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(&self.0, state);
    }
}

fn hash<H: Hasher>(value: &Object, state: &mut H) {
    match value {
        Object::Bool(_) | Object::Int(_) => value.integer().hash(state),
        Object::Float(float) => {
            // Equal numbers have equal hashes, whatever their type.
            #[allow(
                clippy::cast_possible_truncation,
                reason = "compared with the float again"
            )]
            let whole = *float as i128;
            if compare_mixed(whole, *float) == Some(Ordering::Equal) {
                Some(whole).hash(state);
            } else {
                float.to_bits().hash(state);
            }
        }
        Object::Str(text) => text.hash(state),
        Object::Bytes(bytes) => bytes.hash(state),
        Object::Tuple(items) => items.iter().for_each(|item| hash(item, state)),
        Object::Proxy(proxy) => proxy.ident.hash(state),
        // None has one value; the others are not hashable.
        Object::None | Object::List(_) | Object::Dict(_) => 0.hash(state),
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;
    use std::collections::HashSet;

    use super::{Key, compare, hashable};
    use crate::object::Object;

    #[test]
    fn numbers_are_equal_by_value() {
        let ones = [Object::from(1), Object::from(1.0), Object::from(true)];
        let mut keys = HashSet::new();
        for one in &ones {
            assert!(ones.iter().all(|other| one == other), "{one:?}");
            keys.insert(Key(one.clone()));
        }
        keys.insert(Key(Object::from(1.5)));
        keys.insert(Key(Object::from("1")));
        keys.insert(Key(Object::from((1, 2.0))));
        assert!(keys.contains(&Key(Object::from((1.0, 2)))));
        assert_eq!(keys.len(), 4);
        assert_ne!(Object::from(0), Object::None);
        assert_ne!(Object::from(f64::NAN), Object::from(f64::NAN));
        assert_eq!(Object::from([1, 2]), vec![1.0, 2.0]);
        assert_eq!(
            Object::dict([("a", 1), ("b", 2)]),
            Object::dict([("b", 2), ("a", 1)])
        );
    }

    #[test]
    fn order_is_that_of_python() {
        let less = |a: Object, b: Object| compare(&a, &b) == Ok(Ordering::Less);
        assert!(less(1.into(), 1.5.into()) && less((-1.5).into(), (-1).into()));
        assert!(less(false.into(), 1.into()) && less(i128::MAX.into(), f64::INFINITY.into()));
        assert!(less("Z".into(), "a".into()) && less(b"a".into(), b"ab".into()));
        assert!(less([1, 2].into(), [1, 3].into()) && less([1].into(), [1, 0].into()));
        let words = |a: Object, b: Object| compare(&a, &b).expect_err("they have no order");
        assert_eq!(
            words([Object::from(1), "a".into()].into(), [1, 2].into()),
            "'<' not supported between instances of 'str' and 'int'"
        );
        assert_eq!(
            words(Object::None, Object::None),
            "'<' not supported between instances of 'NoneType' and 'NoneType'"
        );
    }

    #[test]
    fn lists_and_dicts_are_no_keys() {
        assert_eq!(hashable(&Object::from((1, "a"))), Ok(()));
        assert_eq!(
            hashable(&Object::from((1, [2]))),
            Err("unhashable type: 'list'".to_owned())
        );
        assert_eq!(
            hashable(&Object::dict([(1, 2)])),
            Err("unhashable type: 'dict'".to_owned())
        );
    }
}
