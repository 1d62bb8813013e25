//! Runs of the screen that are recorded from their beginning: `forklore lock --record FILE`.
//!
//! The first run goes to the file, later ones beside it with a number. A recording that breaks never
//! breaks the run: it is noted in the log, where the screen sees it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::cli::context::Context;
use crate::cli::recorder::Recorder;
use crate::error::Failure;
use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw};
use crate::sys::clock;
use crate::trace::Header;

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
    over: bool,
}

impl<F: Feed> Taped<F> {
    pub(super) fn new(feed: F, tape: Recorder) -> Taped<F> {
        Taped {
            feed,
            tape: Some(tape),
            over: false,
        }
    }
}

impl<F: Feed> Feed for Taped<F> {
    fn poll(&mut self, deadline: Instant) -> FeedItem {
        let item = self.feed.poll(deadline);
        if let FeedItem::Events(events) = &item {
            let taken = self.tape.as_mut().map(|tape| tape.take(events.clone()));
            if let Some(Err(_)) = taken {
                self.tape = None;
                // At the end of the run nobody is left to note it.
                let _ = self.feed.control(Control::RecordingStopped);
            }
        }
        if item == FeedItem::End {
            self.over = true;
            // The run is over and so is its log: a failure now has no place to be noted.
            let _ = self.tape.take().map(Recorder::finish);
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
        self.feed.flaw()
    }
}

impl<F: Feed> Drop for Taped<F> {
    /// Who leaves during a run finds its end in the recording.
    fn drop(&mut self) {
        if self.over || self.tape.is_none() || self.feed.control(Control::Stop).is_err() {
            return;
        }
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
