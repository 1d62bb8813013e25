//! `RunView`: a run as the screen follows it, live or replayed.
//!
//! Owns the history of events and the play head: `now`, or a place in the past whose World is kept
//! at hand. All domain state is in those Worlds; this adds none of its own.

use std::time::Instant;

use super::action::Seek;
use super::host::Started;
use crate::check::{Verdict, circumstances, evaluate};
use crate::feed::{Control, Feed, FeedItem};
use crate::lesson::{Lesson, Params};
use crate::model::{History, World};
use crate::trace::{Event, Header};

pub(crate) struct RunView {
    feed: Box<dyn Feed>,
    pub(crate) header: Header,
    pub(crate) params: Params,
    history: History,
    /// The place looked at and its World; `None` is now.
    past: Option<(u64, World)>,
    /// The feed has no more.
    pub(crate) over: bool,
    pub(crate) paused: bool,
    pub(crate) manual: bool,
    /// Operations a second; `None` lets them go as they come.
    pub(crate) pace: Option<f64>,
    /// The verdicts, once the run has ended.
    pub(crate) verdicts: Vec<Verdict>,
}

impl RunView {
    pub(crate) fn new(
        started: Started,
        params: Params,
        pace: Option<f64>,
        manual: bool,
    ) -> RunView {
        let empty = World::new().scaled(started.header.time_scale);
        RunView {
            feed: started.feed,
            header: started.header,
            params,
            history: History::new(empty),
            past: None,
            over: false,
            paused: false,
            manual,
            pace,
            verdicts: Vec::new(),
        }
    }

    /// The World that is looked at.
    pub(crate) fn world(&self) -> &World {
        self.past
            .as_ref()
            .map_or_else(|| self.history.now(), |(_, world)| world)
    }

    /// Events so far, and the place looked at.
    pub(crate) fn places(&self) -> (u64, u64) {
        let end = self.history.len();
        (self.past.as_ref().map_or(end, |(place, _)| *place), end)
    }

    /// Whether the newest event is looked at.
    pub(crate) fn is_now(&self) -> bool {
        self.past.is_none()
    }

    /// Takes what has come, a bounded number of batches; whether anything did.
    pub(crate) fn take(&mut self, batches: usize, now: Instant, lesson: Option<&Lesson>) -> bool {
        if self.over {
            return false;
        }
        let mut came = false;
        for _ in 0..batches {
            match self.feed.poll(now) {
                FeedItem::Events(events) => {
                    came = true;
                    for event in &events {
                        self.history.push(event);
                    }
                }
                FeedItem::Idle => break,
                FeedItem::End => {
                    self.over = true;
                    self.judge(lesson);
                    return true;
                }
            }
        }
        came
    }

    /// Evaluates the lesson's checks over the finished run.
    fn judge(&mut self, lesson: Option<&Lesson>) {
        if let Some(lesson) = lesson.filter(|lesson| lesson.slug() == self.header.lesson) {
            let circumstances = circumstances(&self.header);
            self.verdicts = evaluate(lesson, &self.params, &circumstances, self.history.now());
        }
    }

    pub(crate) fn control(&mut self, control: Control) -> bool {
        self.feed.abilities().obeys(control) && self.feed.control(control).is_ok()
    }

    pub(crate) fn is_live(&self) -> bool {
        !self.over && self.feed.abilities().live
    }

    /// Moves the play head.
    pub(crate) fn seek(&mut self, seek: Seek) {
        let (place, end) = self.places();
        let target = match seek {
            Seek::Now => end,
            Seek::Events(by) => place.saturating_add_signed(by).min(end),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a place on the bar"
            )]
            Seek::Share(share) => (share.clamp(0.0, 1.0) * end as f64).round() as u64,
            Seek::Marker(by) => self
                .marker(place, by)
                .unwrap_or(if by > 0 { end } else { 0 }),
        };
        self.go(target);
    }

    fn go(&mut self, place: u64) {
        let end = self.history.len();
        self.past = (place < end || (place == end && !self.over && self.paused)).then(|| {
            let world = self.history.world_at(place).clone();
            (place, world)
        });
    }

    /// The next place worth finding: a marker, a fault, a process's start or end.
    fn marker(&self, place: u64, by: i64) -> Option<u64> {
        let world = self.history.now();
        let starts = world.processes().map(|process| process.start_seq);
        let noted = world.markers().iter().map(|marker| marker.seq);
        let faults = world.faults().iter().map(|fault| fault.seq);
        let all = starts.chain(noted).chain(faults);
        if by > 0 {
            all.filter(|seq| *seq > place).min()
        } else {
            all.filter(|seq| *seq < place).max()
        }
    }

    /// The event the play head stands behind.
    pub(crate) fn event(&self) -> Option<Event> {
        let (place, _) = self.places();
        self.history.event(place.checked_sub(1)?)
    }
}
