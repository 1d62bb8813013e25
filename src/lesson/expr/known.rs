//! The parts of an expression that have a value before a run: for the lint, which looks for those that have
//! none at the ends of the parameters' ranges.

use super::facts::{OF_OBJECTS, RUN_FUNCTIONS};
use super::{Node, Scope, eval};
use crate::lesson::{Value, Words};

/// Evaluates the largest parts that use nothing of a run; `unknown` names are a run's, or bound inside.
pub(super) fn eval(
    node: &Node,
    scope: &dyn Scope,
    unknown: &dyn Fn(&str) -> bool,
) -> Result<(), Words> {
    if !needs_run(node, unknown) {
        return eval::eval(node, scope).map(drop);
    }
    match node {
        // What is bound inside has no value of its own here, and what is chosen depends on the run.
        Node::Each { over, .. } => eval(over, scope, unknown),
        Node::If { test, .. } => eval(test, scope, unknown),
        _ => children(node)
            .into_iter()
            .try_for_each(|child| eval(child, scope, unknown)),
    }
}

fn needs_run(node: &Node, unknown: &dyn Fn(&str) -> bool) -> bool {
    match node {
        Node::Name(name) => unknown(name),
        Node::Call(function, args) => {
            RUN_FUNCTIONS.iter().any(|known| known.name == function)
                || args.iter().any(|arg| needs_run(arg, unknown))
        }
        _ => children(node)
            .into_iter()
            .any(|child| needs_run(child, unknown)),
    }
}

/// Texts given to functions that take an object's name.
pub(super) fn objects<'a>(node: &'a Node, found: &mut Vec<&'a str>) {
    if let Node::Call(function, args) = node
        && OF_OBJECTS.contains(&function.as_str())
        && let [Node::Const(Value::Str(name))] = &args[..]
    {
        found.push(name);
    }
    for child in children(node) {
        objects(child, found);
    }
}

fn children(node: &Node) -> Vec<&Node> {
    match node {
        Node::Const(_) | Node::Name(_) => Vec::new(),
        Node::List(items) | Node::Call(_, items) => items.iter().collect(),
        Node::Range { from, to, .. } => vec![from, to],
        Node::Each { item, over, .. } => vec![item, over],
        Node::Not(inner) | Node::Neg(inner) => vec![inner],
        Node::Binary(_, a, b) | Node::Index(a, b) => vec![a, b],
        Node::If {
            test,
            then,
            otherwise,
        } => vec![test, then, otherwise],
    }
}
