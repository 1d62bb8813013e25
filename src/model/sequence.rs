//! `Sequence`: the list behind a `ListProxy`.
//!
//! Values are repr texts. Where an operation's effect can't be told from its event (a sort of
//! values that are not numbers or strings alone) the order is marked as unknown.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::trace::OpName as O;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::limits::clip;
use super::step::Step;

/// An element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub value: Arc<str>,
    /// Who put it there, and with which event.
    pub writer: u32,
    pub seq: u64,
}

/// A list in the manager's server process.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sequence {
    pub elements: Vec<Element>,
    /// Elements at the end that were not kept because there are too many.
    pub hidden: u64,
    /// The order of the elements is not known.
    pub unordered: bool,
}

impl Sequence {
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().map(|element| &*element.value)
    }

    fn insert(&mut self, step: &Step<'_>, place: usize, value: &str) {
        if self.elements.len() >= step.limits.elements {
            self.hidden += 1;
        } else {
            self.elements.insert(place, element(step, value));
        }
    }

    /// Place of a Python index that must be there.
    fn place(&self, index: Option<i64>) -> Option<usize> {
        let index = index?;
        let length = i64::try_from(self.elements.len()).ok()?;
        let index = if index < 0 {
            index.checked_add(length)?
        } else {
            index
        };
        usize::try_from(index)
            .ok()
            .filter(|place| *place < self.elements.len())
    }

    /// Place of a Python index where insert would put it.
    fn clamped(&self, index: i64) -> usize {
        let length = i64::try_from(self.elements.len()).unwrap_or(i64::MAX);
        let index = if index < 0 {
            index.saturating_add(length).max(0)
        } else {
            index.min(length)
        };
        usize::try_from(index).unwrap_or(0)
    }

    /// `reverse` keeps equal elements in their order, as Python does.
    fn sort(&mut self, reverse: bool) {
        let turned = |order: Ordering| if reverse { order.reverse() } else { order };
        let numbers: Option<Vec<f64>> = self.values().map(|value| value.parse().ok()).collect();
        let strings = || self.values().all(|value| value.starts_with(['\'', '"']));
        if numbers.is_some_and(|numbers| numbers.iter().all(|number| number.is_finite())) {
            self.elements
                .sort_by(|a, b| turned(by_number(&a.value, &b.value)));
        } else if strings() {
            self.elements.sort_by(|a, b| turned(a.value.cmp(&b.value)));
        } else {
            self.unordered = true;
        }
    }
}

impl Family for Sequence {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        if !step.done() {
            return None;
        }
        let args = &step.op.args;
        let value = args.value.as_deref().unwrap_or_default();
        match step.op.op {
            O::Create | O::ListExtend => {
                for value in args.values.as_deref().unwrap_or_default() {
                    self.insert(step, self.elements.len(), value);
                }
            }
            O::ListAppend => self.insert(step, self.elements.len(), value),
            O::ListInsert => {
                let place = self.clamped(args.index.unwrap_or(0));
                self.insert(step, place, value);
            }
            O::ListSet => {
                let element = element(step, value);
                if let Some(place) = self.place(args.index) {
                    self.elements[place] = element;
                }
            }
            O::ListDel | O::ListPop => match self.place(Some(args.index.unwrap_or(-1))) {
                Some(place) => {
                    self.elements.remove(place);
                }
                None => self.hidden = self.hidden.saturating_sub(1),
            },
            O::ListRemove => {
                let found = self
                    .elements
                    .iter()
                    .position(|element| *element.value == *value);
                if let Some(place) = found {
                    self.elements.remove(place);
                }
            }
            O::ListReverse => self.elements.reverse(),
            O::ListSort => self.sort(args.key.as_deref() == Some("reverse")),
            O::ListClear => *self = Sequence::default(),
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        self.elements.len()
    }

    fn weight(&self) -> usize {
        self.elements.len() * 48
    }
}

fn element(step: &Step<'_>, value: &str) -> Element {
    Element {
        value: clip(value),
        writer: step.proc,
        seq: step.seq,
    }
}

fn by_number(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
    number(a).total_cmp(&number(b))
}
