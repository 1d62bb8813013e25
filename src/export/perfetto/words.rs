//! What stands on a slice and what is said of it when it is clicked: names of operations, objects and
//! children as the recording has them, fit to be shown.

use serde_json::Value;

use crate::model::{Object, World};
use crate::text::clean;
use crate::trace::{Event, Op};

/// What an operation is done to: an object, or a child.
pub(super) fn subject(object: Option<&str>, child: Option<&str>, world: &World) -> String {
    let object = object.and_then(|id| world.object(id));
    let label = object.map(Object::label).or(child);
    clean(label.unwrap_or_default()).into_owned()
}

pub(super) fn waits_for(subject: &str) -> String {
    if subject.is_empty() {
        "wait".to_owned()
    } else {
        format!("wait for {subject}")
    }
}

/// What is said of an operation when it is clicked.
pub(super) fn about(event: &Event, op: &Op) -> Value {
    let mut about = serde_json::Map::new();
    about.insert("seq".to_owned(), event.seq.into());
    let texts = [
        ("object", &op.object),
        ("at", &op.at),
        ("value", &op.args.value),
        ("key", &op.args.key),
        ("item", &op.args.item),
        ("func", &op.args.func),
        ("child", &op.args.child),
        ("result", &op.result),
        ("error", &op.error),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            about.insert(key.to_owned(), clean(text).into());
        }
    }
    if let Some(index) = op.args.index {
        about.insert("index".to_owned(), index.into());
    }
    if let Some(task) = op.args.task {
        about.insert("task".to_owned(), task.into());
    }
    Value::Object(about)
}
