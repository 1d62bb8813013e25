//! `Batch`: events that follow each other, each with its line of the recording.
//!
//! What a `Feed` gives, live or replayed, and what histories, recordings and JSON output take: an event
//! is encoded once, or never where it was read. A batch that was used can be filled again, which spares
//! its memory the way back.

use std::sync::Arc;

use super::event::{Event, Kind};
use super::packet::Packet;

/// Events and bytes of lines one holds, about.
const EVENTS: usize = 1024;
const BYTES: usize = 1 << 20;

/// Events with their lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// The lines, each with its newline; shared with whoever writes them.
    text: Arc<Vec<u8>>,
    /// Where each line ends, its newline included.
    ends: Vec<usize>,
    events: Vec<Event>,
}

impl Batch {
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The lines as they stand in a recording, one after the other.
    pub fn text(&self) -> Arc<Vec<u8>> {
        Arc::clone(&self.text)
    }

    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether nothing more should be added.
    pub fn is_full(&self) -> bool {
        self.events.len() >= EVENTS || self.text.len() >= BYTES
    }

    /// The event at `index` with its line, the newline left out.
    pub fn get(&self, index: usize) -> Option<(&[u8], &Event)> {
        let event = self.events.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        let line = self.text.get(start..self.ends[index] - 1)?;
        Some((line, event))
    }

    /// Each event with its line, the newline left out.
    pub fn lines(&self) -> impl Iterator<Item = (&[u8], &Event)> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Adds an event that was read, with its line, which may lack its newline.
    pub fn add_read(&mut self, line: &[u8], event: Event) {
        let text = Arc::make_mut(&mut self.text);
        text.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        text.push(b'\n');
        self.end(event);
    }

    /// Adds an event that nobody has written yet.
    pub fn add(&mut self, event: Event) -> &Event {
        encode_event(Arc::make_mut(&mut self.text), &event);
        self.end(event)
    }

    fn end(&mut self, event: Event) -> &Event {
        let last = self.events.len();
        self.ends.push(self.text.len());
        self.events.push(event);
        &self.events[last]
    }

    pub fn clear(&mut self) {
        match Arc::get_mut(&mut self.text) {
            Some(text) => text.clear(),
            None => self.text = Arc::default(),
        }
        self.ends.clear();
        self.events.clear();
    }
}

impl FromIterator<Event> for Batch {
    fn from_iter<I: IntoIterator<Item = Event>>(events: I) -> Batch {
        let mut batch = Batch::default();
        for event in events {
            batch.add(event);
        }
        batch
    }
}

/// Appends the event's line, newline included, to `line`. An unknown kind is written as it was read.
pub fn encode_event(line: &mut Vec<u8>, event: &Event) {
    if let Kind::Unknown { json, .. } = &event.kind {
        line.extend_from_slice(json.as_bytes());
    } else {
        let mut packet = Packet::line(line, event);
        event.kind.write(&mut packet);
        packet.finish();
    }
    line.push(b'\n');
}
