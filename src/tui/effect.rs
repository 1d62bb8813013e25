//! `Effect`: what an update asks of the world outside the `App`.

use super::host::RunRequest;
use super::inquiry::Question;
use crate::feed::Control;

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// The learner left.
    Quit,
    /// By this signal, or SIGHUP where the terminal is gone.
    Ended(i32),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    Leave(Leave),
    Start(Box<RunRequest>),
    /// Two runs at the same time, to be compared.
    StartBoth(Box<[RunRequest; 2]>),
    /// Have this looked for in the background.
    Ask(Box<Question>),
    /// Give the program this to read on its stdin.
    Input(String),
    /// Save the run as a recording.
    Save,
    /// Keep the learner's progress.
    Keep,
    Control(Control),
    /// To the clipboard, by the terminal (OSC 52).
    Copy(String),
    /// Stop this job as Ctrl-Z does.
    Suspend,
    /// Draw everything anew.
    Redraw,
}
