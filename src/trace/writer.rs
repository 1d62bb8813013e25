//! Writing recordings: the header, then one line an event, append-only.
//!
//! Knows nothing of files or disks: it writes to any `Write`; who owns the file decides what a
//! failure means.

use std::io::{self, Write};

use super::event::{Event, Kind};
use super::header::Header;
use super::packet::Packet;

/// A recording being written.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    line: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// What the output reports.
    pub fn new(mut output: W, header: &Header) -> io::Result<Writer<W>> {
        serde_json::to_writer(&mut output, header)?;
        output.write_all(b"\n")?;
        Ok(Writer {
            output,
            line: Vec::new(),
        })
    }

    /// Appends one event.
    ///
    /// # Errors
    /// What the output reports.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        self.line.clear();
        encode_event(&mut self.line, event);
        self.output.write_all(&self.line)
    }

    /// The output, for whoever has to end it.
    pub fn into_output(self) -> W {
        self.output
    }

    /// # Errors
    /// What the output reports.
    pub fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
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
