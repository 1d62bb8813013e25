//! Names an expression of lesson.toml may use: refuses those nobody gives a value.

use crate::lesson::error::LessonError;
use crate::lesson::expr::Expr;
use crate::lesson::lines::Loops;
use crate::lesson::params::Parameter;
use crate::lesson::questions::{RUN_FUNCTIONS, RUN_NAMES};
use crate::lesson::scope::CIRCUMSTANCES;
use crate::lesson::section::Field;
use crate::lesson::template::Template;

/// What is known at one place of the file.
#[derive(Debug, Clone)]
pub(super) struct Names {
    names: Vec<String>,
    functions: &'static [&'static str],
}

impl Names {
    pub(super) fn of(parameters: &[Parameter]) -> Names {
        let names = parameters
            .iter()
            .map(|parameter| parameter.name.as_str())
            .chain(CIRCUMSTANCES.iter().copied())
            .map(str::to_owned)
            .collect();
        Names {
            names,
            functions: &[],
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    pub(super) fn add(&mut self, name: &str) {
        self.names.push(name.to_owned());
    }

    pub(super) fn with(&self, name: &str) -> Names {
        let mut names = self.clone();
        names.add(name);
        names
    }

    pub(super) fn with_loops(&self, loops: &Loops) -> Names {
        let mut names = self.clone();
        for name in loops.names() {
            names.add(name);
        }
        names
    }

    /// With the facts of a finished run.
    pub(super) fn with_run(&self) -> Names {
        let mut names = self.clone();
        for name in RUN_NAMES {
            names.add(name);
        }
        names.functions = RUN_FUNCTIONS;
        names
    }

    pub(super) fn check_expr(&self, field: &Field<'_>, expr: &Expr) -> Result<(), LessonError> {
        if let Some(stranger) = expr.names().into_iter().find(|name| !self.knows(name)) {
            return Err(field.complain(
                format!("`{stranger}` in `{expr}`"),
                format!("only names it knows: {}", self.names.join(", ")),
            ));
        }
        let mut functions = expr.functions().into_iter();
        if let Some(stranger) = functions.find(|name| !self.functions.contains(name)) {
            let known = if self.functions.is_empty() {
                "no functions of a run here".to_owned()
            } else {
                format!("one of {}", self.functions.join(", "))
            };
            return Err(field.complain(format!("the function `{stranger}`"), known));
        }
        Ok(())
    }

    pub(super) fn expr(&self, field: &Field<'_>) -> Result<Expr, LessonError> {
        let expr = field.expr()?;
        self.check_expr(field, &expr)?;
        Ok(expr)
    }

    pub(super) fn template(&self, field: &Field<'_>) -> Result<Template, LessonError> {
        let template = field.template()?;
        for hole in template.holes() {
            self.check_expr(field, hole)?;
        }
        Ok(template)
    }
}
