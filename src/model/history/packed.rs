//! `Packed`: events in memory as the lines of a recording, compressed.
//!
//! Written once, read again a block at a time. Where there is too much output the owner has the oldest
//! of it thinned: the events stay, with a count of what is left out.

use crate::model::limits::clip_in_place;
use crate::trace::{Event, Kind, LeftOut, encode_event, read_packet};

/// Events a block, at most: what is unpacked to read one of them.
const BLOCK: usize = 256;
/// Bytes of text after which a block is full, however few its events.
const BLOCK_TEXT: usize = 1 << 20;
/// A line longer than this is worth cutting, if it is no output; few events have one.
const LONG: usize = 4 << 10;
/// Values of one event that stay where its texts are cut.
const VALUES: usize = 1024;
/// What a line of output costs beside its bytes where a World keeps it.
const LINE: usize = 128;

/// Events in memory.
#[derive(Debug, Clone, Default)]
pub struct Packed {
    full: Vec<Block>,
    /// The events after them.
    last: Lines,
    /// What may be left out of `last`, and of all that is kept.
    last_output: usize,
    output: usize,
    /// Blocks at the front whose output was left out.
    thinned: usize,
    len: u64,
    /// Bytes of `full`.
    full_bytes: usize,
    /// Events read again so far.
    #[cfg(test)]
    pub(in crate::model) read: std::cell::Cell<u64>,
}

/// Lines that were packed.
#[derive(Debug, Clone)]
struct Block {
    /// Place of its first event.
    from: u64,
    lines: usize,
    bytes: Box<[u8]>,
    /// What may be left out of it.
    output: usize,
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

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).filter_map(|line| self.get(line))
    }

    /// Gives the events from one place up to before another, where the first line's is `first`.
    fn visit(&self, first: u64, range: [u64; 2], each: &mut dyn FnMut(&Event)) {
        for place in range[0]..range[1] {
            let line = usize::try_from(place - first).unwrap_or(usize::MAX);
            if let Some(Ok(event)) = self.get(line).map(read_packet) {
                each(&event);
            }
        }
    }

    /// The lines as one block: where they end, then their text.
    fn pack(&self) -> Box<[u8]> {
        let ends = self.ends.iter().flat_map(|end| end.to_le_bytes());
        let bytes: Vec<u8> = ends.chain(self.text.iter().copied()).collect();
        lz4_flex::compress_prepend_size(&bytes).into_boxed_slice()
    }

    /// A block's lines; `None` for one that `pack` did not make.
    fn unpack(block: &Block) -> Option<Lines> {
        let bytes = lz4_flex::decompress_size_prepended(&block.bytes).ok()?;
        let (ends, text) = bytes.split_at_checked(4 * block.lines)?;
        let (ends, _) = ends.as_chunks();
        Some(Lines {
            text: text.to_vec(),
            ends: ends.iter().map(|end| u32::from_le_bytes(*end)).collect(),
        })
    }
}

impl Packed {
    pub(super) fn push(&mut self, line: &[u8], event: &Event) {
        self.last.text.extend_from_slice(line);
        let output = weight(line, event);
        self.output += output;
        self.last_output += output;
        // A line is at most a few MiB (see `trace::reader`), and with it the block is full.
        let end = u32::try_from(self.last.text.len()).unwrap_or(u32::MAX);
        self.last.ends.push(end);
        self.len += 1;
        if self.last.ends.len() == BLOCK || self.last.text.len() >= BLOCK_TEXT {
            let lines = self.last.ends.len();
            let bytes = self.last.pack();
            self.full_bytes += bytes.len();
            self.full.push(Block {
                from: self.len - lines as u64,
                lines,
                bytes,
                output: std::mem::take(&mut self.last_output),
            });
            self.last.text.clear();
            self.last.text.shrink_to(BLOCK_TEXT / 4);
            self.last.ends.clear();
        }
    }

    /// What may be left out weighs: output with something for each line, and long texts.
    pub(super) fn output(&self) -> usize {
        self.output
    }

