//! What several kinds of checks ask of shared objects: which is meant, and what it holds.

use super::Judged;
use super::processes::number;
use super::shown::{few, quoted};
use crate::lesson::{Expected, Scope, Value, Words};
use crate::model::{Anomaly, Object, World};

/// The object of this variable name or identity.
pub(super) fn find<'a>(world: &'a World, name: &str) -> Option<&'a Object> {
    world.named(name).or_else(|| world.object(name))
}

/// What was expected, where the count is another.
pub(super) fn other(
    expected: Option<&Expected>,
    n: u64,
    scope: &dyn Scope,
) -> super::Result<Option<String>> {
    let Some(expected) = expected else {
        return Ok(None);
    };
    let count = number(usize::try_from(n).unwrap_or(usize::MAX));
    let (passed, wanted) = expected.test(&count, scope)?;
    Ok((!passed).then_some(wanted))
}

/// The objects of these names that `are` of a class; without names, all of that class. Else what is wrong: there
/// is none, or one of the names is not that of such an object.
pub(super) fn called<'a>(
    world: &'a World,
    names: Option<&[String]>,
    class: &str,
    are: impl Fn(&Object) -> bool,
) -> Result<Vec<&'a Object>, Judged> {
    let Some(names) = names else {
        let found: Vec<&Object> = world.objects().filter(|object| are(object)).collect();
        return if found.is_empty() {
            Err(absent(world, None, class))
        } else {
            Ok(found)
        };
    };
    if names.is_empty() {
        return Err(Judged::failed(Words::tell("verdict.no-names", &[])));
    }
    let mut found = Vec::new();
    for name in names {
        match find(world, name).filter(|object| are(object)) {
            Some(object) => found.push(object),
            None if find(world, name).is_some() => return Err(absent(world, Some(name), class)),
            None => return Err(none_called(world, name, &are)),
        }
    }
    Ok(found)
}

/// That no object had this name, and what those of its class were called.
fn none_called(world: &World, name: &str, are: impl Fn(&Object) -> bool) -> Judged {
    let objects = world.objects().filter(|object| are(object));
    let mut others: Vec<String> = objects
        .filter_map(|it| it.name.as_deref())
        .map(quoted)
        .collect();
    others.dedup();
    let name = quoted(name);
    Judged::failed(if others.is_empty() {
        Words::tell("verdict.no-object", &[("name", &name)])
    } else {
        Words::tell(
            "verdict.no-object-but",
            &[("name", &name), ("others", &few(&others))],
        )
    })
}

/// That there was no such object: none of this name, or one that is no `class`.
pub(super) fn absent(world: &World, name: Option<&str>, class: &str) -> Judged {
    let shown = quoted(name.unwrap_or(class));
    Judged::failed(match name.and_then(|name| find(world, name)) {
        Some(_) => Words::tell(
            "verdict.other-class",
            &[("name", &shown), ("class", &class)],
        ),
        None => Words::tell("verdict.no-object", &[("name", &shown)]),
    })
}

/// What is contradictory about it.
pub(super) fn anomalies<'a>(
    world: &'a World,
    object: &'a Object,
) -> impl Iterator<Item = &'a Anomaly> {
    let found = world.anomalies().iter();
    found.filter(move |anomaly| anomaly.object == Some(object.key))
}

/// The value a repr text stands for; the text itself where it is no plain value.
pub(super) fn value_of(repr: &str) -> Value {
    Value::parse(repr).unwrap_or_else(|| repr.into())
}

/// The values an object holds: all of an Array or list, the one of a Value, those of a dict.
pub(super) fn values(object: &Object) -> Option<Vec<Value>> {
    if let Some(shared) = object.shared() {
        return Some(shared.values().map(value_of).collect());
    }
    if let Some(list) = object.sequence() {
        return Some(list.values().map(value_of).collect());
    }
    let mapping = object.mapping()?;
    Some(
        mapping
            .entries()
            .map(|entry| value_of(&entry.value))
            .collect(),
    )
}

/// What stands at an index or key; `None` where nothing does.
pub(super) fn value_at(object: &Object, at: &Value) -> Option<Value> {
    if let Some(mapping) = object.mapping() {
        return mapping.get(&at.repr()).map(|entry| value_of(&entry.value));
    }
    let values = values(object)?;
    let index = usize::try_from(at.as_int()?).ok()?;
    values.into_iter().nth(index)
}
