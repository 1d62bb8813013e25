//! Names an expression of lesson.toml may use, and the types of their values: refuses names nobody gives a
//! value, and notes for the lint what can't be right whatever the run.

use crate::lesson::expr::{Expr, FUNCTIONS, RUN_FUNCTIONS, RUN_NAMES, Type};
use crate::lesson::lines::Loops;
use crate::lesson::params::{Parameter, ParameterKind};
use crate::lesson::scope::CIRCUMSTANCES;
use crate::lesson::section::Field;
use crate::lesson::section::likely::{likeliest_first, one_of};
use crate::lesson::template::Template;
use crate::lesson::words::Words;

/// What is known at one place of the file.
#[derive(Debug, Clone)]
pub(super) struct Names {
    names: Vec<(String, Type)>,
    /// The functions of a finished run may be called.
    run: bool,
}

impl Names {
    pub(super) fn of(parameters: &[Parameter]) -> Names {
        let parameters = parameters
            .iter()
            .map(|parameter| (parameter.name.clone(), type_of(parameter)));
        let circumstances = CIRCUMSTANCES
            .iter()
            .map(|(name, kind)| ((*name).to_owned(), kind()));
        Names {
            names: parameters.chain(circumstances).collect(),
            run: false,
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.iter().any(|(known, _)| known == name)
    }

    pub(super) fn add(&mut self, name: &str, kind: Type) {
        self.names.push((name.to_owned(), kind));
    }

    pub(super) fn with(&self, name: &str, kind: Type) -> Names {
        let mut names = self.clone();
        names.add(name, kind);
        names
    }

    pub(super) fn with_loops(&self, loops: &Loops) -> Names {
        let mut names = self.clone();
        for (name, over) in &loops.loops {
            let values = names.type_of(over);
            names.add(name, values.item());
        }
        names
    }

    /// With the facts of a finished run.
    pub(super) fn with_run(&self) -> Names {
        let mut names = self.clone();
        for (name, kind) in RUN_NAMES {
            names.add(name, kind());
        }
        names.run = true;
        names
    }

    fn lookup(&self, name: &str) -> Type {
        let found = self.names.iter().rev().find(|(known, _)| known == name);
        found.map_or(Type::Any, |(_, kind)| kind.clone())
    }

    fn type_of(&self, expr: &Expr) -> Type {
        expr.type_of(&|name| self.lookup(name), &mut Vec::new())
    }

    /// Notes what is wrong with the expression, and gives the type of its value.
    pub(super) fn check(&self, field: &Field<'_>, expr: &Expr) -> Type {
        field.uses(expr);
        let mut names = expr.names().into_iter();
        if let Some(stranger) = names.find(|name| !self.knows(name)) {
            let mut known: Vec<&str> = Vec::new();
            for (name, _) in &self.names {
                if !known.contains(&name.as_str()) {
                    known.push(name);
                }
            }
            let known = likeliest_first(stranger, &known).join(", ");
            field.complain(
                Words::tell("mistake.stranger", &[("name", &stranger), ("text", expr)]),
                Words::tell("mistake.known-names", &[("known", &known)]),
            );
            return Type::Any;
        }
        let known = |name: &str| self.run && RUN_FUNCTIONS.iter().any(|known| known.name == name);
        let mut functions = expr.functions().into_iter();
        if let Some(stranger) = functions.find(|name| !known(name)) {
            let of_run = RUN_FUNCTIONS.iter().map(|known| known.name);
            let wanted = if !self.run && of_run.clone().any(|known| known == stranger) {
                Words::tell("mistake.no-run-functions", &[])
            } else {
                let functions = FUNCTIONS.iter().copied();
                let functions = functions.chain(of_run.filter(|_| self.run));
                one_of(stranger, &functions.collect::<Vec<_>>())
            };
            field.complain(
                Words::tell("mistake.function", &[("name", &stranger)]),
                wanted,
            );
            return Type::Any;
        }
        let mut doubts = Vec::new();
        let kind = expr.type_of(&|name| self.lookup(name), &mut doubts);
        for doubt in doubts {
            field.doubt(expr, &doubt);
        }
        kind
    }

    pub(super) fn expr(&self, field: &Field<'_>) -> Expr {
        let expr = field.expr();
        self.check(field, &expr);
        expr
    }

    pub(super) fn template(&self, field: &Field<'_>) -> Template {
        let template = field.template();
        for hole in template.holes() {
            self.check(field, hole);
        }
        template
    }

    /// The name of an object of the program.
    pub(super) fn object(&self, field: &Field<'_>) -> Template {
        field.names_object();
        self.template(field)
    }
}

fn type_of(parameter: &Parameter) -> Type {
    match &parameter.kind {
        ParameterKind::Int { .. } => Type::Int,
        ParameterKind::Bool { .. } => Type::Bool,
        ParameterKind::Seconds { .. } => Type::Float,
        ParameterKind::Choice { choices, .. } => {
            let values = choices.iter().map(|choice| choice.value.clone());
            Type::OneOf(values.collect())
        }
    }
}
