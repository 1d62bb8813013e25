//! `Host`: what the screen needs from outside itself.
//!
//! The cli implements it: starting runs is the engine's work, files are the cli's. The screen gets
//! a `Feed` and the recording's header, and knows no more of processes than that.

use crate::feed::Feed;
use crate::lesson::Params;
use crate::trace::Header;

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
}

/// The world outside the screen.
pub trait Host {
    /// Starts a run.
    ///
    /// # Errors
    /// Why it could not start, in the learner's language.
    fn start(&mut self, order: &Order) -> Result<Started, String>;
}
