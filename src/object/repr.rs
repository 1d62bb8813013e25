//! `repr`: any serde value as the text Python's `repr` prints.
//!
//! Events carry values as this text, at most `LONGEST_REPR` of it, and messages of errors quote it.
//! Called wherever a program's value is shown; it never reads text back (`parse` does). Structs are written
//! as Python's dataclasses are, variants of enums as its enum members.

mod scalar;
mod serializer;

use serde::Serialize;

use serializer::{Fault, Writer};

/// Longest `repr` an event carries, in bytes; the rest is cut with an ellipsis.
pub(crate) const LONGEST_REPR: usize = 2048;

/// What stands where a text was cut off.
const ELLIPSIS: char = '…';
/// Name of the newtype struct whose text stands for itself, without quotes: for values that have a
/// `repr` of their own making.
pub(crate) const VERBATIM: &str = "$verbatim";

/// A value whose `repr` may be needed later.
pub(crate) trait Repr {
    /// The function `repr` of this module.
    fn repr(&self) -> String;
}

impl<T: Serialize + ?Sized> Repr for T {
    fn repr(&self) -> String {
        repr(self)
    }
}

/// The value's `repr`, at most as long as an event carries it (`LONGEST_REPR` bytes).
pub fn repr<T: Serialize + ?Sized>(value: &T) -> String {
    let mut text = String::new();
    push_repr(&mut text, value, LONGEST_REPR);
    text
}

/// The value's `repr` whatever its length.
pub fn repr_whole<T: Serialize + ?Sized>(value: &T) -> String {
    let mut text = String::new();
    push_repr(&mut text, value, usize::MAX);
    text
}

/// Appends the value's `repr`, at most `limit` bytes of it.
pub fn push_repr<T: Serialize + ?Sized>(text: &mut String, value: &T, limit: usize) {
    let start = text.len();
    let end = start.saturating_add(limit);
    match value.serialize(&mut Writer::new(text, end)) {
        Ok(()) if text.len() <= end => {}
        Ok(()) | Err(Fault::Full) => {
            let room = end.saturating_sub(ELLIPSIS.len_utf8()).max(start);
            text.truncate(text.floor_char_boundary(room));
            text.push(ELLIPSIS);
        }
        Err(Fault::Refused(reason)) => {
            text.truncate(start);
            text.push_str("<unprintable: ");
            text.push_str(&reason);
            text.push('>');
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::{LONGEST_REPR, push_repr, repr, repr_whole};

    #[test]
    fn containers_are_those_of_python() {
        assert_eq!(repr(&vec![1, 2]), "[1, 2]");
        assert_eq!(repr(&Vec::<i32>::new()), "[]");
        assert_eq!(repr(&(1, "a")), "(1, 'a')");
        assert_eq!(repr(&(1,)), "(1,)");
        assert_eq!(repr(&()), "None");
        assert_eq!(
            repr(&[Some(true), Some(false), None]),
            "(True, False, None)"
        );
        let map = BTreeMap::from([("a", vec![1.5]), ("b", vec![])]);
        assert_eq!(repr(&map), "{'a': [1.5], 'b': []}");
        assert_eq!(repr(&i128::MIN), i128::MIN.to_string());
        assert_eq!(repr(&'x'), "'x'");
    }

    #[derive(Serialize)]
    struct Nothing;
    #[derive(Serialize)]
    struct Point {
        x: i32,
        y: f64,
    }
    #[derive(Serialize)]
    struct Metres(u8);
    #[derive(Serialize)]
    enum Shape {
        Empty,
        Round(f32),
        Flat(i8, i8),
        Boxed { side: u64 },
    }

    #[test]
    fn types_of_the_program_look_like_dataclasses_and_enums() {
        assert_eq!(repr(&Nothing), "Nothing()");
        assert_eq!(repr(&Point { x: -1, y: 2.0 }), "Point(x=-1, y=2.0)");
        assert_eq!(repr(&Metres(3)), "Metres(3)");
        assert_eq!(repr(&Shape::Empty), "Shape.Empty");
        assert_eq!(repr(&Shape::Round(0.1)), "Shape.Round(0.10000000149011612)");
        assert_eq!(repr(&Shape::Flat(1, 2)), "Shape.Flat(1, 2)");
        assert_eq!(repr(&Shape::Boxed { side: 9 }), "Shape.Boxed(side=9)");
    }

    #[test]
    fn a_long_value_is_cut_and_its_rest_not_visited() {
        let long = "第".repeat(LONGEST_REPR);
        let text = repr(&long);
        assert!(
            text.len() <= LONGEST_REPR && text.ends_with('…'),
            "{}",
            text.len()
        );
        assert_eq!(repr_whole(&long).len(), long.len() + 2);
        let exact = "a".repeat(LONGEST_REPR - 2);
        assert_eq!(repr(&exact), format!("'{exact}'"));
        let mut text = "v = ".to_owned();
        push_repr(&mut text, &vec![0_u8; 1 << 20], 9);
        assert_eq!(text, "v = [0, 0,…");
        push_repr(&mut text, "anything", 0);
        assert_eq!(text, "v = [0, 0,……");
    }

    struct Stubborn;
    impl Serialize for Stubborn {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("not today"))
        }
    }

    #[test]
    fn a_value_that_refuses_says_why() {
        assert_eq!(repr(&vec![Stubborn]), "<unprintable: not today>");
    }
}
