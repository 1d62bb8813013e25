//! `Packed`: events in memory as the lines of a recording, a third of what they take as structs.
//!
//! Written once, read again a stretch at a time. An event the line can't carry to the bit (a kind
//! of a later version, a number that is none) is kept beside them as it is.

use std::collections::BTreeMap;

use crate::trace::{Event, Kind, encode_event, read_packet};

use super::Source;

/// Events a block.
const BLOCK: u64 = 256;

/// Events in memory.
#[derive(Debug, Clone, Default)]
pub struct Packed {
    blocks: Vec<Block>,
    len: u64,
    /// Events kept as they are, by place.
    whole: BTreeMap<u64, Event>,
}

/// The lines of up to `BLOCK` events, without their newlines.
#[derive(Debug, Clone, Default)]
struct Block {
    text: Vec<u8>,
    /// Where each line ends.
    ends: Vec<u32>,
}

impl Packed {
    pub(super) fn push(&mut self, event: &Event) {
        if carries(event) {
            let block = self.block();
            encode_event(&mut block.text, event);
            block.text.pop();
        } else {
            self.whole.insert(self.len, event.clone());
        }
        self.end_line();
    }

    pub(super) fn push_line(&mut self, line: &[u8]) {
        self.block().text.extend_from_slice(line);
        self.end_line();
    }

    /// The block the next line goes to.
    fn block(&mut self) -> &mut Block {
        if self.len.is_multiple_of(BLOCK) && self.blocks.len() as u64 == self.len / BLOCK {
            if let Some(full) = self.blocks.last_mut() {
                full.text.shrink_to_fit();
            }
            self.blocks.push(Block::default());
        }
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }

    fn end_line(&mut self) {
        let block = self.block();
        // A line is at most a few MiB (see `trace::reader`), a block a few hundred of them.
        let end = u32::try_from(block.text.len()).unwrap_or(u32::MAX);
        block.ends.push(end);
        self.len += 1;
    }

    /// Bytes held for the events.
    pub fn bytes(&self) -> usize {
        let block = |block: &Block| block.text.capacity() + 4 * block.ends.capacity();
        self.blocks.iter().map(block).sum()
    }

    fn read(&self, place: u64) -> Option<Event> {
        if let Some(event) = self.whole.get(&place) {
            return Some(event.clone());
        }
        let block = self.blocks.get(usize::try_from(place / BLOCK).ok()?)?;
        let line = usize::try_from(place % BLOCK).ok()?;
        let end = *block.ends.get(line)? as usize;
        let start = match line.checked_sub(1) {
            Some(before) => *block.ends.get(before)? as usize,
            None => 0,
        };
        read_packet(block.text.get(start..end)?).ok()
    }
}

impl Source for Packed {
    fn len(&self) -> u64 {
        self.len
    }

    fn visit(&self, from: u64, to: u64, each: &mut dyn FnMut(&Event)) {
        for place in from..to.min(self.len) {
            if let Some(event) = self.read(place) {
                each(&event);
            }
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
