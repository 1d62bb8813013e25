//! `final-value {object, cells|entries}`: at the end, cells of an Array, of a list or of a Value
//! (index 0), or entries of a dict. `entries` must be all of the dict.

use super::{Kind, evaluate_expected};
use crate::lesson::error::LessonError;
use crate::lesson::expr::{EvalError, Expr, Scope};
use crate::lesson::fields::{expected, loops};
use crate::lesson::lines::{Expected, Loops};
use crate::lesson::names::Names;
use crate::lesson::section::Field;
use crate::lesson::section::Section;

#[derive(Debug, Clone, PartialEq)]
pub struct FinalValue {
    pub object: String,
    pub cells: Vec<Cell>,
    /// The cells are all there may be.
    pub whole: bool,
}

impl Kind for FinalValue {
    fn read(section: &Section<'_>, names: &Names) -> Result<FinalValue, LessonError> {
        let object = section.required("object", "the variable's name in the program")?;
        let (field, at, whole) = if let Some(field) = section.optional("entries") {
            (field, "key", true)
        } else {
            let field = section.required("cells", "cells, or `entries` of a dict")?;
            (field, "index", false)
        };
        let cells = field.items()?;
        let cells = cells.iter().map(|item| Cell::read(item, at, names));
        Ok(FinalValue {
            object: object.text()?,
            cells: cells.collect::<Result<_, _>>()?,
            whole,
        })
    }

    fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        self.cells.iter().try_for_each(|cell| {
            let each = cell.loops.each(scope, &mut |scope| {
                cell.at.eval(scope)?;
                evaluate_expected(Some(&cell.value), scope)
            });
            each.map(drop)
        })
    }
}

/// One cell or entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The index, or the key of a dict.
    pub at: Expr,
    pub value: Expected,
    pub loops: Loops,
}

impl Cell {
    fn read(field: &Field<'_>, at: &'static str, names: &Names) -> Result<Cell, LessonError> {
        let section = field.section()?;
        let loops = loops(&section, names)?;
        let inner = names.with_loops(&loops);
        let cell = Cell {
            at: inner.expr(&section.required(at, "which one")?)?,
            value: expected(&section, &inner, "its value")?,
            loops,
        };
        section.done()?;
        Ok(cell)
    }
}
