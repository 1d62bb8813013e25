//! `Host`: what the screen needs from outside itself.
//!
//! The cli implements it: starting runs is the engine's work, files are the cli's. The screen gets
//! a `Feed` and the recording's header, and knows no more of processes than that.

use super::progress::Progress;
use super::run::RunView;
use crate::feed::Feed;
use crate::lesson::Params;
use crate::trace::{Event, Header};

/// A run the learner asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Slug of the lesson.
    pub lesson: String,
    pub params: Params,
    /// Operations a second; `None` lets them go as they come.
    pub pace: Option<f64>,
    /// Every operation waits for a step.
    pub manual: bool,
}

/// A run that has begun, or a recording that was opened.
pub struct Started {
    pub feed: Box<dyn Feed>,
    pub header: Header,
    /// It is a recording, which gives all its events at once.
    pub recorded: bool,
}

/// A run as whoever saves it reads it.
pub struct Seen<'a>(pub(super) &'a RunView);

impl Seen<'_> {
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// Gives every event so far, in order.
    pub fn each_event(&self, each: &mut dyn FnMut(&Event)) {
        self.0.each_event(each);
    }
}

/// The world outside the screen.
pub trait Host {
    /// Starts a run.
    ///
    /// # Errors
    /// Why it could not start, in the learner's language.
    fn start(&mut self, order: &Order) -> Result<Started, String>;

    /// Keeps the learner's progress for the next session.
    ///
    /// # Errors
    /// Why it can't be kept, in the learner's language.
    fn keep(&mut self, progress: &Progress) -> Result<(), String>;

    /// Saves a run as a recording; gives the file's name.
    ///
    /// # Errors
    /// Why it can't be saved, in the learner's language.
    fn save(&mut self, seen: &Seen<'_>) -> Result<String, String>;
}
