//! `final-value {object, cells|entries}`: at the end, cells of an Array, of a list or of a Value
//! (index 0), or entries of a dict. `entries` must be all of the dict.

use super::{Kind, evaluate_expected};
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
    fn read(section: &Section<'_>, names: &Names) -> FinalValue {
        let object = section.required("object");
        let (entries, cells) = (section.optional("entries"), section.optional("cells"));
        let whole = entries.is_some();
        let at = if whole { "key" } else { "index" };
        let cells = entries
            .or(cells)
            .unwrap_or_else(|| section.required("cells"));
        let cells = cells.items();
        FinalValue {
            object: {
                object.names_object();
                object.text()
            },
            cells: cells
                .iter()
                .map(|item| Cell::read(item, at, names))
                .collect(),
            whole,
        }
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
    fn read(field: &Field<'_>, at: &'static str, names: &Names) -> Cell {
        let section = field.section("cell");
        let loops = loops(&section, names);
        let inner = names.with_loops(&loops);
        let cell = Cell {
            at: inner.expr(&section.required(at)),
            value: expected(&section, &inner),
            loops,
        };
        section.done();
        cell
    }
}
