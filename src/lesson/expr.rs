//! `Expr`: the small language of lesson.toml for everything that depends on parameters.
//!
//! Python's notation, because the reader of a lesson knows it: `100 + i`, `lock != 'none'`,
//! `-15 if misuse == 'terminate' else 0`, `[101 for k in 0..i + 1]`, `[11, 22, 33][j]`. Ranges are
//! `a..b` (b left out) and `a..=b`. Owns the tree and its evaluation; `expr/parse.rs` reads it.
//! Refuses to know what a name stands for: a `Scope` says so.

mod parse;

use std::fmt;

use super::value::Value;

/// Longest list an expression may make: a lesson that asks for more is a mistake or an attack.
const MAX_ITEMS: usize = 10_000;

/// Longest text of an expression; it bounds the depth of the tree.
const MAX_TEXT: usize = 1_000;

/// An expression, read from its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    text: String,
    node: Node,
}

/// What gives names their values.
pub trait Scope {
    /// The value of a name.
    fn name(&self, name: &str) -> Option<Value>;

    /// The result of a function that is not of the language itself; `None` where there is none.
    fn call(&self, function: &str, args: &[Value]) -> Option<Result<Value, String>> {
        let _ = (function, args);
        None
    }
}

/// Nothing has a name.
impl Scope for () {
    fn name(&self, _: &str) -> Option<Value> {
        None
    }
}

/// Why an expression could not be read: what stands wrong, at which byte of its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    pub offset: usize,
    pub message: String,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("in `{text}`: {message}")]
pub struct EvalError {
    pub text: String,
    pub message: String,
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

/// Functions every expression may call.
const FUNCTIONS: &[&str] = &["len", "min", "max", "int", "str", "repr", "sorted"];

impl Expr {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where the text is not an expression, and what was expected there.
    pub fn parse(text: &str) -> Result<Expr, SyntaxError> {
        if text.len() > MAX_TEXT {
            return Err(SyntaxError {
                offset: MAX_TEXT,
                message: format!("an expression of more than {MAX_TEXT} bytes"),
            });
        }
        Ok(Expr {
            text: text.to_owned(),
            node: parse::expression(text)?,
        })
    }

    /// An expression that is this value.
    #[must_use]
    pub fn constant(value: Value) -> Expr {
        Expr {
            text: value.repr(),
            node: Node::Const(value),
        }
    }

    /// The expression as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// # Errors
    /// A name the scope does not know, an operation its operands do not have.
    pub fn eval(&self, scope: &dyn Scope) -> Result<Value, EvalError> {
        eval(&self.node, scope).map_err(|message| self.error(message))
    }

    /// # Errors
    /// As `eval`, and when the value is not an integer.
    pub fn int(&self, scope: &dyn Scope) -> Result<i64, EvalError> {
        let value = self.eval(scope)?;
        value
            .as_int()
            .ok_or_else(|| self.error(format!("{} where an integer is wanted", value.kind())))
    }

