//! `OutputLog`: what the processes printed, assembled into lines, each with its writer.
//!
//! A line stands where its first byte was written; a line torn by a late second piece is completed
//! in place. The log is bounded: the oldest lines go first and what went is counted. Bytes stay as
//! they were written; whoever shows them sanitises them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::trace::{Output, Stream};

use super::appended::Appended;
use super::chunked::Chunked;
use super::limits::Limits;
use super::unwritten::Leaving;

/// A line of output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Number of the line in the whole run, from 0, lines that were dropped included.
    pub number: u64,
    /// Event that brought its first byte, and the one that brought its last.
    pub seq: u64,
    pub last_seq: u64,
    /// Time of its first byte, ns since the run began.
    pub t: i64,
    /// Writer; `None` where nobody can say who wrote.
    pub proc: Option<u32>,
    pub pid: i32,
    pub stream: Stream,
    /// Where in the program its first piece was printed.
    pub at: Option<Arc<str>>,
    /// Its bytes as written, without the newline.
    pub data: Arc<[u8]>,
    /// Bytes of it that were not kept because the line is too long.
    pub cut: u64,
    pub ending: Ending,
    /// Somebody else wrote to the same stream between its pieces: on a terminal it was torn.
    pub torn: bool,
    /// Birth number of the process that printed it, where its writer had it as a copy in its buffer.
    pub copied_from: Option<u32>,
}

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Not yet.
    Open,
    Newline,
    /// Its writer ended without a newline.
    Exit,
}

impl Line {
    /// The text, what is no UTF-8 replaced; not sanitised.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.data)
    }
}

/// What a run printed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OutputLog {
    lines: Chunked<Line>,
    /// Numbers of the lines of each writer that are still kept.
    by_proc: HashMap<Option<u32>, Arc<Appended<u64>>>,
    open: HashMap<(Option<u32>, Stream), u64>,
    /// Writer of the last piece on each stream.
    last_writer: [Option<u32>; 2],
    first: u64,
    kept_bytes: usize,
    /// Lines whose text did not even come here (`Output::left_out`).
    left_lines: u64,
    /// Bytes that were not kept: of lines that went, of lines too long, and left out before.
    dropped_bytes: u64,
    bytes: u64,
}

