//! `Unwritten`: what a process has printed to stdout and Python has not written yet.
//!
//! Grows with each `print` that says so, shrinks by what the process writes, and is copied into a child
//! by os.fork. What is there when the process ends is lost. Bounded: the oldest goes first.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::trace::{BUFFERED, Op, OpName};

/// Bytes kept of a process; CPython's buffers hold 16 KiB.
const BYTES: usize = 64 << 10;

/// Text of one print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    pub text: Arc<str>,
    /// Birth number of the process that printed it: another than the one whose buffer it is in, where
    /// that has a copy.
    pub by: u32,
    /// Where in the program.
    pub at: Option<Arc<str>>,
    /// With which event.
    pub seq: u64,
}

/// The texts in the buffer of a process, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unwritten {
    texts: Arc<VecDeque<Printed>>,
    /// Bytes of the first text that are written.
    gone: usize,
    bytes: usize,
}

/// Bytes that leave a buffer: how many, and whose print they are a copy of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaving {
    pub(super) bytes: usize,
    pub(super) copied_from: Option<u32>,
}

impl Unwritten {
    /// Bytes in it.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// The texts, what is written of the first left out.
    pub fn texts(&self) -> impl Iterator<Item = (&Printed, &str)> {
        let skipped = std::iter::once(self.gone).chain(std::iter::repeat(0));
        let texts = self.texts.iter().zip(skipped);
        texts.map(|(printed, gone)| (printed, printed.text.get(gone..).unwrap_or_default()))
    }

    /// The process whose copy it begins with.
    pub fn copied_from(&self, own: u32) -> Option<u32> {
        self.texts
            .front()
            .map(|first| first.by)
            .filter(|by| *by != own)
    }

    /// The text an operation has put there.
    pub(super) fn put(&mut self, by: u32, op: &Op, at: Option<&Arc<str>>, seq: u64) {
        let (OpName::Print, Some(BUFFERED), Some(text)) =
            (op.op, op.args.key.as_deref(), op.args.value.as_deref())
        else {
            return;
        };
        let start = text.ceil_char_boundary(text.len().saturating_sub(BYTES));
        let text = &text[start..];
        self.leave((self.bytes + text.len()).saturating_sub(BYTES), by);
        self.bytes += text.len();
        Arc::make_mut(&mut self.texts).push_back(Printed {
            text: text.into(),
            by,
            at: at.cloned(),
            seq,
        });
    }

    /// So many bytes are written by the process `own`, the oldest first; what they are, as far as that
    /// is known.
    pub(super) fn leave(&mut self, count: usize, own: u32) -> Vec<Leaving> {
        let mut left = count.min(self.bytes);
        let mut leaving: Vec<Leaving> = Vec::new();
        self.bytes -= left;
        while left > 0 {
            let Some(first) = self.texts.front() else {
                break;
            };
            let bytes = (first.text.len() - self.gone).min(left);
            let copied_from = Some(first.by).filter(|by| *by != own);
            match leaving.last_mut() {
                Some(last) if last.copied_from == copied_from => last.bytes += bytes,
                _ => leaving.push(Leaving { bytes, copied_from }),
            }
            left -= bytes;
            self.gone += bytes;
            if self.gone == first.text.len() {
                Arc::make_mut(&mut self.texts).pop_front();
                self.gone = 0;
            }
        }
        leaving
    }
}
