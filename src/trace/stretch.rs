//! `Stretch`: events that follow each other in a recording, with the lines they were read from.
//!
//! For whoever keeps the lines (a history, a copy): what a later version wrote stands only there.
//! A stretch that was read can be emptied and filled again, which spares its memory the way back.

use super::event::Event;

/// Events and bytes of lines one holds, about.
const EVENTS: usize = 1024;
const BYTES: usize = 1 << 20;

/// Events with their lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stretch {
    text: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
    events: Vec<Event>,
}

impl Stretch {
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether nothing more should be added.
    pub fn is_full(&self) -> bool {
        self.events.len() >= EVENTS || self.text.len() >= BYTES
    }

    /// Each event with its line, the newline left out.
    pub fn lines(&self) -> impl Iterator<Item = (&[u8], &Event)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let lines = starts.zip(&self.ends);
        let lines = lines.map(|(start, end)| self.text.get(start..*end).unwrap_or_default());
        lines.zip(&self.events)
    }

    /// Adds an event and its line, with or without its newline.
    pub fn add(&mut self, line: &[u8], event: Event) {
        self.text
            .extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        self.ends.push(self.text.len());
        self.events.push(event);
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.events.clear();
    }
}
