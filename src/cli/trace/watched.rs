//! `Watched`: a program's run that remembers how the program ended, so that the screen ends the same way.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw};
use crate::trace::{Batch, Exit, Kind};

/// How the program ended, once it has.
pub(super) type Ended = Rc<Cell<Option<Exit>>>;

/// A run whose first process is watched.
pub(super) struct Watched<F: Feed> {
    feed: F,
    ended: Ended,
}

impl<F: Feed> Watched<F> {
    pub(super) fn new(feed: F, ended: &Ended) -> Watched<F> {
        ended.set(None);
        Watched {
            feed,
            ended: Rc::clone(ended),
        }
    }
}

impl<F: Feed> Feed for Watched<F> {
    fn poll(&mut self, deadline: Instant) -> FeedItem {
        let item = self.feed.poll(deadline);
        if let FeedItem::Events(batch) = &item {
            let own = batch.events().iter().filter(|event| event.proc == Some(0));
            let mut exits = own.filter_map(|event| match event.kind {
                Kind::ProcessExit(exit) => Some(exit),
                _ => None,
            });
            if let Some(exit) = exits.next_back() {
                self.ended.set(Some(exit));
            }
        }
        item
    }

    fn abilities(&self) -> Abilities {
        self.feed.abilities()
    }

    fn control(&mut self, control: Control) -> Result<(), ControlError> {
        self.feed.control(control)
    }

    fn give_back(&mut self, batch: Batch) {
        self.feed.give_back(batch);
    }

    fn flaw(&self) -> Option<Flaw> {
        self.feed.flaw()
    }
}
