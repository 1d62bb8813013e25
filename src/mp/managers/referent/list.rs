//! The server's list: Python's, sorting included.

use std::cmp::Ordering;

use crate::mp::exceptions::{Exception, Result};
use crate::mp::managers::methods::list_methods;
use crate::mp::managers::request::ListCall;
use crate::object::{Object, compare};
use crate::object::{push_repr, repr_whole};

const ASSIGNMENT: &str = "list assignment index out of range";

#[derive(Debug, Default)]
pub(crate) struct List(Vec<Object>);

#[allow(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "the table of methods calls all of them alike"
)]
impl List {
    list_methods!(answers);

    pub(super) fn append(&mut self, value: Object) -> Result<()> {
        self.0.push(value);
        Ok(())
    }

    pub(super) fn insert(&mut self, index: Object, value: Object) -> Result<()> {
        let index = place_to_insert(self.0.len(), &index)?;
        self.0.insert(index, value);
        Ok(())
    }

    pub(super) fn get(&mut self, index: Object) -> Result<Object> {
        let index = place(self.0.len(), &index, "list index out of range")?;
        Ok(self.0[index].clone())
    }

    pub(super) fn set(&mut self, index: Object, value: Object) -> Result<()> {
        let index = place(self.0.len(), &index, ASSIGNMENT)?;
        self.0[index] = value;
        Ok(())
    }

    pub(super) fn del(&mut self, index: Object) -> Result<()> {
        let index = place(self.0.len(), &index, ASSIGNMENT)?;
        self.0.remove(index);
        Ok(())
    }

    pub(super) fn between(&mut self, start: Object, end: Object) -> Result<Object> {
        let len = self.0.len();
        let start = start.as_int().map_or(0, |start| bound(len, start));
        let end = end.as_int().map_or(len, |end| bound(len, end));
        Ok(Object::List(self.0[start..end.max(start)].to_vec()))
    }

    pub(super) fn items(&mut self) -> Result<Object> {
        Ok(Object::List(self.0.clone()))
    }

    pub(super) fn remove(&mut self, value: Object) -> Result<()> {
        let found = self.0.iter().position(|item| *item == value);
        let missing = || Exception::value("list.remove(x): x not in list");
        self.0.remove(found.ok_or_else(missing)?);
        Ok(())
    }

    pub(super) fn index(&mut self, value: Object) -> Result<usize> {
        let found = self.0.iter().position(|item| *item == value);
        found.ok_or_else(|| Exception::value(format!("{} is not in list", repr_whole(&value))))
    }

    pub(super) fn count(&mut self, value: Object) -> Result<usize> {
        Ok(self.0.iter().filter(|item| **item == value).count())
    }

    pub(super) fn contains(&mut self, value: Object) -> Result<bool> {
        Ok(self.0.contains(&value))
    }

    pub(super) fn len(&mut self) -> Result<usize> {
        Ok(self.0.len())
    }

    pub(super) fn reverse(&mut self) -> Result<()> {
        self.0.reverse();
        Ok(())
    }

    pub(super) fn sort(&mut self) -> Result<()> {
        sort(&mut self.0, false)
    }

    pub(super) fn sort_reversed(&mut self) -> Result<()> {
        sort(&mut self.0, true)
    }

    pub(super) fn clear(&mut self) -> Result<()> {
        self.0.clear();
        Ok(())
    }

