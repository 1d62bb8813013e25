//! The value of an expression, as Python would have it.
//!
//! Arithmetic is checked and lists are bounded: a lesson of a stranger's pack can be wrong, not
//! harmful. Messages are fragments; `Expr` puts its text in front of them.

use super::fuel::NODE;
use super::{Bound, Node, Operator, Scope, kind};
use crate::lesson::{Value, Words};

/// Longest list an expression may make: a lesson that asks for more is a mistake or an attack.
const MAX_ITEMS: usize = 10_000;

/// Longest text an expression may make, in bytes.
const MAX_TEXT: usize = 100_000;

/// Functions every expression may call.
pub(in crate::lesson) const FUNCTIONS: &[&str] =
    &["len", "min", "max", "int", "str", "repr", "sorted"];

/// Every node burns fuel, and so does what it makes, by its size: whatever works on values then
/// costs no more than making them did.
pub(super) fn eval(node: &Node, scope: &dyn Scope) -> Result<Value, Words> {
    scope.fuel().burn(NODE)?;
    let value = of_node(node, scope)?;
    scope.fuel().burn(size(&value))?;
    match &value {
        Value::Str(text) if text.len() > MAX_TEXT => {
            Err(Words::tell("eval.text", &[("most", &MAX_TEXT)]))
        }
        _ => Ok(value),
    }
}

fn of_node(node: &Node, scope: &dyn Scope) -> Result<Value, Words> {
    match node {
        Node::Const(value) => Ok(value.clone()),
        Node::Name(name) => {
            let value = scope.name(name);
            value.ok_or_else(|| Words::tell("eval.nothing", &[("name", name)]))
        }
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
                .map(Value::from)
                .ok_or_else(|| Words::tell("eval.negated", &[("kind", &kind(&other))])),
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

/// What a copy of the value costs, in units of fuel.
fn size(value: &Value) -> usize {
    match value {
        Value::List(items) => items.iter().map(size).sum::<usize>() + 4,
        Value::Str(text) => text.len() / 8 + 4,
        _ => 4,
    }
}

fn range(from: &Value, to: &Value, inclusive: bool) -> Result<Value, Words> {
    let (Some(from), Some(to)) = (from.as_int(), to.as_int()) else {
        return Err(Words::tell("eval.range", &[]));
    };
    let to = if inclusive { to.saturating_add(1) } else { to };
    let count = usize::try_from(to.saturating_sub(from).max(0)).unwrap_or(usize::MAX);
    if count > MAX_ITEMS {
        return Err(Words::tell("eval.items", &[("most", &MAX_ITEMS)]));
    }
    Ok(Value::List((from..to).map(Value::from).collect()))
}

fn each(item: &Node, name: &str, over: &Value, scope: &dyn Scope) -> Result<Value, Words> {
    let Value::List(values) = over else {
        return Err(Words::tell("eval.for-over", &[("kind", &kind(over))]));
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

fn index(list: &Value, place: &Value) -> Result<Value, Words> {
    let Value::List(items) = list else {
        return Err(Words::tell("eval.no-items", &[("kind", &kind(list))]));
    };
    let Some(place) = place.as_int() else {
        return Err(Words::tell("eval.no-index", &[("kind", &kind(place))]));
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
        .ok_or_else(|| {
            let n = items.len();
            Words::tell("eval.no-item", &[("place", &place), ("n", &n)])
        })
}

fn call(function: &str, args: &[Value]) -> Result<Value, Words> {
    let number = |value: &Value| value.as_float().unwrap_or(f64::NAN);
    let pool = match args {
        [Value::List(items)] => items.as_slice(),
        _ => args,
    };
    match (function, args) {
        ("len", [Value::List(items)]) => Ok(items.len().into()),
        ("len", [Value::Str(text)]) => Ok(text.chars().count().into()),
        ("int", [Value::Str(text)]) => text
            .trim()
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| Words::tell("eval.not-integer", &[("what", &format!("`{text}`"))])),
        ("int", [value]) => value
            .as_int()
            .map(Value::from)
            .ok_or_else(|| Words::tell("eval.not-integer", &[("what", &kind(value))])),
        ("str", [value]) => Ok(Value::Str(value.to_string())),
        ("repr", [value]) => Ok(Value::Str(value.repr())),
        ("sorted", [Value::List(items)]) => {
            let mut items = items.clone();
            items.sort_by(|a, b| match (a, b) {
                (Value::Str(a), Value::Str(b)) => a.cmp(b),
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
            Err(Words::tell("eval.arguments", &[("function", &function)]))
        }
        _ => Err(Words::tell("eval.no-function", &[("function", &function)])),
    }
}

fn binary(
    operator: Operator,
    left: &Node,
    right: &Node,
    scope: &dyn Scope,
) -> Result<Value, Words> {
    let a = eval(left, scope)?;
    match operator {
        Operator::Or if a.truth() => return Ok(a),
        Operator::And if !a.truth() => return Ok(a),
        _ => {}
    }
    let b = eval(right, scope)?;
    let answer = match operator {
        Operator::Or | Operator::And => return Ok(b),
        Operator::Eq => a == b,
        Operator::Ne => a != b,
        Operator::In => contains(&b, &a)?,
        Operator::NotIn => !contains(&b, &a)?,
        Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => {
            let order = match (&a, &b) {
                (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
                _ => match (a.as_float(), b.as_float()) {
                    (Some(a), Some(b)) => a.partial_cmp(&b),
                    _ => None,
                },
            };
            let Some(order) = order else {
                return Err(Words::tell(
                    "eval.no-order",
                    &[("a", &kind(&a)), ("b", &kind(&b))],
                ));
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

fn contains(list: &Value, item: &Value) -> Result<bool, Words> {
    match (list, item) {
        (Value::List(items), item) => Ok(items.iter().any(|other| other == item)),
        (Value::Str(text), Value::Str(part)) => Ok(text.contains(part.as_str())),
        _ => Err(Words::tell("eval.nothing-in", &[("kind", &kind(list))])),
    }
}

fn compute(operator: Operator, a: &Value, b: &Value) -> Result<Value, Words> {
    match (operator, a, b) {
        (Operator::Add, Value::Str(a), Value::Str(b)) => {
            return Ok(Value::Str(format!("{a}{b}")));
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
            Operator::FloorDiv | Operator::Rem if y == 0 => {
                return Err(Words::tell("eval.division", &[]));
            }
            // Python rounds towards minus infinity, and a remainder has its divisor's sign.
            Operator::FloorDiv => {
                let uneven = x.checked_rem(y).is_some_and(|rest| rest != 0);
                let down = uneven && (x < 0) != (y < 0);
                x.checked_div(y).map(|quotient| quotient - i64::from(down))
            }
            Operator::Rem => x.checked_rem(y).map(|rest| {
                let other_sign = rest != 0 && (rest < 0) != (y < 0);
                if other_sign { rest + y } else { rest }
            }),
            _ => None,
        };
        return result
            .map(Value::from)
            .ok_or_else(|| Words::tell("eval.out-of-range", &[]));
    }
    let (Some(x), Some(y)) = (a.as_float(), b.as_float()) else {
        return Err(Words::tell(
            "eval.no-arithmetic",
            &[("a", &kind(a)), ("b", &kind(b))],
        ));
    };
    match operator {
        Operator::Add => Ok(Value::Float(x + y)),
        Operator::Sub => Ok(Value::Float(x - y)),
        Operator::Mul => Ok(Value::Float(x * y)),
        Operator::Div if y != 0.0 => Ok(Value::Float(x / y)),
        _ => Err(Words::tell("eval.division", &[])),
    }
}
