//! `Packed`: events in memory as the lines of a recording, compressed.
//!
//! Written once, read again a stretch at a time. An event the line can't carry to the bit (a kind
//! of a later version, a number that is none) is kept beside them as it is.

use std::collections::BTreeMap;

use crate::trace::{Event, Kind, encode_event, read_packet};

use super::Source;

/// Events a block: what is unpacked to read one of them.
const BLOCK: usize = 256;

/// Events in memory.
#[derive(Debug, Clone, Default)]
pub struct Packed {
    /// Blocks of `BLOCK` events each.
    full: Vec<Box<[u8]>>,
    /// The events after them.
    last: Lines,
    /// Events kept as they are, by place.
    whole: BTreeMap<u64, Event>,
    len: u64,
}

/// Lines without their newlines, one after the other.
#[derive(Debug, Clone, Default)]
struct Lines {
    text: Vec<u8>,
    /// Where each line ends.
    ends: Vec<u32>,
}

impl Lines {
    fn get(&self, line: usize) -> Option<&[u8]> {
        let end = *self.ends.get(line)? as usize;
        let start = match line.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.text.get(start..end)
    }

    /// The lines as one block: where they end, then their text.
    fn pack(&self) -> Box<[u8]> {
        let ends = self.ends.iter().flat_map(|end| end.to_le_bytes());
        let bytes: Vec<u8> = ends.chain(self.text.iter().copied()).collect();
        lz4_flex::compress_prepend_size(&bytes).into_boxed_slice()
    }

    /// A block's lines; `None` for one that `pack` did not make.
    fn unpack(block: &[u8]) -> Option<Lines> {
        let bytes = lz4_flex::decompress_size_prepended(block).ok()?;
        let (ends, text) = bytes.split_at_checked(4 * BLOCK)?;
        let (ends, _) = ends.as_chunks();
        Some(Lines {
            text: text.to_vec(),
            ends: ends.iter().map(|end| u32::from_le_bytes(*end)).collect(),
        })
    }
}

impl Packed {
    pub(super) fn push(&mut self, event: &Event) {
        if carries(event) {
            encode_event(&mut self.last.text, event);
            self.last.text.pop();
        } else {
            self.whole.insert(self.len, event.clone());
        }
        self.end_line();
    }

    pub(super) fn push_line(&mut self, line: &[u8]) {
        self.last.text.extend_from_slice(line);
        self.end_line();
    }

    fn end_line(&mut self) {
        // A line is at most a few MiB (see `trace::reader`), a block a few hundred of them.
        let end = u32::try_from(self.last.text.len()).unwrap_or(u32::MAX);
        self.last.ends.push(end);
        self.len += 1;
        if self.last.ends.len() == BLOCK {
            self.full.push(self.last.pack());
            self.last.text.clear();
            self.last.ends.clear();
        }
    }

    /// Bytes held for the events.
    pub fn bytes(&self) -> usize {
        let full: usize = self.full.iter().map(|block| block.len()).sum();
        full + self.last.text.capacity()
    }

    /// Gives every event's line, the newline left out, as it was read or as it would be written.
    pub fn each_line(&self, each: &mut dyn FnMut(&[u8])) {
        let mut place = 0_u64;
        let mut block = |lines: &Lines, count: usize| {
            for line in 0..count {
                if let Some(event) = self.whole.get(&place) {
                    let mut text = Vec::new();
                    encode_event(&mut text, event);
                    each(text.trim_ascii_end());
                } else if let Some(line) = lines.get(line) {
                    each(line);
                }
                place += 1;
            }
        };
        for full in &self.full {
            if let Some(lines) = Lines::unpack(full) {
                block(&lines, BLOCK);
            }
        }
        block(&self.last, self.last.ends.len());
    }

    fn visit_lines(&self, lines: &Lines, places: Places, each: &mut dyn FnMut(&Event)) {
        for line in places.from..places.to {
            let place = (places.block * BLOCK + line) as u64;
            if let Some(event) = self.whole.get(&place) {
                each(event);
            } else if let Some(Ok(event)) = lines.get(line).map(read_packet) {
                each(&event);
            }
        }
    }
}

/// Lines of one block.
#[derive(Debug, Clone, Copy)]
struct Places {
    block: usize,
    from: usize,
    to: usize,
}

impl Source for Packed {
    fn len(&self) -> u64 {
        self.len
    }

    fn visit(&self, from: u64, to: u64, each: &mut dyn FnMut(&Event)) {
        // What is in memory can be counted by a usize.
        let place = |n: u64| usize::try_from(n.min(self.len)).unwrap_or(usize::MAX);
        let (mut from, to) = (place(from), place(to));
        while from < to {
            let block = from / BLOCK;
            let end = to.min((block + 1) * BLOCK);
            let places = Places {
                block,
                from: from - block * BLOCK,
                to: end - block * BLOCK,
            };
            match self.full.get(block) {
                None => self.visit_lines(&self.last, places, each),
                Some(block) => {
                    if let Some(lines) = Lines::unpack(block) {
                        self.visit_lines(&lines, places, each);
                    }
                }
            }
            from = end;
        }
    }
}

/// Whether the event's line reads back as the very same event.
fn carries(event: &Event) -> bool {
    match &event.kind {
        Kind::Unknown { .. } => false,
        Kind::Op(op) | Kind::OpWait(op) | Kind::OpBegin(op) | Kind::OpEnd(op) => {
            op.args.timeout.is_none_or(f64::is_finite)
        }
        _ => true,
    }
}
