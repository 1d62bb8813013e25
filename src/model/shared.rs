//! `Shared`: an `Array` or a `Value`, its cells with what they hold and who wrote it last.
//!
//! Values are the repr texts the events carry; nothing here knows C types. A cell nobody has shown
//! yet is empty text.

use std::sync::Arc;

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::chunked::Chunked;
use super::family::Family;
use super::limits::clip;
use super::step::Step;

/// An `Array`'s or a `Value`'s memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// An `Array`; else a `Value`, which has one cell.
    pub array: bool,
    /// One character of the tutorial's table: `i`, `d` …
    pub typecode: Option<Arc<str>>,
    pub cells: Chunked<Cell>,
    /// Cells beyond the number kept.
    pub more: u64,
    pub reads: u64,
    pub writes: u64,
}

/// One element.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// Its value as `repr` prints it; empty while unknown.
    pub value: Arc<str>,
    /// Who wrote it last after its creation, and with which event.
    pub writer: Option<u32>,
    pub written: Option<u64>,
    /// Who read it last, and with which event.
    pub reader: Option<u32>,
    pub read: Option<u64>,
}

impl Shared {
    pub(super) fn new(array: bool) -> Shared {
        Shared {
            array,
            typecode: None,
            cells: Chunked::default(),
            more: 0,
            reads: 0,
            writes: 0,
        }
    }

    /// The values of the cells kept, in order.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| &*cell.value)
    }

    fn create(&mut self, step: &Step<'_>) {
        let args = &step.op.args;
        self.typecode = args.typecode.as_deref().map(clip);
        let given = args.values.as_deref().unwrap_or_default();
        let single = args.value.as_deref().into_iter();
        let most = if self.array { step.limits.elements } else { 1 };
        let texts = given.iter().map(String::as_str).chain(single);
        self.cells = texts
            .take(most)
            .map(|value| Cell {
                value: clip(value),
                ..Cell::default()
            })
            .collect();
        // `Array('i', 3)` tells its length only: its cells are zeros.
        let told = args.n.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let length = if self.array { told.max(given.len()) } else { 1 };
        let zero = Cell {
            value: Arc::from(if self.cells.is_empty() { "0" } else { "" }),
            ..Cell::default()
        };
        self.grow(length.min(most).min(step.limits.elements), &zero);
        self.more = length.saturating_sub(self.cells.len()) as u64;
    }

    /// The cell an operation names; Python's negative index counts from the end.
    fn cell(&mut self, step: &Step<'_>) -> Option<&mut Cell> {
        let index = match step.op.args.index {
            Some(index) if index < 0 => {
                let length = i64::try_from(self.cells.len()).ok()?;
                usize::try_from(length.checked_add(index)?).ok()?
            }
            Some(index) => usize::try_from(index).ok()?,
            None if self.array => return None,
            None => 0,
        };
        if index >= step.limits.elements {
            return None;
        }
        // An array whose creation was not seen grows as its cells are named.
        if index >= self.cells.len() && (self.more > 0 || self.cells_unknown()) {
            self.grow(index + 1, &Cell::default());
        }
        self.cells.get_mut(index)
    }

    fn grow(&mut self, length: usize, cell: &Cell) {
        while self.cells.len() < length {
            self.cells.push(cell.clone());
        }
    }

    fn cells_unknown(&self) -> bool {
        self.typecode.is_none()
    }

    fn set_slice(&mut self, step: &Step<'_>) {
        self.writes += 1;
        let start = step.op.args.index.unwrap_or(0);
        let Ok(start) = usize::try_from(start) else {
            return;
        };
        let values = step.op.args.values.as_deref().unwrap_or_default();
        for (place, value) in values.iter().enumerate() {
            if let Some(cell) = self.cells.get_mut(start.saturating_add(place)) {
                cell.write(value, step);
            }
        }
    }
}

impl Family for Shared {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        if !step.done() {
            return None;
        }
        match step.op.op {
            OpName::Create => self.create(step),
            OpName::Get => {
                self.reads += 1;
                let value = step.op.result.as_deref().or(step.op.args.value.as_deref());
                if let Some(cell) = self.cell(step) {
                    cell.reader = Some(step.proc);
                    cell.read = Some(step.seq);
                    // What was read is known from then on, if nothing was known before.
                    if let Some(value) = value.filter(|_| cell.value.is_empty()) {
                        cell.value = clip(value);
                    }
                }
            }
            OpName::Set => {
                self.writes += 1;
                let value = step.op.args.value.as_deref();
                if let Some(cell) = self.cell(step) {
                    cell.write(value.unwrap_or_default(), step);
                }
            }
            OpName::SetSlice => self.set_slice(step),
            OpName::GetSlice => self.reads += 1,
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        self.cells.len()
    }
}

impl Cell {
    fn write(&mut self, value: &str, step: &Step<'_>) {
        if *self.value != *value {
            self.value = clip(value);
        }
        self.writer = Some(step.proc);
        self.written = Some(step.seq);
    }
}
