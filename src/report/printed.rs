//! The output of a recording's programs, with nothing added.

use std::fmt::Write as _;

use super::lines::Shown;
use super::{Style, program_line};
use crate::model::World;
use crate::text::clean_line;
use crate::trace::{Event, Kind, Stream};

/// Output being printed, line by line.
#[derive(Debug)]
pub struct Printed {
    style: Style,
    /// Time, PID and name stand before each line.
    times: bool,
    shown: Shown,
}

impl Printed {
    pub fn new(style: Style, times: bool) -> Printed {
        Printed {
            style,
            times,
            shown: Shown::default(),
        }
    }

    /// The lines that the event has completed. With times, everything goes to `out`.
    pub fn after(&mut self, event: &Event, world: &World, out: &mut String, err: &mut String) {
        if !matches!(
            event.kind,
            Kind::Output(_) | Kind::ProcessExit(_) | Kind::End(_)
        ) {
            return;
        }
        for line in self.shown.completed(world.log()) {
            if self.times {
                program_line(&self.style, world, line, out);
                continue;
            }
            let page = match line.stream {
                Stream::Stdout => &mut *out,
                Stream::Stderr => &mut *err,
            };
            let text = clean_line(&line.data, usize::MAX).text;
            // Writing to a String does not fail.
            let _ = writeln!(page, "{text}");
        }
    }
}
