//! What type of value an expression has, worked out without a run: for the lint.
//!
//! Says only what is wrong whatever the run: a text where a number is computed with, a word that its name can
//! never be, a function with too many arguments. Where it can't know, it says nothing.

use super::eval::FUNCTIONS;
use super::facts::{RUN_FUNCTIONS, Takes};
use super::types::{Type, all};
use super::{Node, Operator};
use crate::lesson::Words;
use crate::lesson::role::Of;

/// What names stand for, and where doubts go.
pub(super) struct Inference<'a> {
    pub names: &'a dyn Fn(&str) -> Type,
    pub bound: Vec<(&'a str, Type)>,
    pub doubts: &'a mut Vec<Words>,
}

impl<'a> Inference<'a> {
    fn doubt(&mut self, doubt: Words) {
        self.doubts.push(doubt);
    }

    pub(super) fn of(&mut self, node: &'a Node) -> Type {
        match node {
            Node::Const(value) => Type::of(value),
            Node::Name(name) => {
                let bound = self.bound.iter().rev().find(|(known, _)| known == name);
                bound.map_or_else(|| (self.names)(name), |(_, kind)| kind.clone())
            }
            Node::List(items) => {
                let items: Vec<Type> = items.iter().map(|item| self.of(item)).collect();
                Type::list(all(items.into_iter()))
            }
            Node::Range { from, to, .. } => {
                for end in [from, to] {
                    let kind = self.of(end);
                    if !matches!(kind, Type::Int | Type::Bool | Type::Any) {
                        self.doubt(Words::tell("eval.range", &[]));
                    }
                }
                Type::list(Type::Int)
            }
            Node::Each { item, name, over } => {
                let over = self.of(over);
                if !over.is_list() && over != Type::Any {
                    self.doubt(Words::tell("eval.for-over", &[("kind", &over.words())]));
                }
                self.bound.push((name, over.item()));
                let item = self.of(item);
                self.bound.pop();
                Type::list(item)
            }
            Node::Not(inner) => {
                self.of(inner);
                Type::Bool
            }
            Node::Neg(inner) => {
                let kind = self.of(inner);
                if !kind.is_number() && kind != Type::Any {
                    self.doubt(Words::tell("eval.negated", &[("kind", &kind.words())]));
                }
                kind
            }
            Node::Binary(operator, left, right) => self.binary(*operator, left, right),
            Node::If {
                test,
                then,
                otherwise,
            } => {
                self.of(test);
                let then = self.of(then);
                then.or(self.of(otherwise))
            }
            Node::Index(list, place) => {
                let (list, place) = (self.of(list), self.of(place));
                if !list.is_list() && list != Type::Any {
                    self.doubt(Words::tell("eval.no-items", &[("kind", &list.words())]));
                }
                if !matches!(place, Type::Int | Type::Bool | Type::Any) {
                    self.doubt(Words::tell("eval.no-index", &[("kind", &place.words())]));
                }
                list.item()
            }
            Node::Call(function, args) => self.call(function, args),
        }
    }

    fn binary(&mut self, operator: Operator, left: &'a Node, right: &'a Node) -> Type {
        let (a, b) = (self.of(left), self.of(right));
        let unknown = a == Type::Any || b == Type::Any;
        match operator {
            Operator::Or | Operator::And => a.or(b),
            Operator::Eq | Operator::Ne => {
                self.never_equal(&a, &b);
                Type::Bool
            }
            Operator::In | Operator::NotIn => {
                match &b {
                    Type::List(item) => self.never_equal(&a, item),
                    b if b.is_text() || unknown => {}
                    b => self.doubt(Words::tell("eval.nothing-in", &[("kind", &b.words())])),
                }
                Type::Bool
            }
            Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => {
                let ordered = a.is_number() && b.is_number() || a.is_text() && b.is_text();
                if !ordered && !unknown {
                    self.doubt(Words::tell(
                        "eval.no-order",
                        &[("a", &a.words()), ("b", &b.words())],
                    ));
                }
                Type::Bool
            }
            Operator::Add if a.is_text() && b.is_text() => Type::Str,
            Operator::Add if a.is_list() && b.is_list() => a.or(b),
            _ if unknown => Type::Any,
            _ if a.is_number() && b.is_number() => match (operator, &a, &b) {
                (Operator::Div, ..) | (_, Type::Float, _) | (_, _, Type::Float) => Type::Float,
                _ => Type::Int,
            },
            _ => {
                self.doubt(Words::tell(
                    "eval.no-arithmetic",
                    &[("a", &a.words()), ("b", &b.words())],
                ));
                Type::Any
            }
        }
    }

    /// Notes a comparison that can have one answer only, as with a misspelt word.
    fn never_equal(&mut self, a: &Type, b: &Type) {
        match (a, b) {
            (Type::OneOf(a), Type::OneOf(b)) => {
                let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
                if let Some(word) = few.iter().find(|word| !many.contains(word)) {
                    self.doubt(Words::tell(
                        "eval.never",
                        &[("word", word), ("known", &many.join(", "))],
                    ));
                }
            }
            (Type::Any | Type::None, _) | (_, Type::Any | Type::None) => {}
            (a, b) if a.is_text() && b.is_text() => {}
            (a, b) if a.is_number() && b.is_number() => {}
            (a, b) if a.is_list() && b.is_list() => {}
            (a, b) => self.doubt(Words::tell(
                "eval.never-equal",
                &[("a", &a.words()), ("b", &b.words())],
            )),
        }
    }

    fn call(&mut self, name: &'a str, args: &'a [Node]) -> Type {
        let types: Vec<Type> = args.iter().map(|arg| self.of(arg)).collect();
        if let Some(function) = RUN_FUNCTIONS.iter().find(|known| known.name == name) {
            let fits = match (function.takes, &types[..]) {
                (Takes::Nothing | Takes::Role, []) => true,
                (Takes::Role, [kind]) => {
                    if let (Type::OneOf(_), false) = (kind, types.is_empty()) {
                        let roles = Type::one_of(Of::words());
                        self.never_equal(&roles, kind);
                    }
                    kind.is_text() || *kind == Type::Any
                }
                (Takes::Text, [kind]) => kind.is_text() || *kind == Type::Any,
                _ => false,
            };
            if !fits {
                self.doubt(Words::of(|lang| {
                    let takes = lang.term("function-takes", function.takes.word());
                    lang.tell("eval.takes", &[("function", &name), ("takes", &takes)])
                }));
            }
            return (function.gives)();
        }
        if !FUNCTIONS.contains(&name) {
            return Type::Any;
        }
        let known = |test: &dyn Fn(&Type) -> bool, kind: &Type| test(kind) || *kind == Type::Any;
        let fits = match (name, &types[..]) {
            ("len", [kind]) => known(&|kind| kind.is_list() || kind.is_text(), kind),
            ("int", [kind]) => known(&|kind| kind.is_number() || kind.is_text(), kind),
            ("str" | "repr", [_]) => true,
            ("sorted" | "min" | "max", [kind]) => known(&Type::is_list, kind),
            ("min" | "max", [_, _, ..]) => types.iter().all(|kind| known(&Type::is_number, kind)),
            _ => false,
        };
        if !fits {
            self.doubt(Words::tell("eval.arguments", &[("function", &name)]));
        }
        match name {
            "len" | "int" => Type::Int,
            "str" | "repr" => Type::Str,
            "sorted" => types.into_iter().next().unwrap_or(Type::Any),
            _ => match types.into_iter().next() {
                Some(Type::List(item)) => *item,
                Some(kind) => kind,
                None => Type::Any,
            },
        }
    }
}
