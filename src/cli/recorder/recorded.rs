//! `Recorded`: a run that is recorded as it is given out, whoever shows it.
//!
//! A recording that breaks never breaks the run: it is noted in the log, and whoever holds the run can
//! ask for the reason. The run ends once its recording is written, or given up.

use std::io;
use std::time::{Duration, Instant};

use super::Recorder;
use crate::cli::words;
use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw};
use crate::sys::clock;
use crate::text::Lang;
use crate::trace::Batch;

/// How long a run that is left behind may take to come to its end.
const LEAVING: Duration = Duration::from_secs(3);

/// A run and its recording; without one it is the run alone.
pub(crate) struct Recorded<'a, F: Feed> {
    feed: F,
    recorder: Option<Recorder>,
    lang: Lang,
    /// Hears at once why the recording was given up.
    tell: Box<dyn FnMut(&io::Error) + 'a>,
    lost: Option<io::Error>,
    /// The run is over, and until when its recording may be written.
    closing: Option<Instant>,
    over: bool,
    /// The log could not note the loss any more.
    unnoted: bool,
}

impl<'a, F: Feed> Recorded<'a, F> {
    pub(crate) fn new(feed: F, recorder: Option<Recorder>, lang: Lang) -> Recorded<'a, F> {
        Recorded {
            feed,
            recorder,
            lang,
            tell: Box::new(|_| {}),
            lost: None,
            closing: None,
            over: false,
            unnoted: false,
        }
    }

    /// The same, with somebody who hears at once that the recording was given up.
    pub(crate) fn telling(mut self, tell: impl FnMut(&io::Error) + 'a) -> Recorded<'a, F> {
        self.tell = Box::new(tell);
        self
    }

    /// Why the recording was given up.
    pub(crate) fn lost(&self) -> Option<&io::Error> {
        self.lost.as_ref()
    }

    fn record(&mut self, batch: &Batch) {
        let Some(recorder) = &self.recorder else {
            return;
        };
        if let Err(why) = recorder.take(batch) {
            let noted = self.feed.control(Control::RecordingStopped).is_ok();
            self.lose(why, noted);
        }
    }

    fn lose(&mut self, why: io::Error, noted: bool) {
        (self.tell)(&why);
        self.recorder = None;
        self.unnoted = !noted;
        self.lost = Some(why);
    }

    /// The run is over; whoever shows it goes on while the last lines are written.
    fn close(&mut self, deadline: Instant) -> FeedItem {
        if let Some(recorder) = &self.recorder {
            recorder.close();
            let now = clock::instant();
            let closing = *self.closing.get_or_insert(now + recorder.patience());
            match recorder.ended(deadline.saturating_duration_since(now)) {
                None if now < closing => return FeedItem::Idle,
                None => self.lose(io::ErrorKind::TimedOut.into(), false),
                Some(Err(why)) => self.lose(why, false),
                Some(Ok(())) => self.recorder = None,
            }
        }
        self.over = true;
        FeedItem::End
    }
}

impl<F: Feed> Feed for Recorded<'_, F> {
    fn poll(&mut self, deadline: Instant) -> FeedItem {
        if self.closing.is_some() {
            return self.close(deadline);
        }
        let item = self.feed.poll(deadline);
        match &item {
            FeedItem::Events(batch) => self.record(batch),
            FeedItem::End => return self.close(deadline),
            FeedItem::Idle => {}
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
        let lost = self.lost.as_ref().filter(|_| self.unnoted);
        lost.map(|why| Flaw::Unrecorded(words::recording(self.lang, why)))
            .or_else(|| self.feed.flaw())
    }
}

impl<F: Feed> Drop for Recorded<'_, F> {
    /// Who leaves during a run finds its end in the recording.
    fn drop(&mut self) {
        if self.over || self.recorder.is_none() {
            return;
        }
        // A run that is over already only has its last lines written.
        let _ = self.feed.control(Control::Stop);
        let deadline = clock::instant() + LEAVING;
        while !self.over && clock::instant() < deadline {
            self.poll(deadline);
        }
    }
}