    /// # Errors
    /// As `eval`, and when the value is not a list.
    pub fn list(&self, scope: &dyn Scope) -> Result<Vec<Value>, EvalError> {
        match self.eval(scope)? {
            Value::List(items) => Ok(items),
            other => Err(self.error(format!("{} where a list is wanted", other.kind()))),
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
        functions.retain(|name| !FUNCTIONS.contains(name));
        functions
    }

    fn error(&self, message: String) -> EvalError {
        EvalError {
            text: self.text.clone(),
            message,
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

    fn call(&self, function: &str, args: &[Value]) -> Option<Result<Value, String>> {
        self.outer.call(function, args)
    }
}

fn eval(node: &Node, scope: &dyn Scope) -> Result<Value, String> {
    match node {
        Node::Const(value) => Ok(value.clone()),
        Node::Name(name) => scope
            .name(name)
            .ok_or_else(|| format!("nothing is called `{name}`")),
        Node::List(items) => items
            .iter()
            .map(|item| eval(item, scope))
            .collect::<Result<_, _>>()
            .map(Value::List),
        Node::Range {
            from,
            to,
            inclusive,
        } => range(&eval(from, scope)?, &eval(to, scope)?, *inclusive),
        Node::Each { item, name, over } => each(item, name, &eval(over, scope)?, scope),
        Node::Not(inner) => Ok(Value::Bool(!eval(inner, scope)?.truth())),
        Node::Neg(inner) => match eval(inner, scope)? {
            Value::Float(x) => Ok(Value::Float(-x)),
            other => other
                .as_int()
                .and_then(i64::checked_neg)
                .map(Value::Int)
                .ok_or_else(|| format!("{} can't be negated", other.kind())),
        },
        Node::Binary(operator, left, right) => binary(*operator, left, right, scope),
        Node::If {
            test,
            then,
            otherwise,
        } => {
            if eval(test, scope)?.truth() {
                eval(then, scope)
            } else {
                eval(otherwise, scope)
            }
        }
        Node::Index(list, place) => index(&eval(list, scope)?, &eval(place, scope)?),
        Node::Call(function, args) => {
            let args: Vec<Value> = args
                .iter()
                .map(|arg| eval(arg, scope))
                .collect::<Result<_, _>>()?;
            match scope.call(function, &args) {
                Some(result) => result,
                None => call(function, &args),
            }
        }
    }
}

fn range(from: &Value, to: &Value, inclusive: bool) -> Result<Value, String> {
    let (Some(from), Some(to)) = (from.as_int(), to.as_int()) else {
        return Err("a range runs between integers".to_owned());
    };
    let to = if inclusive { to.saturating_add(1) } else { to };
    let count = usize::try_from(to.saturating_sub(from).max(0)).unwrap_or(usize::MAX);
    if count > MAX_ITEMS {
        return Err(format!("more than {MAX_ITEMS} items"));
    }
    Ok(Value::List((from..to).map(Value::Int).collect()))
}

fn each(item: &Node, name: &str, over: &Value, scope: &dyn Scope) -> Result<Value, String> {
    let Value::List(values) = over else {
        return Err(format!("`for` runs over a list, not {}", over.kind()));
    };
    values
        .iter()
        .map(|value| {
            let inner = Bound {
                name,
                value: value.clone(),
                outer: scope,
            };
            eval(item, &inner)
        })
        .collect::<Result<_, _>>()
        .map(Value::List)
}

fn index(list: &Value, place: &Value) -> Result<Value, String> {
    let Value::List(items) = list else {
        return Err(format!("{} has no items", list.kind()));
    };
    let Some(place) = place.as_int() else {
        return Err(format!("{} is no index", place.kind()));
    };
    // Negative places count from the end, as in Python.
    let from_end = usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX);
    let found = if place < 0 {
        items.len().checked_sub(from_end)
    } else {
        Some(from_end)
    };
    found
        .and_then(|place| items.get(place))
        .cloned()
        .ok_or_else(|| format!("no item {place} in a list of {}", items.len()))
}

fn count(n: usize) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn call(function: &str, args: &[Value]) -> Result<Value, String> {
    let number = |value: &Value| value.as_float().unwrap_or(f64::NAN);
    let pool = match args {
        [Value::List(items)] => items.as_slice(),
        _ => args,
    };
    match (function, args) {
        ("len", [Value::List(items)]) => Ok(count(items.len())),
        ("len", [Value::Text(text)]) => Ok(count(text.chars().count())),
        ("int", [Value::Text(text)]) => text
            .trim()
            .parse()
            .map(Value::Int)
            .map_err(|_| format!("`{text}` is no integer")),
        ("int", [value]) => value
            .as_int()
            .map(Value::Int)
            .ok_or_else(|| format!("{} is no integer", value.kind())),
        ("str", [value]) => Ok(Value::Text(value.to_string())),
        ("repr", [value]) => Ok(Value::Text(value.repr())),
        ("sorted", [Value::List(items)]) => {
            let mut items = items.clone();
            items.sort_by(|a, b| match (a, b) {
                (Value::Text(a), Value::Text(b)) => a.cmp(b),
                _ => number(a).total_cmp(&number(b)),
            });
            Ok(Value::List(items))
        }
        ("min" | "max", _) if !pool.is_empty() && pool.iter().all(|v| v.as_float().is_some()) => {
            let order = |a: &&Value, b: &&Value| number(a).total_cmp(&number(b));
            let found = if function == "min" {
                pool.iter().min_by(order)
            } else {
                pool.iter().max_by(order)
            };
            Ok(found.cloned().unwrap_or(Value::None))
        }
        (known, _) if FUNCTIONS.contains(&known) => {
            Err(format!("`{function}` can't be applied to these arguments"))
        }
        _ => Err(format!("there is no function `{function}`")),
    }
}

fn binary(
    operator: Operator,
    left: &Node,
    right: &Node,
    scope: &dyn Scope,
) -> Result<Value, String> {
    let a = eval(left, scope)?;
    match operator {
        Operator::Or if a.truth() => return Ok(a),
        Operator::And if !a.truth() => return Ok(a),
        _ => {}
    }
    let b = eval(right, scope)?;
    let answer = match operator {
        Operator::Or | Operator::And => return Ok(b),
        Operator::Eq => a.same(&b),
        Operator::Ne => !a.same(&b),
        Operator::In => contains(&b, &a)?,
        Operator::NotIn => !contains(&b, &a)?,
        Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => {
            let order = match (&a, &b) {
                (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
                _ => match (a.as_float(), b.as_float()) {
                    (Some(a), Some(b)) => a.partial_cmp(&b),
                    _ => None,
                },
            };
            let Some(order) = order else {
                return Err(format!("{} and {} have no order", a.kind(), b.kind()));
            };
            match operator {
                Operator::Lt => order.is_lt(),
                Operator::Le => order.is_le(),
                Operator::Gt => order.is_gt(),
                _ => order.is_ge(),
            }
        }
        arithmetic => return compute(arithmetic, &a, &b),
    };
    Ok(Value::Bool(answer))
}

fn contains(list: &Value, item: &Value) -> Result<bool, String> {
    match (list, item) {
        (Value::List(items), item) => Ok(items.iter().any(|other| other.same(item))),
        (Value::Text(text), Value::Text(part)) => Ok(text.contains(part.as_str())),
        _ => Err(format!("nothing can be in {}", list.kind())),
    }
}

fn compute(operator: Operator, a: &Value, b: &Value) -> Result<Value, String> {
    match (operator, a, b) {
        (Operator::Add, Value::Text(a), Value::Text(b)) => {
            return Ok(Value::Text(format!("{a}{b}")));
        }
        (Operator::Add, Value::List(a), Value::List(b)) if a.len() + b.len() <= MAX_ITEMS => {
            return Ok(Value::List([a.as_slice(), b].concat()));
        }
        _ => {}
    }
    if let (Some(x), Some(y), false) = (a.as_int(), b.as_int(), operator == Operator::Div) {
        let result = match operator {
            Operator::Add => x.checked_add(y),
            Operator::Sub => x.checked_sub(y),
            Operator::Mul => x.checked_mul(y),
            // Python rounds towards minus infinity; `div_euclid` does so for positive divisors.
            Operator::FloorDiv if y > 0 => x.checked_div_euclid(y),
            Operator::Rem if y > 0 => x.checked_rem_euclid(y),
            _ => None,
        };
        return result.map(Value::Int).ok_or_else(|| {
            "the result is out of range, or the divisor is not positive".to_owned()
        });
    }
    let (Some(x), Some(y)) = (a.as_float(), b.as_float()) else {
        return Err(format!(
            "{} and {} can't be computed with",
            a.kind(),
            b.kind()
        ));
    };
    match operator {
        Operator::Add => Ok(Value::Float(x + y)),
        Operator::Sub => Ok(Value::Float(x - y)),
        Operator::Mul => Ok(Value::Float(x * y)),
        Operator::Div if y != 0.0 => Ok(Value::Float(x / y)),
        _ => Err("division by zero, or of a float without remainder".to_owned()),
    }
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
mod tests {
    use super::{Expr, Scope, Value};

    struct Ten;
    impl Scope for Ten {
        fn name(&self, name: &str) -> Option<Value> {
            match name {
                "n" => Some(Value::Int(10)),
                "lock" => Some(Value::Text("RLock".into())),
                _ => None,
            }
        }
    }

    fn value(text: &str) -> String {
        match Expr::parse(text) {
            Ok(expr) => match expr.eval(&Ten) {
                Ok(value) => value.repr(),
                Err(error) => format!("! {}", error.message),
            },
            Err(error) => format!("? {} {}", error.offset, error.message),
        }
    }

    #[test]
    fn expressions_have_pythons_values() {
        for (text, expected) in [
            ("100 + n * 2", "120"),
            ("(100 + n) * 2", "220"),
            ("n - 3 - 2", "5"),
            ("-n", "-10"),
            ("-7 // 2", "-4"),
            ("-7 % 3", "2"),
            ("n / 4", "2.5"),
            ("1.5 + 1", "2.5"),
            ("'a' + \"b\"", "'ab'"),
            ("lock != 'none' and n > 9", "True"),
            ("not lock == 'none'", "True"),
            ("lock == 'none' or n <= 9", "False"),
            ("-15 if n == 10 else 0", "-15"),
            ("0..3", "[0, 1, 2]"),
            ("1..=n // 5", "[1, 2]"),
            ("5..2", "[]"),
            ("[11, 22, 33][1]", "22"),
            ("[11, 22, 33][-1]", "33"),
            ("[100 + k for k in 0..2]", "[100, 101]"),
            ("[[i, j] for i in 0..1][0]", "! nothing is called `j`"),
            ("2 in 0..3", "True"),
            ("7 not in 0..3", "True"),
            ("len(0..n)", "10"),
            ("max(3, n, 4)", "10"),
            ("min([3, 1, 2])", "1"),
            ("sorted([3, 1, 2])", "[1, 2, 3]"),
            ("int('4') + 1", "5"),
            ("[None, True, 'x']", "[None, True, 'x']"),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_has_no_value_says_why() {
        for (text, expected) in [
            ("m", "! nothing is called `m`"),
            (
                "1 + 'a'",
                "! an integer and a string can't be computed with",
            ),
            ("0..100000", "! more than 10000 items"),
            ("[1][3]", "! no item 3 in a list of 1"),
            ("f(1)", "! there is no function `f`"),
            ("len(1)", "! `len` can't be applied to these arguments"),
            (
                "9223372036854775807 + 1",
                "! the result is out of range, or the divisor is not positive",
            ),
            (
                "1 % 0",
                "! the result is out of range, or the divisor is not positive",
            ),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_says_where() {
        for (text, offset) in [
            ("1 +", 3),
            ("", 0),
            ("(1", 2),
            ("1 2", 2),
            ("'a", 0),
            ("a ? b", 2),
            ("[x for 1 in 0..2]", 7),
        ] {
            match Expr::parse(text) {
                Err(error) => assert_eq!(error.offset, offset, "{text}: {error}"),
                Ok(_) => panic!("{text} was read"),
            }
        }
    }

    #[test]
    fn names_leave_out_what_is_bound_inside() {
        let expr = Expr::parse("[a + k for k in 0..n] + f(len(b))").unwrap();
        assert_eq!(expr.names(), ["n", "a", "b"]);
        assert_eq!(expr.functions(), ["f"]);
    }

    #[test]
    fn deep_nesting_is_refused_instead_of_overflowing_the_stack() {
        let text = format!("{}1{}", "(".repeat(400), ")".repeat(400));
        assert!(Expr::parse(&text).is_err());
        assert!(Expr::parse(&"not ".repeat(200)).is_err());
        assert!(Expr::parse(&"-".repeat(900)).is_err());
    }
}
