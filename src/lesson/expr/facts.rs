//! What expressions over a finished run may use: its names and functions, with their types.
//!
//! What each is stands in the reference; `check::facts` answers them.

use super::types::{Type, Typed};
use crate::trace::RunStatus;

/// Names a prediction's expressions may use beside parameters, facts of the finished run, with their types.
/// What each is stands in the reference.
pub const RUN_NAMES: &[Typed] = &[
    ("lines", || Type::list(Type::Str)),
    ("writers", || Type::list(Type::Str)),
    ("blocks", || Type::list(Type::Str)),
    ("outcome", || Type::Str),
    ("status", || {
        Type::one_of(RunStatus::ALL.iter().map(|status| status.as_str()))
    }),
    ("seconds", || Type::Float),
    ("task_pids", || Type::Int),
    ("results", || Type::list(Type::one_of(TASK_STATES))),
];

/// How a task of a pool can have ended.
pub const TASK_STATES: [&str; 4] = ["success", "failure", "pending", "lost"];

/// A function that a prediction's expressions may use; what it gives stands in the reference.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    pub name: &'static str,
    pub takes: Takes,
    pub(super) gives: fn() -> Type,
}

/// What is given to a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// The role of processes, or nothing for all of them.
    Role,
    /// The name of a process or an object, or a line.
    Text,
}

impl Takes {
    /// Its name in the locale files.
    pub(super) fn word(self) -> &'static str {
        match self {
            Takes::Nothing => "nothing",
            Takes::Role => "role",
            Takes::Text => "text",
        }
    }
}

/// Functions a prediction's expressions may use.
pub const RUN_FUNCTIONS: &[Function] = &[
    function("count", Takes::Role, || Type::Int),
    function("pids", Takes::Role, || Type::list(Type::Int)),
    function("most_alive", Takes::Role, || Type::Int),
    function("most_tasks", Takes::Nothing, || Type::Int),
    function("exitcode", Takes::Text, || Type::Any),
    function("printed", Takes::Text, || Type::Int),
    function("cells", Takes::Text, || Type::list(Type::Any)),
    function("waited", Takes::Text, || Type::Int),
];

const fn function(name: &'static str, takes: Takes, gives: fn() -> Type) -> Function {
    Function { name, takes, gives }
}

/// Functions whose text is the name of an object of the program.
pub(super) const OF_OBJECTS: [&str; 2] = ["cells", "waited"];
