//! `Setting`: everything a lesson's expressions may refer to before and during a run.
//!
//! Parameters, the circumstances of the run (`stdout`, `engine`, `method`, `python`) and the names
//! of the lesson's own `[define]` table. `check` puts the facts of a finished run in front of it
//! for predictions.

use std::collections::BTreeMap;

use super::Value;
use super::expr::{Expr, Fuel, Scope, Type, Typed};
use super::params::Params;
use crate::trace::Engine;

/// Names every lesson's expressions may use beside its parameters, with their types.
pub const CIRCUMSTANCES: &[Typed] = &[
    ("stdout", || Type::one_of(["tty", "pipe"])),
    ("engine", || Type::one_of(["native", "python"])),
    ("method", || Type::one_of(["fork", "spawn", "forkserver"])),
    ("python", || Type::Int),
];

/// How a run is made, apart from the parameters of its lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// `tty` or `pipe`: the buffering of the programs' stdout.
    pub stdout: String,
    pub engine: Engine,
    /// How children start: `fork`, `spawn`, `forkserver`.
    pub method: String,
    /// Version of Python: 313 for 3.13. The native engine follows 3.13.
    pub python: i64,
}

impl Default for Circumstances {
    fn default() -> Self {
        Circumstances {
            stdout: "tty".to_owned(),
            engine: Engine::Native,
            method: "fork".to_owned(),
            python: 313,
        }
    }
}

/// One run's parameters and circumstances, and the lesson's own names over them.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    names: BTreeMap<String, Value>,
    /// For everything that is evaluated in this setting.
    fuel: Fuel,
}

impl Setting {
    /// Works out the lesson's definitions, in order; each may use those above it. One that has no
    /// value stays unknown, and what refers to it says so.
    #[must_use]
    pub fn new(
        params: &Params,
        circumstances: &Circumstances,
        defined: &[(String, Expr)],
    ) -> Setting {
        let text = |text: &str| Value::Str(text.to_owned());
        let mut names = BTreeMap::from([
            ("stdout".to_owned(), text(&circumstances.stdout)),
            ("engine".to_owned(), text(circumstances.engine.word())),
            ("method".to_owned(), text(&circumstances.method)),
            ("python".to_owned(), circumstances.python.into()),
        ]);
        for (name, value) in params.iter() {
            names.insert(name.to_owned(), value.clone());
        }
        let mut setting = Setting {
            names,
            fuel: Fuel::default(),
        };
        for (name, expr) in defined {
            if let Ok(value) = expr.eval(&setting) {
                setting.names.insert(name.clone(), value);
            }
        }
        setting
    }
}

impl Scope for Setting {
    fn name(&self, name: &str) -> Option<Value> {
        self.names.get(name).cloned()
    }

    fn fuel(&self) -> &Fuel {
        &self.fuel
    }
}
