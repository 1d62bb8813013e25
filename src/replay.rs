//! `Replay`: a recording as a `Feed`, so that whoever shows a live run shows it as well.
//!
//! Owns the play head: events come when their time has come, faster or slower by `speed`, or all at
//! once; it can be held. It reads no file and no clock of its own, and damage is no end of the
//! program: what was read before it is given, then `End`, and `damage` tells why.

mod ahead;

use std::io::BufRead;
use std::time::{Duration, Instant};

use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw};
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
    /// Where the play head stood at `since`, ns of the recording.
    position: i64,
    since: Instant,
    speed: Speed,
    held: bool,
    over: bool,
    damage: Option<ReadError>,
}

impl<R: BufRead, C: Clock> Replay<R, C> {
    /// Puts the play head before the first event.
    pub fn new(reader: Reader<R>, mut clock: C, speed: Speed) -> Replay<R, C> {
        let since = clock.now();
        Replay {
            reader,
            clock,
            next: None,
            due: 0,
            position: 0,
            since,
            speed,
            held: false,
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

    /// Goes on at another speed from where the play head is.
    pub fn set_speed(&mut self, speed: Speed) {
        self.settle();
        self.speed = speed;
    }

    /// Where the play head is, ns of the recording; `None` is behind everything.
    fn head(&mut self) -> Option<i64> {
        if self.held {
            return Some(self.position);
        }
        let Speed::Times(speed) = self.speed else {
            return None;
        };
        let passed = self.clock.now().saturating_duration_since(self.since);
        let passed = passed.as_secs_f64() * speed * 1e9;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float beyond i64 becomes its largest value"
        )]
        Some(self.position.saturating_add(passed as i64))
    }

    /// Begins to count time from now.
    fn settle(&mut self) {
        self.position = self.head().unwrap_or(self.due);
        self.since = self.clock.now();
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
        let head = self.head();
        while !batch.is_full()
            && self.peek()
            && head.is_none_or(|head| !self.held && self.due <= head)
            && let Some(event) = self.next.take()
        {
            batch.add_read(self.reader.line(), event);
        }
        batch
    }

    /// When the next event is due; `None` while the play head is held.
    fn wake(&mut self) -> Option<Instant> {
        let Speed::Times(speed) = self.speed else {
            return None;
        };
        if self.held {
            return None;
        }
        let left = self.due.saturating_sub(self.position).max(0);
        #[expect(clippy::cast_precision_loss, reason = "a wait is no exact number")]
        let left = Duration::try_from_secs_f64(left as f64 / 1e9 / speed);
        self.since.checked_add(left.unwrap_or(Duration::MAX))
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
            let wake = self.wake().unwrap_or(deadline);
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
            Control::Pause => {
                self.settle();
                self.held = true;
            }
            Control::Resume => {
                self.settle();
                self.held = false;
            }
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
