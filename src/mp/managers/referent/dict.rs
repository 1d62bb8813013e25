//! The server's dict: Python's, with its order of insertion.

use indexmap::IndexMap;

use crate::mp::exceptions::{Exception, Result};
use crate::mp::managers::methods::dict_methods;
use crate::mp::managers::request::DictCall;
use crate::object::{Key, Object, hashable};
use crate::object::{push_repr, repr_whole};

#[derive(Debug, Default)]
pub(crate) struct Dict(IndexMap<Key, Object>);

#[allow(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "the table of methods calls all of them alike"
)]
impl Dict {
    dict_methods!(answers);

    pub(super) fn set(&mut self, name: Object, value: Object) -> Result<()> {
        self.0.insert(key(name)?, value);
        Ok(())
    }

    pub(super) fn get(&mut self, name: Object) -> Result<Object> {
        let key = key(name)?;
        self.0.get(&key).cloned().ok_or_else(|| no_key(&key))
    }

    pub(super) fn get_or(&mut self, name: Object, default: Object) -> Result<Object> {
        Ok(self.0.get(&key(name)?).cloned().unwrap_or(default))
    }

    pub(super) fn del(&mut self, name: Object) -> Result<()> {
        self.pop(name).map(drop)
    }

    pub(super) fn pop(&mut self, name: Object) -> Result<Object> {
        let key = key(name)?;
        self.0.shift_remove(&key).ok_or_else(|| no_key(&key))
    }

    pub(super) fn pop_or(&mut self, name: Object, default: Object) -> Result<Object> {
        Ok(self.0.shift_remove(&key(name)?).unwrap_or(default))
    }

    pub(super) fn popitem(&mut self) -> Result<Object> {
        let empty = || Exception::new("KeyError", "'popitem(): dictionary is empty'");
        let (Key(key), value) = self.0.pop().ok_or_else(empty)?;
        Ok(Object::Tuple(vec![key, value]))
    }

    pub(super) fn setdefault(&mut self, name: Object, default: Object) -> Result<Object> {
        Ok(self.0.entry(key(name)?).or_insert(default).clone())
    }

    pub(super) fn contains(&mut self, name: Object) -> Result<bool> {
        Ok(self.0.contains_key(&key(name)?))
    }

    pub(super) fn len(&mut self) -> Result<usize> {
        Ok(self.0.len())
    }

    pub(super) fn clear(&mut self) -> Result<()> {
        self.0.clear();
        Ok(())
    }

    pub(super) fn copy(&mut self) -> Result<Object> {
        Ok(Object::Dict(self.pairs().collect()))
    }

    pub(super) fn keys(&mut self) -> Result<Object> {
        Ok(Object::list(self.0.keys().map(|Key(key)| key)))
    }

    pub(super) fn values(&mut self) -> Result<Object> {
        Ok(Object::list(self.0.values()))
    }

    pub(super) fn items(&mut self) -> Result<Object> {
        Ok(Object::list(self.pairs()))
    }

    /// `update(other)`: from a dict, or from pairs; those before a bad one are taken.
    pub(super) fn update(&mut self, other: Object) -> Result<()> {
        if let Object::Dict(pairs) = other {
            for (name, value) in pairs {
                self.0.insert(key(name)?, value);
            }
            return Ok(());
        }
        let kind = other.type_name();
        let not_iterable = || Exception::types(format!("'{kind}' object is not iterable"));
        let pairs = other.into_items().ok_or_else(not_iterable)?;
        for (place, pair) in pairs.into_iter().enumerate() {
            let pair = pair.into_items().ok_or_else(|| {
                Exception::types(format!(
                    "cannot convert dictionary update sequence element #{place} to a sequence"
                ))
            })?;
            let length = pair.len();
            let [name, value] = <[Object; 2]>::try_from(pair).map_err(|_| {
                Exception::value(format!(
                    "dictionary update sequence element #{place} has length {length}; 2 is required"
                ))
            })?;
            self.0.insert(key(name)?, value);
        }
        Ok(())
    }