    /// `extend(values)`.
    pub(super) fn extend(&mut self, values: Object) -> Result<()> {
        let text = format!("'{}' object is not iterable", values.type_name());
        let values = values.into_items().ok_or_else(|| Exception::types(text))?;
        self.0.extend(values);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Result<Object> {
        self.pop_at(Object::from(-1))
    }

    pub(super) fn pop_at(&mut self, index: Object) -> Result<Object> {
        let wanted = index
            .integer()
            .ok_or_else(|| Exception::types(index.no_integer()))?;
        if self.0.is_empty() {
            return Err(Exception::new("IndexError", "pop from empty list"));
        }
        let index = place(self.0.len(), &Object::Int(wanted), "pop index out of range")?;
        Ok(self.0.remove(index))
    }

    pub(super) fn repr(&self) -> String {
        let mut text = "[".to_owned();
        for item in &self.0 {
            if text.len() > 1 {
                text.push_str(", ");
            }
            push_repr(&mut text, item, usize::MAX);
        }
        text.push(']');
        text
    }
}

/// The element an index names; negative ones count from the end.
fn place(len: usize, index: &Object, outside: &str) -> Result<usize> {
    let Some(wanted) = index.integer() else {
        return Err(Exception::types(format!(
            "list indices must be integers or slices, not {}",
            index.type_name()
        )));
    };
    let from_start = if wanted < 0 {
        i128::try_from(len).map_or(wanted, |len| wanted.saturating_add(len))
    } else {
        wanted
    };
    usize::try_from(from_start)
        .ok()
        .filter(|place| *place < len)
        .ok_or_else(|| Exception::new("IndexError", outside))
}

/// Where `insert` puts: inside, or at the nearest end.
fn place_to_insert(len: usize, index: &Object) -> Result<usize> {
    let wanted = index
        .integer()
        .ok_or_else(|| Exception::types(index.no_integer()))?;
    let wanted = wanted.clamp(i64::MIN.into(), i64::MAX.into());
    Ok(bound(len, i64::try_from(wanted).unwrap_or(0)))
}

/// An end of a slice: negative ones count from the end, what lies outside is moved inside.
fn bound(len: usize, index: i64) -> usize {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let index = if index < 0 {
        index.saturating_add(len)
    } else {
        index
    };
    usize::try_from(index.clamp(0, len)).unwrap_or(0)
}

/// Python's sort: stable, by `<` alone. A list with two that have no order stays as it was, where
/// CPython leaves it half sorted.
fn sort(items: &mut [Object], reverse: bool) -> Result<()> {
    let mut sorted = items.to_vec();
    if reverse {
        sorted.reverse();
    }
    // The order in which CPython comes to the first two that can't be compared.
    for pair in sorted.windows(2) {
        compare(&pair[1], &pair[0]).map_err(Exception::types)?;
    }
    merge_sort(&mut sorted).map_err(Exception::types)?;
    if reverse {
        sorted.reverse();
    }
    items.clone_from_slice(&sorted);
    Ok(())
}

/// The standard library's sort may panic where `<` is no order (NaN); this one gives some order, as
/// CPython's does.
fn merge_sort(items: &mut Vec<Object>) -> std::result::Result<(), String> {
    if items.len() < 2 {
        return Ok(());
    }
    let mut right = items.split_off(items.len() / 2);
    merge_sort(items)?;
    merge_sort(&mut right)?;
    let mut left = std::mem::take(items).into_iter().peekable();
    let mut right = right.into_iter().peekable();
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let less = compare(second, first)? == Ordering::Less;
        items.extend(if less { right.next() } else { left.next() });
    }
    items.extend(left);
    items.extend(right);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::List;
    use crate::mp::Object;
    use crate::mp::exceptions::Result;
    use crate::mp::managers::request::ListCall;

    fn text(answer: Result<Object>) -> String {
        answer.map_or_else(
            |error| error.to_string(),
            |value| crate::object::repr(&value),
        )
    }

    fn all() -> ListCall {
        ListCall::items()
    }

