//! `Expr`: the small language of lesson.toml for everything that depends on parameters.
//!
//! Python's notation, because the reader of a lesson knows it: `100 + i`, `lock != 'none'`,
//! `-15 if misuse == 'terminate' else 0`, `[101 for k in 0..i + 1]`, `[11, 22, 33][j]`. Ranges are
//! `a..b` (b left out) and `a..=b`. Owns the tree; `expr/parse.rs` reads it, `expr/eval.rs` gives it its value.
//! Refuses to know what a name stands for: a `Scope` says so.

mod eval;
mod facts;
mod fuel;
mod infer;
mod known;
mod parse;
mod types;

use std::fmt;

use crate::lesson::error::Spot;
use crate::lesson::{Value, Words};
pub(super) use eval::FUNCTIONS;
pub(super) use facts::TASK_STATES;
pub use facts::{Function, RUN_FUNCTIONS, RUN_NAMES, Takes};
pub use fuel::{Fuel, OutOfFuel};
pub use types::{Type, Typed};

/// Longest text of an expression; it bounds the depth of the tree.
const MAX_TEXT: usize = 1_000;

/// An expression, read from its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    text: String,
    node: Box<Node>,
    /// Where in lesson.toml it stands.
    spot: Option<Spot>,
}

/// `None`: what stands in for an expression that could not be read.
impl Default for Expr {
    fn default() -> Expr {
        Expr::constant(Value::None)
    }
}

/// What gives names their values.
pub trait Scope {
    /// The value of a name.
    fn name(&self, name: &str) -> Option<Value>;

    /// The result of a function that is not of the language itself; `None` where there is none.
    fn call(&self, function: &str, args: &[Value]) -> Option<Result<Value, Words>> {
        let _ = (function, args);
        None
    }

    /// What evaluating in this scope may still cost.
    fn fuel(&self) -> &Fuel;
}

impl From<OutOfFuel> for EvalError {
    fn from(error: OutOfFuel) -> EvalError {
        EvalError {
            text: String::new(),
            message: error.into(),
            spot: None,
        }
    }
}

/// Why an expression could not be read: what stands wrong, at which byte of its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", message.en)]
pub struct SyntaxError {
    pub offset: usize,
    pub message: Words,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words().en)]
pub struct EvalError {
    pub text: String,
    pub message: Words,
    /// Where in lesson.toml the expression stands.
    pub spot: Option<Spot>,
}

