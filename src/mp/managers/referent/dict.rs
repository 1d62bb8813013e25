//! The server's dict: Python's, with its order of insertion.

use indexmap::IndexMap;

use crate::mp::exceptions::{Exception, Result};
use crate::mp::managers::request::DictCall;
use crate::mp::object::{Key, Object, hashable};
use crate::mp::repr::{push_repr, repr_whole};

#[derive(Debug, Default)]
pub(in crate::mp::managers) struct Dict(IndexMap<Key, Object>);

impl Dict {
    pub(super) fn answer(&mut self, call: DictCall) -> Result<Object> {
        let Dict(map) = self;
        Ok(match call {
            DictCall::Set(name, value) => {
                map.insert(key(name)?, value);
                Object::None
            }
            DictCall::Get(name) => {
                let key = key(name)?;
                map.get(&key).cloned().ok_or_else(|| no_key(&key))?
            }
            DictCall::GetOr(name, default) => map.get(&key(name)?).cloned().unwrap_or(default),
            DictCall::Del(name) => {
                let key = key(name)?;
                map.shift_remove(&key).ok_or_else(|| no_key(&key))?;
                Object::None
            }
            DictCall::Pop(name, default) => {
                let key = key(name)?;
                map.shift_remove(&key)
                    .or(default)
                    .ok_or_else(|| no_key(&key))?
            }
            DictCall::PopItem => {
                let (Key(key), value) = map.pop().ok_or_else(|| {
                    Exception::new("KeyError", "'popitem(): dictionary is empty'")
                })?;
                Object::Tuple(vec![key, value])
            }
            DictCall::SetDefault(name, default) => map.entry(key(name)?).or_insert(default).clone(),
            DictCall::Update(other) => {
                self.update(other)?;
                Object::None
            }
            DictCall::Contains(name) => map.contains_key(&key(name)?).into(),
            DictCall::Len => map.len().into(),
            DictCall::Clear => {
                map.clear();
                Object::None
            }
            DictCall::Copy => Object::Dict(self.pairs().collect()),
            DictCall::Keys => Object::List(map.keys().map(|Key(key)| key.clone()).collect()),
            DictCall::Values => Object::List(map.values().cloned().collect()),
            DictCall::Items => {
                let items = self
                    .pairs()
                    .map(|(key, value)| Object::Tuple(vec![key, value]));
                Object::List(items.collect())
            }
        })
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
    use super::{Dict, DictCall};
    use crate::mp::Object;
    use crate::mp::exceptions::Result;

    fn text(answer: Result<Object>) -> String {
        answer.map_or_else(
            |error| error.to_string(),
            |value| crate::mp::repr::repr(&value),
        )
    }

    #[test]
    fn it_answers_as_a_dict_of_python() {
        let mut dict = Dict::default();
        let one = || Object::from(1);
        let x = || Object::from("x");
        let pairs = Object::from([Object::from((1, 2)), Object::from("ab")]);
        let steps = [
            (DictCall::Set(x(), one()), "None"),
            (DictCall::Set(true.into(), "t".into()), "None"),
            (DictCall::Set(1.0.into(), "one".into()), "None"),
            (DictCall::Copy, "{'x': 1, True: 'one'}"),
            (DictCall::Get(one()), "'one'"),
            (DictCall::Get("y".into()), "KeyError: 'y'"),
            (DictCall::Get(3.into()), "KeyError: 3"),
            (DictCall::GetOr("y".into(), Object::None), "None"),
            (DictCall::Del("y".into()), "KeyError: 'y'"),
            (DictCall::Pop("y".into(), None), "KeyError: 'y'"),
            (DictCall::Pop("y".into(), Some(5.into())), "5"),
            (
                DictCall::Set([1].into(), one()),
                "TypeError: unhashable type: 'list'",
            ),
            (
                DictCall::Contains((1, [2]).into()),
                "TypeError: unhashable type: 'list'",
            ),
            (DictCall::Contains(x()), "True"),
            (DictCall::SetDefault("z".into(), Object::None), "None"),
            (DictCall::SetDefault(x(), 9.into()), "1"),
            (DictCall::Len, "3"),
            (DictCall::Keys, "['x', True, 'z']"),
            (DictCall::Values, "[1, 'one', None]"),
            (DictCall::Items, "[('x', 1), (True, 'one'), ('z', None)]"),
            (DictCall::PopItem, "('z', None)"),
            (DictCall::Del(x()), "None"),
            (DictCall::Update(pairs), "None"),
            (DictCall::Update(Object::dict([("q", 2)])), "None"),
            (
                DictCall::Update(5.into()),
                "TypeError: 'int' object is not iterable",
            ),
            (
                DictCall::Update([1].into()),
                "TypeError: cannot convert dictionary update sequence element #0 to a sequence",
            ),
            (
                DictCall::Update(["abc"].into()),
                "ValueError: dictionary update sequence element #0 has length 3; 2 is required",
            ),
            (DictCall::Copy, "{True: 2, 'a': 'b', 'q': 2}"),
            (DictCall::Clear, "None"),
            (
                DictCall::PopItem,
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