    fn pairs(&self) -> impl Iterator<Item = (Object, Object)> {
        self.0
            .iter()
            .map(|(Key(key), value)| (key.clone(), value.clone()))
    }

    pub(super) fn repr(&self) -> String {
        let mut text = "{".to_owned();
        for (Key(key), value) in &self.0 {
            if text.len() > 1 {
                text.push_str(", ");
            }
            push_repr(&mut text, key, usize::MAX);
            text.push_str(": ");
            push_repr(&mut text, value, usize::MAX);
        }
        text.push('}');
        text
    }
}

fn key(name: Object) -> Result<Key> {
    hashable(&name).map_err(Exception::types)?;
    Ok(Key(name))
}

fn no_key(Key(key): &Key) -> Exception {
    Exception::new("KeyError", repr_whole(key))
}

#[cfg(test)]
mod tests {
    use super::Dict;
    use crate::mp::Object;
    use crate::mp::exceptions::Result;
    use crate::mp::managers::request::DictCall;

    fn text(answer: Result<Object>) -> String {
        answer.map_or_else(
            |error| error.to_string(),
            |value| crate::object::repr(&value),
        )
    }

    #[test]
    fn it_answers_as_a_dict_of_python() {
        let mut dict = Dict::default();
        let one = || Object::from(1);
        let x = || Object::from("x");
        let pairs = Object::from([Object::from((1, 2)), Object::from("ab")]);
        let steps = [
            (DictCall::set(x(), one()), "None"),
            (DictCall::set(true.into(), "t".into()), "None"),
            (DictCall::set(1.0.into(), "one".into()), "None"),
            (DictCall::copy(), "{'x': 1, True: 'one'}"),
            (DictCall::get(one()), "'one'"),
            (DictCall::get("y".into()), "KeyError: 'y'"),
            (DictCall::get(3.into()), "KeyError: 3"),
            (DictCall::get_or("y".into(), Object::None), "None"),
            (DictCall::del("y".into()), "KeyError: 'y'"),
            (DictCall::pop("y".into()), "KeyError: 'y'"),
            (DictCall::pop_or("y".into(), 5.into()), "5"),
            (
                DictCall::set([1].into(), one()),
                "TypeError: unhashable type: 'list'",
            ),
            (
                DictCall::contains((1, [2]).into()),
                "TypeError: unhashable type: 'list'",
            ),
            (DictCall::contains(x()), "True"),
            (DictCall::setdefault("z".into(), Object::None), "None"),
            (DictCall::setdefault(x(), 9.into()), "1"),
            (DictCall::len(), "3"),
            (DictCall::keys(), "['x', True, 'z']"),
            (DictCall::values(), "[1, 'one', None]"),
            (DictCall::items(), "[('x', 1), (True, 'one'), ('z', None)]"),
            (DictCall::popitem(), "('z', None)"),
            (DictCall::del(x()), "None"),
            (DictCall::update(pairs), "None"),
            (DictCall::update(Object::dict([("q", 2)])), "None"),
            (
                DictCall::update(5.into()),
                "TypeError: 'int' object is not iterable",
            ),
            (
                DictCall::update([1].into()),
                "TypeError: cannot convert dictionary update sequence element #0 to a sequence",
            ),
            (
                DictCall::update(["abc"].into()),
                "ValueError: dictionary update sequence element #0 has length 3; 2 is required",
            ),
            (DictCall::copy(), "{True: 2, 'a': 'b', 'q': 2}"),
            (DictCall::clear(), "None"),
            (
                DictCall::popitem(),
                "KeyError: 'popitem(): dictionary is empty'",
            ),
        ];
        for (call, wanted) in steps {
            let asked = format!("{call:?}");
            assert_eq!(text(dict.answer(call)), wanted, "{asked}");
        }
        assert_eq!(dict.repr(), "{}");
    }
}
