//! `Type`: what is known of a value before a run.

use crate::lesson::{Value, Words};

/// A name and the type of its value.
pub type Typed = (&'static str, fn() -> Type);

/// What is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    Any,
    None,
    Bool,
    Int,
    Float,
    Str,
    /// A string that is one of these.
    OneOf(Vec<String>),
    List(Box<Type>),
}

impl Type {
    /// One of these words.
    pub(in crate::lesson) fn one_of(words: impl IntoIterator<Item = &'static str>) -> Type {
        Type::OneOf(words.into_iter().map(str::to_owned).collect())
    }

    /// A list of these.
    pub(in crate::lesson) fn list(of: Type) -> Type {
        Type::List(Box::new(of))
    }

    /// What a loop over it gives.
    pub(in crate::lesson) fn item(&self) -> Type {
        match self {
            Type::List(item) => (**item).clone(),
            _ => Type::Any,
        }
    }

    pub(super) fn of(value: &Value) -> Type {
        match value {
            Value::None => Type::None,
            Value::Bool(_) => Type::Bool,
            Value::Int(_) => Type::Int,
            Value::Float(_) => Type::Float,
            Value::Str(text) => Type::OneOf(vec![text.clone()]),
            Value::List(items) => Type::list(all(items.iter().map(Type::of))),
            _ => Type::Any,
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Type::Str | Type::OneOf(_))
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Type::Bool | Type::Int | Type::Float)
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self, Type::List(_))
    }

    /// What it is called, as in the errors of an evaluation.
    pub(in crate::lesson) fn words(&self) -> Words {
        let word = match self {
            Type::Any => "any",
            Type::None => "none",
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Float => "float",
            Type::Str | Type::OneOf(_) => "str",
            Type::List(_) => "list",
        };
        Words::of(|lang| lang.term("value-kind", word))
    }

    /// What is true of both.
    pub(super) fn or(self, other: Type) -> Type {
        match (self, other) {
            (a, b) if a == b => a,
            (Type::OneOf(mut a), Type::OneOf(b)) => {
                a.extend(b);
                Type::OneOf(a)
            }
            (a, b) if a.is_text() && b.is_text() => Type::Str,
            (a, b) if a.is_number() && b.is_number() => Type::Float,
            (Type::List(a), Type::List(b)) => Type::list(a.or(*b)),
            _ => Type::Any,
        }
    }
}

pub(super) fn all(types: impl Iterator<Item = Type>) -> Type {
    types.reduce(Type::or).unwrap_or(Type::Any)
}