    /// Leaves out the output of the oldest block that has any; gives the place up to which there is
    /// none now. `None` where the newest events alone are left.
    pub(super) fn thin(&mut self) -> Option<u64> {
        let block = self.full.get_mut(self.thinned)?;
        self.thinned += 1;
        let upto = block.from + block.lines as u64;
        if block.output > 0
            && let Some(lines) = Lines::unpack(block)
        {
            self.full_bytes -= block.bytes.len();
            block.bytes = without_output(&lines).pack();
            self.full_bytes += block.bytes.len();
            self.output -= std::mem::take(&mut block.output);
        }
        Some(upto)
    }

    /// Bytes held for the events.
    pub fn bytes(&self) -> usize {
        self.full_bytes + self.last.text.capacity()
    }

    /// Up to where the events from `place` on are read at once: few where they are large.
    pub fn together(&self, place: u64) -> u64 {
        let next = self.full.partition_point(|block| block.from <= place);
        let block = next.checked_sub(1).and_then(|one| self.full.get(one));
        block
            .map(|block| block.from + block.lines as u64)
            .filter(|end| *end > place)
            .unwrap_or(self.len)
    }

    /// Gives every event's line, the newline left out, as it came.
    pub fn each_line(&self, each: &mut dyn FnMut(&[u8])) {
        let unpacked = self.full.iter().filter_map(Lines::unpack);
        for lines in unpacked {
            lines.iter().for_each(&mut *each);
        }
        self.last.iter().for_each(each);
    }

    /// Number of events.
    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Gives the events at places `from` (counted from 0) up to before `to`, in order; what is out
    /// of range is left out.
    pub fn visit(&self, from: u64, to: u64, each: &mut dyn FnMut(&Event)) {
        let to = to.min(self.len);
        #[cfg(test)]
        self.read.update(|read| read + to.saturating_sub(from));
        let newest = self.len - self.last.ends.len() as u64;
        let first = self.full.partition_point(|block| block.from <= from);
        for block in &self.full[first.saturating_sub(1)..] {
            if block.from >= to {
                return;
            }
            let end = to.min(block.from + block.lines as u64);
            if from < end
                && let Some(lines) = Lines::unpack(block)
            {
                lines.visit(block.from, [from.max(block.from), end], each);
            }
        }
        self.last.visit(newest, [from.max(newest), to], each);
    }
}

/// What of an event is left out when there is too much of it: output, and texts that are long.
fn weight(line: &[u8], event: &Event) -> usize {
    match &event.kind {
        Kind::Output(output) => output.data.len() + LINE * ends(&output.data),
        _ if line.len() > LONG => line.len(),
        _ => 0,
    }
}

fn ends(data: &[u8]) -> usize {
    data.split(|byte| *byte == b'\n').count() - 1
}

/// The same lines, of output only how much it was, and of long texts as much as a World keeps.
fn without_output(lines: &Lines) -> Lines {
    let mut thin = Lines::default();
    for line in lines.iter() {
        match read_packet(line) {
            Ok(mut event) if weight(line, &event) > 0 => {
                leave_out(&mut event);
                encode_event(&mut thin.text, &event);
                thin.text.pop();
            }
            _ => thin.text.extend_from_slice(line),
        }
        let end = u32::try_from(thin.text.len()).unwrap_or(u32::MAX);
        thin.ends.push(end);
    }
    thin
}

fn leave_out(event: &mut Event) {
    match &mut event.kind {
        Kind::Output(output) => {
            let known = output.left_out.unwrap_or(LeftOut { bytes: 0, lines: 0 });
            output.left_out = Some(LeftOut {
                bytes: known.bytes.saturating_add(output.data.len() as u64),
                lines: known.lines.saturating_add(ends(&output.data) as u64),
            });
            output.data.clear();
        }
        // What it was is in the file alone.
        Kind::Unknown { kind, json } => {
            clip_in_place(kind);
            *json = format!(
                "{{\"seq\":{},\"t\":{},\"kind\":{}}}",
                event.seq,
                event.t,
                serde_json::json!(kind)
            );
        }
        kind => {
            kind.each_text(&mut clip_in_place);
            if let Kind::Op(op) | Kind::OpWait(op) | Kind::OpBegin(op) | Kind::OpEnd(op) = kind
                && let Some(values) = &mut op.args.values
            {
                values.truncate(VALUES);
            }
        }
    }
}