impl EvalError {
    /// The expression and what is wrong with it.
    #[must_use]
    pub fn words(&self) -> Words {
        if self.text.is_empty() {
            return self.message.clone();
        }
        let (text, what) = (&self.text, &self.message);
        Words::tell("eval.in", &[("text", text), ("what", what)])
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Const(Value),
    Name(String),
    List(Vec<Node>),
    Range {
        from: Box<Node>,
        to: Box<Node>,
        inclusive: bool,
    },
    Each {
        item: Box<Node>,
        name: String,
        over: Box<Node>,
    },
    Not(Box<Node>),
    Neg(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    If {
        test: Box<Node>,
        then: Box<Node>,
        otherwise: Box<Node>,
    },
    Index(Box<Node>, Box<Node>),
    Call(String, Vec<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Rem,
}

impl Expr {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where the text is not an expression, and what was expected there.
    pub fn parse(text: &str) -> Result<Expr, SyntaxError> {
        if text.len() > MAX_TEXT {
            return Err(SyntaxError {
                offset: MAX_TEXT,
                message: Words::tell("syntax.long", &[("most", &MAX_TEXT)]),
            });
        }
        Ok(Expr {
            text: text.to_owned(),
            node: Box::new(parse::expression(text)?),
            spot: None,
        })
    }

    /// An expression that is this value.
    #[must_use]
    pub fn constant(value: Value) -> Expr {
        Expr {
            text: value.repr(),
            node: Box::new(Node::Const(value)),
            spot: None,
        }
    }

    /// The expression with the place where it stands in lesson.toml.
    pub(super) fn at(self, spot: Spot) -> Expr {
        Expr {
            spot: Some(spot),
            ..self
        }
    }

    pub(super) fn spot(&self) -> Option<Spot> {
        self.spot
    }

    /// What type of value it has, and what is wrong with it whatever the run.
    pub(super) fn type_of(&self, names: &dyn Fn(&str) -> Type, doubts: &mut Vec<Words>) -> Type {
        let mut inference = infer::Inference {
            names,
            bound: Vec::new(),
            doubts,
        };
        inference.of(&self.node)
    }

    /// Evaluates the parts that need nothing of a run.
    ///
    /// # Errors
    /// As `eval`.
    pub(super) fn eval_known(
        &self,
        scope: &dyn Scope,
        unknown: &dyn Fn(&str) -> bool,
    ) -> Result<(), EvalError> {
        known::eval(&self.node, scope, unknown).map_err(|message| self.error(message))
    }

    /// The texts given to functions that take the name of an object.
    pub(super) fn objects(&self) -> Vec<&str> {
        let mut found = Vec::new();
        known::objects(&self.node, &mut found);
        found
    }

    /// The expression as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// # Errors
    /// A name the scope does not know, an operation its operands do not have.
    pub fn eval(&self, scope: &dyn Scope) -> Result<Value, EvalError> {
        eval::eval(&self.node, scope).map_err(|message| self.error(message))
    }

    /// # Errors
    /// As `eval`, and when the value is not an integer.
    pub fn int(&self, scope: &dyn Scope) -> Result<i64, EvalError> {
        let value = self.eval(scope)?;
        value
            .as_int()
            .ok_or_else(|| self.error(Words::tell("eval.no-integer", &[("kind", &kind(&value))])))
    }

    /// A number, as it is compared and as it is shown.
    ///
    /// # Errors
    /// As `eval`, and when the value is not a number.
    pub fn number(&self, scope: &dyn Scope) -> Result<(f64, String), EvalError> {
        let value = self.eval(scope)?;
        let number = value.as_float().map(|number| (number, value.repr()));
        number.ok_or_else(|| self.error(Words::tell("eval.no-number", &[("kind", &kind(&value))])))
    }

    /// # Errors
    /// As `eval`, and when the value is not a list.
    pub fn list(&self, scope: &dyn Scope) -> Result<Vec<Value>, EvalError> {
        match self.eval(scope)? {
            Value::List(items) => Ok(items),
            other => {
                let what = Words::tell("eval.no-list", &[("kind", &kind(&other))]);
                Err(self.error(what))
            }
        }
    }

    /// # Errors
    /// As `eval`.
    pub fn holds(&self, scope: &dyn Scope) -> Result<bool, EvalError> {
        Ok(self.eval(scope)?.truth())
    }

    /// Names the expression takes from its scope, those bound inside it left out.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let (mut names, mut functions) = (Vec::new(), Vec::new());
        collect(&self.node, &mut Vec::new(), &mut names, &mut functions);
        names
    }

    /// Functions the expression takes from its scope.
    #[must_use]
    pub fn functions(&self) -> Vec<&str> {
        let (mut names, mut functions) = (Vec::new(), Vec::new());
        collect(&self.node, &mut Vec::new(), &mut names, &mut functions);
        functions.retain(|name| !eval::FUNCTIONS.contains(name));
        functions
    }

    fn error(&self, message: Words) -> EvalError {
        EvalError {
            text: self.text.clone(),
            message,
            spot: self.spot,
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A scope with one more name in front of it.
pub struct Bound<'a> {
    pub name: &'a str,
    pub value: Value,
    pub outer: &'a dyn Scope,
}

impl Scope for Bound<'_> {
    fn name(&self, name: &str) -> Option<Value> {
        if name == self.name {
            Some(self.value.clone())
        } else {
            self.outer.name(name)
        }
    }

    fn call(&self, function: &str, args: &[Value]) -> Option<Result<Value, Words>> {
        self.outer.call(function, args)
    }

    fn fuel(&self) -> &Fuel {
        self.outer.fuel()
    }
}

/// What a value is called in an error.
fn kind(value: &Value) -> Words {
    let word = match value {
        Value::None => "none",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "str",
        Value::List(_) => "list",
        other => other.type_name(),
    };
    Words::of(|lang| lang.term("value-kind", word))
}

fn collect<'a>(
    node: &'a Node,
    bound: &mut Vec<&'a str>,
    names: &mut Vec<&'a str>,
    functions: &mut Vec<&'a str>,
) {
    match node {
        Node::Const(_) => {}
        Node::Name(name) => {
            if !bound.contains(&name.as_str()) {
                names.push(name);
            }
        }
        Node::Each { item, name, over } => {
            collect(over, bound, names, functions);
            bound.push(name);
            collect(item, bound, names, functions);
            bound.pop();
        }
        Node::List(items) => {
            for item in items {
                collect(item, bound, names, functions);
            }
        }
        Node::Call(function, args) => {
            functions.push(function);
            for arg in args {
                collect(arg, bound, names, functions);
            }
        }
        Node::Not(inner) | Node::Neg(inner) => collect(inner, bound, names, functions),
        Node::Range { from, to, .. } => {
            collect(from, bound, names, functions);
            collect(to, bound, names, functions);
        }
        Node::Binary(_, a, b) | Node::Index(a, b) => {
            collect(a, bound, names, functions);
            collect(b, bound, names, functions);
        }
        Node::If {
            test,
            then,
            otherwise,
        } => {
            for part in [test, then, otherwise] {
                collect(part, bound, names, functions);
            }
        }
    }
}

#[cfg(test)]
mod tests;
