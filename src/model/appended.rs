//! `Appended`: a list that only grows at its end, in pieces that clones go on sharing.
//!
//! A clone costs a few pointers, and so does going on after it: the next element goes into the same
//! piece, where a clone with fewer elements does not see it. Two clones that go on differently part
//! at that piece. Timelines, deliveries and notes are made of it: a checkpoint of a World with a
//! thousand processes would otherwise copy the end of each one's list. It can lose elements at its
//! front only; what is changed in place stands in `Chunked`.

use std::sync::{Arc, OnceLock};

use super::chunked::{Chunked, read_by_index};

/// Elements a piece; all of its room is taken at once.
const PIECE: usize = 32;

type Piece<T> = Arc<[OnceLock<T>]>;

/// A list of `T` that grows at its end.
#[derive(Debug, Clone)]
pub struct Appended<T> {
    pieces: Chunked<Piece<T>>,
    /// Elements of the first piece that are gone.
    gone: usize,
    len: usize,
}

impl<T> Default for Appended<T> {
    fn default() -> Appended<T> {
        Appended {
            pieces: Chunked::default(),
            gone: 0,
            len: 0,
        }
    }
}

impl<T> Appended<T> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        if index >= self.len {
            return None;
        }
        let place = self.gone + index;
        self.pieces.get(place / PIECE)?.get(place % PIECE)?.get()
    }

    /// Forgets the first element. Its memory is returned with its piece.
    pub(super) fn drop_front(&mut self) {
        if self.len == 0 {
            return;
        }
        self.len -= 1;
        self.gone += 1;
        if self.gone == PIECE {
            self.pieces.drop_front();
            self.gone = 0;
        }
    }
}

impl<T: Clone + PartialEq> Appended<T> {
    pub(super) fn push(&mut self, element: T) {
        let place = self.gone + self.len;
        let (piece, slot) = (place / PIECE, place % PIECE);
        if piece == self.pieces.len() {
            self.pieces.push(empty_piece());
        }
        self.len += 1;
        let there = &self.pieces[piece];
        let Err(element) = there[slot].set(element) else {
            return;
        };
        // Who shares the piece has gone on already, the same way or another.
        if there[slot].get() == Some(&element) {
            return;
        }
        let parted: Piece<T> = empty_piece();
        for (from, to) in there.iter().zip(parted.iter()).take(slot) {
            if let Some(element) = from.get() {
                to.get_or_init(|| element.clone());
            }
        }
        parted[slot].get_or_init(|| element);
        if let Some(piece) = self.pieces.get_mut(piece) {
            *piece = parted;
        }
    }

    /// Appends, forgetting the oldest beyond `limit`; says whether one was forgotten.
    pub(super) fn push_bounded(&mut self, element: T, limit: usize) -> bool {
        self.push(element);
        let over = self.len > limit.max(1);
        if over {
            self.drop_front();
        }
        over
    }
}

fn empty_piece<T>() -> Piece<T> {
    (0..PIECE).map(|_| OnceLock::new()).collect()
}

read_by_index!(Appended);

#[cfg(test)]
mod tests {
    use super::{Appended, PIECE};
    use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
    use std::collections::VecDeque;

    #[test]
    fn a_clone_shares_what_both_go_on_with() {
        let mut list = Appended::default();
        for n in 0..PIECE / 2 {
            list.push(n);
        }
        let before = list.clone();
        list.push(100);
        list.push(101);
        let mut same = before.clone();
        same.push(100);
        assert!(std::ptr::eq(
            list.last().expect("there"),
            list.get(PIECE / 2 + 1).expect("there")
        ));
        assert!(std::ptr::eq(
            same.last().expect("there"),
            list.get(PIECE / 2).expect("there")
        ));
        same.push(7);
        let mut other = before.clone();
        other.push(9);
        assert_eq!(
            list.iter().skip(PIECE / 2).collect::<Vec<_>>(),
            [&100, &101]
        );
        assert_eq!(same.iter().skip(PIECE / 2).collect::<Vec<_>>(), [&100, &7]);
        assert_eq!(other.last(), Some(&9));
        assert_eq!(before.len(), PIECE / 2);
        assert_eq!((before.get(PIECE / 2), before.first()), (None, Some(&0)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Any number of clones that go on as they like are as many lists of their own.
        #[test]
        fn clones_are_lists_of_their_own(steps in proptest::collection::vec((0..6usize, 0..4u8, any::<bool>()), 0..400)) {
            let mut lists = vec![(Appended::default(), VecDeque::new())];
            for (which, value, fork) in steps {
                let at = which % lists.len();
                if fork && lists.len() < 6 {
                    let copy = lists[at].clone();
                    lists.push(copy);
                }
                let (list, model) = &mut lists[at];
                list.push_bounded(value, 70);
                model.push_back(value);
                if model.len() > 70 {
                    model.pop_front();
                }
            }
            for (list, model) in &lists {
                prop_assert_eq!(list.len(), model.len());
                prop_assert_eq!(list.iter().collect::<Vec<_>>(), model.iter().collect::<Vec<_>>());
            }
        }
    }
}
