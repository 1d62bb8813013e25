//! `Source`: a lesson.toml being read, and what is noted on the way: mistakes, and what the lint asks.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::lesson::error::{Mistake, Spot};
use crate::lesson::words::Words;

/// Most mistakes that are told of one file.
const MOST: usize = 200;

/// A lesson.toml being read, and what was wrong so far.
#[derive(Debug)]
pub(in crate::lesson) struct Source<'a> {
    pub(in crate::lesson) file: &'a str,
    pub(in crate::lesson) text: &'a str,
    /// Where the lines begin.
    lines: Vec<usize>,
    mistakes: RefCell<Vec<Mistake>>,
    pub(in crate::lesson) notes: RefCell<Notes>,
}

/// What reading a lesson.toml notes for the lint.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Notes {
    /// What is wrong with expressions whatever the run.
    pub(in crate::lesson) doubts: Vec<(Spot, Words)>,
    /// Objects of the program that checks and expressions name.
    pub(in crate::lesson) objects: Vec<(Spot, String)>,
    /// Names that expressions use.
    pub(in crate::lesson) used: BTreeSet<String>,
    /// Where the slug stands.
    pub(in crate::lesson) slug: Option<Spot>,
    /// Where parameters and definitions stand, by name.
    pub(in crate::lesson) names: Vec<(Spot, String)>,
}

impl<'a> Source<'a> {
    pub(in crate::lesson) fn new(file: &'a str, text: &'a str) -> Source<'a> {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Source {
            file,
            text,
            lines: std::iter::once(0).chain(ends).collect(),
            mistakes: RefCell::default(),
            notes: RefCell::default(),
        }
    }

    /// Line and column of a byte.
    pub(in crate::lesson) fn spot(&self, offset: usize) -> Spot {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let before = self.text.get(self.lines[line - 1]..offset);
        Spot {
            line,
            column: before.unwrap_or_default().chars().count() + 1,
        }
    }

    pub(in crate::lesson) fn mistake(
        &self,
        offset: usize,
        place: &str,
        found: Words,
        expected: Words,
    ) {
        let mut mistakes = self.mistakes.borrow_mut();
        if mistakes.len() < MOST {
            mistakes.push(Mistake {
                file: self.file.to_owned(),
                spot: self.spot(offset),
                place: place.to_owned(),
                found,
                expected,
                is_lack: false,
            });
        }
    }

    /// The last mistake is that something is not there.
    pub(in crate::lesson) fn was_a_lack(&self) {
        if let Some(mistake) = self.mistakes.borrow_mut().last_mut() {
            mistake.is_lack = true;
        }
    }

    /// How many mistakes there were so far.
    pub(in crate::lesson) fn count(&self) -> usize {
        self.mistakes.borrow().len()
    }

    /// Everything wrong so far, in the order of the file.
    pub(in crate::lesson) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.take();
        // What the file as a whole lacks has no place of its own.
        let whole = |mistake: &Mistake| !mistake.place.contains('.') && mistake.is_lack;
        mistakes.sort_by_key(|mistake| (whole(mistake), mistake.spot));
        mistakes
    }
}
