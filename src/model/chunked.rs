//! `Chunked`: an append-only list in shared pieces, so that a `World` is cloned without copying it.
//!
//! A clone shares every piece; a change copies the one piece it touches. The log of output and the
//! timelines are made of it. It can lose elements at its front only.

use std::collections::VecDeque;
use std::ops::Index;
use std::sync::Arc;

/// Elements a piece: small enough to copy after a clone, large enough that pointers don't count.
const PIECE: usize = 128;

/// A list of `T` in shared pieces.
#[derive(Debug, Clone)]
pub struct Chunked<T> {
    pieces: VecDeque<Arc<Vec<T>>>,
    /// Elements of the first piece that are gone.
    gone: usize,
    len: usize,
}

impl<T> Default for Chunked<T> {
    fn default() -> Chunked<T> {
        Chunked {
            pieces: VecDeque::new(),
            gone: 0,
            len: 0,
        }
    }
}

impl<T> Chunked<T> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        if index >= self.len {
            return None;
        }
        let place = self.gone + index;
        self.pieces.get(place / PIECE)?.get(place % PIECE)
    }

    /// Forgets the first element. Its memory is returned with its piece.
    pub(super) fn drop_front(&mut self) {
        if self.len == 0 {
            return;
        }
        self.len -= 1;
        self.gone += 1;
        if self.gone == PIECE || self.len == 0 {
            self.pieces.pop_front();
            self.gone = 0;
        }
    }
}

/// What a list can do that knows its `len` and gives the element at an index.
macro_rules! read_by_index {
    ($list:ident) => {
        impl<T> $list<T> {
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            pub fn first(&self) -> Option<&T> {
                self.get(0)
            }

            pub fn last(&self) -> Option<&T> {
                self.get(self.len().checked_sub(1)?)
            }

            /// The elements from `start` up to before `end`; what is out of range is left out.
            pub fn range(&self, start: usize, end: usize) -> impl DoubleEndedIterator<Item = &T> {
                (start..end.min(self.len())).filter_map(|index| self.get(index))
            }

            pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
                self.range(0, self.len())
            }
        }

        impl<T: PartialEq> PartialEq for $list<T> {
            fn eq(&self, other: &$list<T>) -> bool {
                self.len() == other.len() && self.iter().eq(other.iter())
            }
        }
    };
}
pub(super) use read_by_index;

read_by_index!(Chunked);

/// The element at `index`, as a slice has it.
///
/// # Panics
/// When there is none; `get` answers that.
impl<T> Index<usize> for Chunked<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        let place = self.gone + index;
        &self.pieces[place / PIECE][place % PIECE]
    }
}

impl<T: Clone> FromIterator<T> for Chunked<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Chunked<T> {
        let mut list = Chunked::default();
        for element in elements {
            list.push(element);
        }
        list
    }
}

impl<T: Clone> Chunked<T> {
    pub(super) fn push(&mut self, element: T) {
        self.len += 1;
        match self.pieces.back_mut() {
            Some(piece) if piece.len() < PIECE => Arc::make_mut(piece).push(element),
            _ => self.pieces.push_back(Arc::new(vec![element])),
        }
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        let place = self.gone + index;
        Arc::make_mut(self.pieces.get_mut(place / PIECE)?).get_mut(place % PIECE)
    }
}

#[cfg(test)]
mod tests {
    use super::{Chunked, PIECE};
    use std::collections::VecDeque;

    #[test]
    fn it_behaves_as_a_deque_that_loses_its_front() {
        let (mut list, mut model) = (Chunked::default(), VecDeque::new());
        for n in 0..5 * PIECE {
            list.push(n);
            model.push_back(n);
            if model.len() > 2 * PIECE + 3 {
                list.drop_front();
                model.pop_front();
            }
            assert_eq!(list.len(), model.len());
            assert_eq!(list.last(), model.back());
            assert_eq!(list.get(0), model.front());
        }
        assert!(list.iter().eq(model.iter()));
        assert!(list.iter().rev().eq(model.iter().rev()));
        while !list.is_empty() {
            list.drop_front();
        }
        list.push(7);
        assert_eq!(list.iter().collect::<Vec<_>>(), [&7]);
        assert_eq!(list.get(1), None);
    }

    #[test]
    fn a_clone_keeps_what_it_had() {
        let mut list = Chunked::default();
        for n in 0..300 {
            list.push(n);
        }
        let before = list.clone();
        *list.get_mut(299).expect("there") = 1;
        list.push(2);
        list.drop_front();
        assert!(before.iter().copied().eq(0..300));
        assert_ne!(list, before);
    }
}
