//! Reading packets and recordings.
//!
//! Owns the way from bytes to `Header` and `Event`, and what is told of damage: a torn last line, a
//! newer format, a line that is no event, compressed data that is cut off. Refuses to guess: what
//! can't be read is named with its line number, and what came before it stays good. Memory is
//! bounded by the longest line allowed. The bytes of each line stay at hand (`line`), so that a
//! recording can be written again as it was, whatever a later version put into it.

use std::io::{self, BufRead, Write};

use super::event::Event;
use super::header::{FORMAT, Header};
use super::line::decode;

/// Longest line a recording may hold, in bytes: an output event is at most 64 KiB of data, six bytes
/// each at worst as JSON escapes; the rest is room for many rows of ps.
pub const LONGEST_LINE: usize = 4 << 20;

/// Why a recording can't be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file is empty")]
    Empty,
    #[error("not a recording: the first line is no forklore header ({0})")]
    NoHeader(serde_json::Error),
    #[error(
        "the recording has format {found}, this forklore reads format {FORMAT}; a newer forklore is needed"
    )]
    NewerFormat { found: u64 },
    #[error("line {line}: not an event ({source})")]
    BadLine {
        line: usize,
        source: serde_json::Error,
    },
    #[error("line {line}: longer than {LONGEST_LINE} bytes")]
    LongLine { line: usize },
    #[error("line {line}: event number {found} where {expected} was due")]
    OutOfOrder {
        line: usize,
        found: u64,
        expected: u64,
    },
    #[error("line {line}: the compressed file was cut off here")]
    Cut { line: usize },
    #[error("line {line}: the compressed file is damaged here ({source})")]
    Damaged { line: usize, source: io::Error },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads one packet of the event channel.
///
/// # Errors
/// The text of what serde found wrong.
pub fn read_packet(bytes: &[u8]) -> Result<Event, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    decode(text).map_err(|error| error.to_string())
}

/// The part of a header that is looked at first: a newer one may have other fields.
#[derive(serde::Deserialize)]
struct Version {
    forklore: u64,
}

/// A recording, read line by line.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    header: Header,
    line: usize,
    seq: u64,
    torn: bool,
    buf: Vec<u8>,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When there is none, or it is of a newer format.
    pub fn new(mut input: R) -> Result<Reader<R>, ReadError> {
        let mut buf = Vec::new();
        read_line(&mut input, &mut buf, 1)?;
        if buf.is_empty() {
            return Err(ReadError::Empty);
        }
        let version: Version = serde_json::from_slice(&buf).map_err(ReadError::NoHeader)?;
        if version.forklore > u64::from(FORMAT) {
            return Err(ReadError::NewerFormat {
                found: version.forklore,
            });
        }
        let header = serde_json::from_slice(&buf).map_err(ReadError::NoHeader)?;
        Ok(Reader {
            input,
            header,
            line: 1,
            seq: 0,
            torn: false,
            buf,
        })
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The line of what was read last, its newline included: the header's before the first event.
    /// It holds what an `Event` does not: fields and words of a later version, their order.
    pub fn line(&self) -> &[u8] {
        &self.buf
    }

    /// Whether the last line was cut off and dropped; known once `next_event` gave `None`.
    pub fn torn(&self) -> bool {
        self.torn
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    /// A line that is no event, out of order or too long; what was read before stays good.
    pub fn next_event(&mut self) -> Result<Option<Event>, ReadError> {
        self.line += 1;
        read_line(&mut self.input, &mut self.buf, self.line)?;
        if self.buf.is_empty() {
            return Ok(None);
        }
        if self.buf.last() != Some(&b'\n') {
            self.torn = true;
            self.buf.clear();
            return Ok(None);
        }
        let parsed = std::str::from_utf8(&self.buf)
            .map_err(<serde_json::Error as serde::de::Error>::custom)
            .and_then(|text| decode(text.trim_end_matches('\n')));
        let event = parsed.map_err(|source| ReadError::BadLine {
            line: self.line,
            source,
        })?;
        if event.seq != self.seq + 1 {
            return Err(ReadError::OutOfOrder {
                line: self.line,
                found: event.seq,
                expected: self.seq + 1,
            });
        }
        self.seq = event.seq;
        Ok(Some(event))
    }
}

/// Copies what can be read of a recording, byte for byte, kinds and fields of a later version
/// included; gives the number of events.
///
/// # Errors
/// What the reader says of damage (everything before it was written), or what the output reports.
pub fn copy<R: BufRead>(reader: &mut Reader<R>, output: &mut impl Write) -> Result<u64, ReadError> {
    output.write_all(reader.line())?;
    while reader.next_event()?.is_some() {
        output.write_all(reader.line())?;
    }
    output.flush()?;
    Ok(reader.seq)
}

fn read_line<R: BufRead>(input: &mut R, buf: &mut Vec<u8>, line: usize) -> Result<(), ReadError> {
    use std::io::Read as _;
    buf.clear();
    let bound = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
    let read = input.by_ref().take(bound).read_until(b'\n', buf);
    read.map_err(|source| match source.kind() {
        io::ErrorKind::UnexpectedEof => ReadError::Cut { line },
        io::ErrorKind::InvalidData => ReadError::Damaged { line, source },
        _ => ReadError::Io(source),
    })?;
    if buf.len() >= LONGEST_LINE && buf.last() != Some(&b'\n') {
        return Err(ReadError::LongLine { line });
    }
    Ok(())
}
