//! How much a `World` keeps. What goes beyond is counted where it would have stood, never kept.
//!
//! Read by every family that grows with the events it folds; the numbers bound memory against
//! floods and against recordings made to harm.

use std::sync::Arc;

/// Bounds of a `World`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Lines of output kept; the oldest go first.
    pub lines: usize,
    /// Bytes of output kept, all lines together; the oldest lines go first.
    pub output_bytes: usize,
    /// Bytes of one line kept; the rest of the line is counted.
    pub line_bytes: usize,
    /// Processes known; events of further ones are counted and dropped.
    pub processes: usize,
    /// Objects known.
    pub objects: usize,
    /// Elements of one object: cells, messages, entries, tasks.
    pub elements: usize,
    /// Elements of all objects together.
    pub all_elements: usize,
    /// Timeline spans kept for one process.
    pub spans: usize,
    /// Requests to managers; the oldest go first.
    pub requests: usize,
    /// Anomalies, faults and markers kept of each.
    pub notes: usize,
    /// Rows of ps.
    pub rows: usize,
    /// Turns at the gate; a run with more has no schedule.
    pub turns: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            lines: 100_000,
            output_bytes: 32 << 20,
            line_bytes: 64 << 10,
            processes: 16_384,
            objects: 16_384,
            elements: 65_536,
            all_elements: 262_144,
            spans: 65_536,
            requests: 16_384,
            notes: 4_096,
            rows: 16_384,
            turns: 65_536,
        }
    }
}

/// Bytes kept of any one text of an event (a value's repr, a name, a place).
pub(super) const TEXT: usize = 1024;

/// The text as it is kept: whole where it is short, else its beginning and `…`.
pub(super) fn clip(text: &str) -> Arc<str> {
    if text.len() <= TEXT {
        return Arc::from(text);
    }
    Arc::from(beginning(text, TEXT))
}

fn beginning(text: &str, most: usize) -> String {
    format!("{}…", &text[..text.floor_char_boundary(most)])
}

/// Cuts a text that is kept as it came.
pub(super) fn clip_in_place(text: &mut String) {
    clip_to(text, TEXT);
}

/// … to so many bytes.
pub(super) fn clip_to(text: &mut String, most: usize) {
    if text.len() > most {
        *text = beginning(text, most);
    }
}

/// Like `clip`, keeping the one already there if it is the same.
pub(super) fn clip_into(slot: &mut Option<Arc<str>>, text: Option<&str>) {
    if slot.as_deref() != text {
        *slot = text.map(clip);
    }
}

#[cfg(test)]
mod tests {
    use super::{TEXT, clip};

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let long = "第".repeat(TEXT);
        let kept = clip(&long);
        assert!(kept.len() <= TEXT + '…'.len_utf8());
        assert!(kept.starts_with("第") && kept.ends_with('…'));
        assert_eq!(&*clip("short"), "short");
    }
}