impl OutputLog {
    /// The lines kept, in order.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &Line> {
        self.lines.iter()
    }

    /// The line with this number, if it is kept.
    pub fn line(&self, number: u64) -> Option<&Line> {
        self.lines
            .get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Number of the first line kept; as many were dropped.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// One more than the number of the last line.
    pub fn end(&self) -> u64 {
        self.first + self.lines.len() as u64
    }

    /// Lines of one process that are kept, in order.
    pub fn lines_of(&self, proc: u32) -> impl DoubleEndedIterator<Item = &Line> {
        self.lines_by(Some(proc))
    }

    /// Lines of one writer; `None` is for output nobody can be named for.
    pub fn lines_by(&self, proc: Option<u32>) -> impl DoubleEndedIterator<Item = &Line> {
        self.by_proc
            .get(&proc)
            .into_iter()
            .flat_map(|numbers| numbers.iter())
            .filter_map(|number| self.line(*number))
    }

    /// Number of lines of one process that are kept.
    pub fn count_of(&self, proc: u32) -> usize {
        self.by_proc
            .get(&Some(proc))
            .map_or(0, |numbers| numbers.len())
    }

    /// The `index`th line of one process that is kept.
    pub fn line_of(&self, proc: u32, index: usize) -> Option<&Line> {
        self.line(*self.by_proc.get(&Some(proc))?.get(index)?)
    }

    /// Lines kept.
    pub fn lines_kept(&self) -> usize {
        self.lines.len()
    }

    /// Writers of whom a line is kept.
    pub(super) fn writers(&self) -> usize {
        self.by_proc.len()
    }

    /// Lines that are not kept, all of them before those that are.
    pub fn dropped_lines(&self) -> u64 {
        self.first.saturating_add(self.left_lines)
    }

    /// Bytes that are not kept, newlines not counted.
    pub fn dropped_bytes(&self) -> u64 {
        self.dropped_bytes
    }

    /// Bytes written in the whole run.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn write(
        &mut self,
        limits: &Limits,
        (seq, t): (u64, i64),
        (proc, pid): (Option<u32>, i32),
        (output, at): (&Output, Option<Arc<str>>),
        leaving: &[Leaving],
    ) {
        self.bytes = self.bytes.saturating_add(output.data.len() as u64);
        if let Some(left) = output.left_out {
            self.bytes = self.bytes.saturating_add(left.bytes);
            self.dropped_bytes = self.dropped_bytes.saturating_add(left.bytes);
            self.left_lines = self.left_lines.saturating_add(left.lines);
        }
        let stream = output.stream;
        let mut rest = output.data.as_slice();
        while !rest.is_empty() {
            let copied_from = copied_from(leaving, output.data.len() - rest.len());
            let (piece, ended, after) = match rest.iter().position(|byte| *byte == b'\n') {
                Some(end) => (&rest[..end], true, &rest[end + 1..]),
                None => (rest, false, &[][..]),
            };
            rest = after;
            let number = self.line_to_write((seq, t), (proc, pid), (stream, at.as_ref()));
            self.add(limits, (number, seq), (piece, ended), copied_from);
            let key = (proc, stream);
            if ended {
                self.open.remove(&key);
            } else {
                self.open.insert(key, number);
            }
            self.last_writer[stream as usize] = proc;
            self.trim(limits);
        }
    }

    /// The writer's open line on this stream, or a new one.
    fn line_to_write(
        &mut self,
        (seq, t): (u64, i64),
        (proc, pid): (Option<u32>, i32),
        (stream, at): (Stream, Option<&Arc<str>>),
    ) -> u64 {
        let open = self.open.get(&(proc, stream)).copied();
        if let Some(number) = open.filter(|number| *number >= self.first) {
            return number;
        }
        let number = self.end();
        self.lines.push(Line {
            number,
            seq,
            last_seq: seq,
            t,
            proc,
            pid,
            stream,
            at: at.cloned(),
            data: Arc::default(),
            cut: 0,
            ending: Ending::Open,
            torn: false,
            copied_from: None,
        });
        // Trimming keeps this in step with the lines themselves.
        Arc::make_mut(self.by_proc.entry(proc).or_default()).push(number);
        number
    }

    fn add(
        &mut self,
        limits: &Limits,
        (number, seq): (u64, u64),
        (piece, ended): (&[u8], bool),
        copied_from: Option<u32>,
    ) {
        let first = self.first;
        let Some(line) = usize::try_from(number - first)
            .ok()
            .and_then(|index| self.lines.get_mut(index))
        else {
            return;
        };
        let others = self.last_writer[line.stream as usize] != line.proc;
        // The first piece of a line tears nothing; a newline alone that comes late does.
        if others && line.last_seq != seq {
            line.torn = true;
        }
        line.last_seq = seq;
        line.copied_from = line.copied_from.or(copied_from);
        let room = limits
            .line_bytes
            .saturating_sub(line.data.len())
            .min(piece.len());
        // Most lines come whole; the rest is put together again with each piece that has room.
        if line.data.is_empty() {
            line.data = Arc::from(&piece[..room]);
        } else if room > 0 {
            line.data = [&line.data, &piece[..room]].concat().into();
        }
        let cut = (piece.len() - room) as u64;
        line.cut += cut;
        self.dropped_bytes = self.dropped_bytes.saturating_add(cut);
        self.kept_bytes += room;
        if ended {
            line.ending = Ending::Newline;
        }
    }

    fn trim(&mut self, limits: &Limits) {
        while self.lines.len() > 1
            && (self.lines.len() > limits.lines || self.kept_bytes > limits.output_bytes)
        {
            let Some(line) = self.lines.get(0) else {
                return;
            };
            let (bytes, number) = (line.data.len(), line.number);
            let (proc, stream) = (line.proc, line.stream);
            self.kept_bytes -= bytes;
            self.dropped_bytes = self.dropped_bytes.saturating_add(bytes as u64);
            self.first += 1;
            self.lines.drop_front();
            // Nothing may be left of a line that went, or a million writers would fill the maps.
            if self.open.get(&(proc, stream)) == Some(&number) {
                self.open.remove(&(proc, stream));
            }
            if let Some(numbers) = self.by_proc.get_mut(&proc) {
                Arc::make_mut(numbers).drop_front();
                if numbers.is_empty() {
                    self.by_proc.remove(&proc);
                }
            }
        }
    }

    /// Forgets every line; what they were is counted.
    pub(super) fn leave_out(&mut self) {
        self.first = self.end();
        self.lines = Chunked::default();
        self.by_proc.clear();
        self.open.clear();
        self.dropped_bytes = self.dropped_bytes.saturating_add(self.kept_bytes as u64);
        self.kept_bytes = 0;
    }

    /// The writer has ended: its partial lines are lines now.
    pub(super) fn close(&mut self, proc: u32) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if let Some(number) = self.open.remove(&(Some(proc), stream)) {
                self.finish(number);
            }
        }
    }

    /// The run has ended: every partial line is a line now.
    pub(super) fn close_all(&mut self) {
        let open: Vec<u64> = self.open.drain().map(|(_, number)| number).collect();
        for number in open {
            self.finish(number);
        }
    }

    fn finish(&mut self, number: u64) {
        let index = number
            .checked_sub(self.first)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(line) = index.and_then(|index| self.lines.get_mut(index)) {
            line.ending = Ending::Exit;
        }
    }
}

/// The process that printed the byte at this place of an output, where its writer had a copy.
fn copied_from(leaving: &[Leaving], place: usize) -> Option<u32> {
    let mut end = 0;
    let at = leaving.iter().find(|part| {
        end += part.bytes;
        place < end
    });
    at?.copied_from
}

#[cfg(test)]
mod tests {
    use super::OutputLog;
    use crate::model::Limits;
    use crate::trace::{Output, Stream};

    #[test]
    fn nothing_is_left_of_writers_whose_lines_went() {
        let limits = Limits {
            lines: 10,
            ..Limits::default()
        };
        let mut log = OutputLog::default();
        let output = Output {
            stream: Stream::Stderr,
            data: b"no end".to_vec(),
            at: None,
            left_out: None,
        };
        for proc in 0..1000 {
            log.write(&limits, (1, 1), (Some(proc), 1), (&output, None), &[]);
        }
        assert_eq!((log.open.len(), log.by_proc.len()), (10, 10));
    }
}
