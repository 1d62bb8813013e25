//! `Greeting`: what every followed Python is told before anything else.
//!
//! `launch` writes it beside the door; `assets/python/forklore_trace` reads it.

use crate::trace::StartMethod;

/// How stdio of the program is buffered where we have a say: Python's is, by our package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buffering {
    /// Line by line, as on a terminal.
    Lines,
    /// In blocks, as into a pipe.
    Blocks,
}

impl Buffering {
    /// As a recording's header says it.
    pub fn word(self) -> &'static str {
        match self {
            Buffering::Lines => "tty",
            Buffering::Blocks => "pipe",
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Greeting {
    pub buffering: Buffering,
    /// How children start where the program does not say; `None`: as this Python does.
    pub method: Option<StartMethod>,
    /// What multiplies the program's sleeps.
    pub scale: f64,
}

impl Greeting {
    /// To a program of the user's own, of which nothing else is asked.
    pub fn new(buffering: Buffering) -> Greeting {
        Greeting {
            buffering,
            method: None,
            scale: 1.0,
        }
    }
}