    #[test]
    fn it_answers_as_a_list_of_python() {
        let mut list = List(vec![3.into(), 1.into(), 2.into()]);
        let no_index = "TypeError: list indices must be integers or slices, not str";
        let no_integer = "TypeError: 'str' object cannot be interpreted as an integer";
        let steps = [
            (
                ListCall::get(5.into()),
                "IndexError: list index out of range",
            ),
            (
                ListCall::get((-4).into()),
                "IndexError: list index out of range",
            ),
            (ListCall::get((-1).into()), "2"),
            (ListCall::get("0".into()), no_index),
            (
                ListCall::set(5.into(), 1.into()),
                "IndexError: list assignment index out of range",
            ),
            (
                ListCall::del(9.into()),
                "IndexError: list assignment index out of range",
            ),
            (ListCall::set("0".into(), 1.into()), no_index),
            (
                ListCall::pop_at(9.into()),
                "IndexError: pop index out of range",
            ),
            (ListCall::pop_at("x".into()), no_integer),
            (ListCall::insert("x".into(), 1.into()), no_integer),
            (ListCall::insert((-100).into(), 9.into()), "None"),
            (ListCall::insert(100.into(), 8.into()), "None"),
            (all(), "[9, 3, 1, 2, 8]"),
            (
                ListCall::remove("x".into()),
                "ValueError: list.remove(x): x not in list",
            ),
            (
                ListCall::index("x".into()),
                "ValueError: 'x' is not in list",
            ),
            (ListCall::index(77.into()), "ValueError: 77 is not in list"),
            (ListCall::index(1.0.into()), "2"),
            (ListCall::count(1.into()), "1"),
            (ListCall::contains(4.into()), "False"),
            (ListCall::sort(), "None"),
            (all(), "[1, 2, 3, 8, 9]"),
            (ListCall::sort_reversed(), "None"),
            (ListCall::between(1.into(), (-1).into()), "[8, 3, 2]"),
            (ListCall::between(4.into(), 1.into()), "[]"),
            (ListCall::extend("ab".into()), "None"),
            (
                ListCall::extend(5.into()),
                "TypeError: 'int' object is not iterable",
            ),
            (
                ListCall::sort(),
                "TypeError: '<' not supported between instances of 'str' and 'int'",
            ),
            (ListCall::reverse(), "None"),
            (ListCall::pop_at((-1).into()), "9"),
            (ListCall::del(0.into()), "None"),
            (ListCall::remove("a".into()), "None"),
            (all(), "[1, 2, 3, 8]"),
            (ListCall::len(), "4"),
            (ListCall::clear(), "None"),
            (
                ListCall::pop_at((-1).into()),
                "IndexError: pop from empty list",
            ),
        ];
        for (call, wanted) in steps {
            let asked = format!("{call:?}");
            assert_eq!(text(list.answer(call)), wanted, "{asked}");
        }
        assert_eq!(list.repr(), "[]");
    }

    fn sorted(items: impl Into<Object>, reverse: bool) -> String {
        let mut list = List::default();
        list.extend(items.into()).expect("a list");
        match list.answer(if reverse {
            ListCall::sort_reversed()
        } else {
            ListCall::sort()
        }) {
            Ok(_) => list.repr(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn sorting_is_stable_and_knows_what_has_no_order() {
        assert_eq!(
            sorted([Object::from(1), true.into(), 0.5.into()], false),
            "[0.5, 1, True]"
        );
        assert_eq!(
            sorted([Object::from(1), true.into(), 0.5.into()], true),
            "[1, True, 0.5]"
        );
        assert_eq!(
            sorted([Object::from((1, 2)), (1, 1.5).into(), (0,).into()], false),
            "[(0,), (1, 1.5), (1, 2)]"
        );
        let words =
            |kinds: &str| format!("TypeError: '<' not supported between instances of {kinds}");
        assert_eq!(
            sorted([Object::from(1), "a".into()], false),
            words("'str' and 'int'")
        );
        assert_eq!(
            sorted([Object::from("a"), 1.into()], false),
            words("'int' and 'str'")
        );
        assert_eq!(
            sorted([Object::None, Object::None], false),
            words("'NoneType' and 'NoneType'")
        );
        let many: Vec<f64> = (0..200_u32)
            .map(|i| {
                if i % 7 == 0 {
                    f64::NAN
                } else {
                    f64::from(i * 37 % 101)
                }
            })
            .collect();
        assert!(sorted(many, false).starts_with('['));
    }
}
