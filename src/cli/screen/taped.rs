//! Runs of the screen that are recorded from their beginning: `forklore lock --record FILE`.
//!
//! The first run goes to the file, later ones beside it with a number. A recording that breaks never
//! breaks the run: it is noted in the log, where the screen sees it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::cli::context::Context;
use crate::cli::recorder::Recorder;
use crate::error::Failure;
use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw};
use crate::sys::clock;
use crate::trace::{Event, Header};

/// How long a run that is left behind may take to come to its end.
const LEAVING: Duration = Duration::from_secs(3);

/// Where the runs of a session are recorded.
pub(super) struct Tapes {
    path: PathBuf,
    runs: u32,
}

impl Tapes {
    pub(super) fn new(path: PathBuf) -> Tapes {
        Tapes { path, runs: 0 }
    }

    /// The recording of the next run.
    pub(super) fn next(&mut self, context: &Context, header: &Header) -> Result<Recorder, Failure> {
        let path = numbered(&self.path, self.runs + 1);
        let recorder = Recorder::named(context, &path, header)?;
        self.runs += 1;
        Ok(recorder)
    }
}

/// `a.jsonl.zst`, `a-2.jsonl.zst`, …
fn numbered(path: &Path, run: u32) -> PathBuf {
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(name) = name.filter(|_| run > 1) else {
        return path.to_owned();
    };
    let (stem, ending) = match name.find('.').filter(|at| *at > 0) {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    path.with_file_name(format!("{stem}-{run}{ending}"))
}

/// A run that is recorded as it is shown.
pub(super) struct Taped<F: Feed> {
    feed: F,
    tape: Option<Recorder>,
    words: Box<dyn Fn(&io::Error) -> String>,
    /// The run is over, and how long its recording may take to be so.
    closing: Option<Instant>,
    over: bool,
    flaw: Option<Flaw>,
}

impl<F: Feed> Taped<F> {
    /// `words` says why a recording could not be written.
    pub(super) fn new(
        feed: F,
        tape: Recorder,
        words: impl Fn(&io::Error) -> String + 'static,
    ) -> Taped<F> {
        Taped {
            feed,
            tape: Some(tape),
            words: Box::new(words),
            closing: None,
            over: false,
            flaw: None,
        }
    }

    fn record(&mut self, events: &[Event]) {
        let Some(tape) = &mut self.tape else { return };
        let Err(why) = tape.take(events.to_vec()) else {
            return;
        };
        self.tape = None;
        // At the end of the run nobody is left to note it in the log.
        if self.feed.control(Control::RecordingStopped).is_err() {
            self.lacks_its_end(&why);
        }
    }

    fn lacks_its_end(&mut self, why: &io::Error) {
        self.flaw = Some(Flaw::Unrecorded((self.words)(why)));
    }

    /// The run is over; the screen goes on while its last lines are written.
    fn close(&mut self, deadline: Instant) -> FeedItem {
        if let Some(tape) = &self.tape {
            tape.close();
            let now = clock::instant();
            let closing = *self.closing.get_or_insert(now + tape.patience());
            match tape.ended(deadline.saturating_duration_since(now)) {
                None if now < closing => return FeedItem::Idle,
                None => self.lacks_its_end(&io::ErrorKind::TimedOut.into()),
                Some(Err(why)) => self.lacks_its_end(&why),
                Some(Ok(())) => {}
            }
            self.tape = None;
        }
        self.over = true;
        FeedItem::End
    }
}

impl<F: Feed> Feed for Taped<F> {
    fn poll(&mut self, deadline: Instant) -> FeedItem {
        if self.closing.is_some() {
            return self.close(deadline);
        }
        let item = self.feed.poll(deadline);
        match &item {
            FeedItem::Events(events) => self.record(events),
            FeedItem::End => return self.close(deadline),
            FeedItem::Read(_) | FeedItem::Idle => {}
        }
        item
    }

    fn abilities(&self) -> Abilities {
        self.feed.abilities()
    }

    fn control(&mut self, control: Control) -> Result<(), ControlError> {
        self.feed.control(control)
    }

    fn flaw(&self) -> Option<Flaw> {
        self.flaw.clone().or_else(|| self.feed.flaw())
    }
}

impl<F: Feed> Drop for Taped<F> {
    /// Who leaves during a run finds its end in the recording.
    fn drop(&mut self) {
        if self.over || self.tape.is_none() {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::numbered;

    #[test]
    fn later_runs_have_their_number_before_the_ending() {
        for (path, run, expected) in [
            ("a.jsonl.zst", 1, "a.jsonl.zst"),
            ("x/a.jsonl.zst", 2, "x/a-2.jsonl.zst"),
            ("a", 3, "a-3"),
            (".hidden", 2, ".hidden-2"),
        ] {
            assert_eq!(numbered(Path::new(path), run), Path::new(expected));
        }
    }
}
