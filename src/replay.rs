//! `Replay`: a recording as a `Feed`, so that whatever shows a live run can show a recording.
//!
//! Owns the play head. Events come at their time, faster or slower by `speed`, or all at once; the play
//! head can be paused. It reads no file and no clock of its own. Damage does not end the program: the
//! events before the damage come first, then `End`, and `damage` gives the reason.

mod ahead;

use std::io::BufRead;
use std::time::Instant;

use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw, PlayHead};
use crate::trace::{Batch, Event, Header, ReadError, Reader};

pub use ahead::Ahead;

/// Where a replay takes its time from.
pub trait Clock {
    fn now(&mut self) -> Instant;

    /// Waits until then; may return early.
    fn wait_until(&mut self, then: Instant);
}

/// How fast the play head goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// So many seconds of the recording a second; more than 0, finite.
    Times(f64),
    /// Without waiting.
    AllAtOnce,
}

/// A recording being played.
#[derive(Debug)]
pub struct Replay<R, C> {
    reader: Reader<R>,
    clock: C,
    /// Read, and not given yet; its line is the reader's.
    next: Option<Event>,
    /// The latest time an event has told: times may run backwards between processes, the play head
    /// does not.
    due: i64,
    head: PlayHead,
    /// Nothing is waited for.
    at_once: bool,
    over: bool,
    damage: Option<ReadError>,
}

impl<R: BufRead, C: Clock> Replay<R, C> {
    /// Puts the play head before the first event.
    pub fn new(reader: Reader<R>, mut clock: C, speed: Speed) -> Replay<R, C> {
        let (at_once, times) = match speed {
            Speed::Times(times) => (false, times),
            Speed::AllAtOnce => (true, 1.0),
        };
        let mut head = PlayHead::new(times);
        head.play_from(clock.now(), 0);
        Replay {
            reader,
            clock,
            next: None,
            due: 0,
            head,
            at_once,
            over: false,
            damage: None,
        }
    }

    pub fn header(&self) -> &Header {
        self.reader.header()
    }

    /// Why the recording could not be read to its end; known once the feed has ended.
    pub fn damage(&self) -> Option<&ReadError> {
        self.damage.as_ref()
    }

    /// Whether its last line was cut off; known once the feed has ended.
    pub fn torn(&self) -> bool {
        self.reader.torn()
    }

    /// Looks at the next event; false at the end.
    fn peek(&mut self) -> bool {
        if self.next.is_none() && !self.over {
            match self.reader.next_event() {
                Ok(Some(event)) => {
                    self.due = self.due.max(event.t);
                    self.next = Some(event);
                }
                Ok(None) => self.over = true,
                Err(damage) => {
                    self.damage = Some(damage);
                    self.over = true;
                }
            }
        }
        self.next.is_some()
    }

    /// The events whose time has come.
    fn take(&mut self) -> Batch {
        let mut batch = Batch::default();
        let now = self.clock.now();
        while !batch.is_full()
            && self.peek()
            && self.is_due(now)
            && let Some(event) = self.next.take()
        {
            batch.add_read(self.reader.line(), event);
        }
        batch
    }

    fn is_due(&mut self, now: Instant) -> bool {
        self.head.is_moving() && (self.at_once || self.head.reaches(now, self.due))
    }
}

impl<R: BufRead, C: Clock> Feed for Replay<R, C> {
    fn poll(&mut self, deadline: Instant) -> FeedItem {
        loop {
            let batch = self.take();
            if !batch.is_empty() {
                return FeedItem::Events(batch);
            }
            if self.over && self.next.is_none() {
                return FeedItem::End;
            }
            if self.clock.now() >= deadline {
                return FeedItem::Idle;
            }
            let wake = self.head.when(self.due).unwrap_or(deadline);
            self.clock.wait_until(wake.min(deadline));
        }
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            pause: !self.over,
            ..Abilities::default()
        }
    }

    fn control(&mut self, control: Control) -> Result<(), ControlError> {
        if self.over && self.next.is_none() {
            return Err(ControlError::Over);
        }
        match control {
            Control::Pause => self.head.hold(self.clock.now()),
            Control::Resume if !self.head.is_moving() => {
                let now = self.clock.now();
                self.head.play_from(now, self.head.at(now));
            }
            Control::Resume => {}
            _ => return Err(ControlError::Unable),
        }
        Ok(())
    }

    fn flaw(&self) -> Option<Flaw> {
        match &self.damage {
            Some(damage) => Some(Flaw::Damaged(damage.to_string())),
            None => self.reader.torn().then_some(Flaw::Torn),
        }
    }
}

#[cfg(test)]
mod tests;
