//! The lines of an asciicast v2: its header and its events, whatever they show.
//!
//! Written for the plain output (`asciicast`) and, by the cli, for the session's screen.

use std::io::{self, Write};

use serde_json::json;

use super::Setting;
use crate::text::clean_line;
use crate::trace::Kind;

/// The header, for a terminal of so many columns and rows.
///
/// # Errors
/// What the output reports.
pub fn head(
    setting: &Setting<'_>,
    (columns, rows): (u16, u16),
    output: &mut dyn Write,
) -> io::Result<()> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "seconds; a hostile number becomes the largest"
    )]
    let timestamp = setting.header.started.max(0.0) as i64;
    let header = json!({
        "version": 2,
        "width": columns,
        "height": rows,
        "timestamp": timestamp,
        "title": clean_line(setting.title.as_bytes(), TITLE).text,
        "env": {"TERM": "xterm-256color"},
    });
    writeln!(output, "{header}")
}

/// `[seconds, code, data]` at `t`, ns from the beginning.
///
/// # Errors
/// What the output reports.
pub fn event(t: i64, code: &str, data: &str, output: &mut dyn Write) -> io::Result<()> {
    let t = t.max(0);
    // Written by hand: a float would lose its last digits.
    let (seconds, micros) = (t / 1_000_000_000, t % 1_000_000_000 / 1000);
    writeln!(
        output,
        "[{seconds}.{micros:06}, \"{code}\", {}]",
        json!(data)
    )
}

/// Columns of the title.
const TITLE: usize = 200;
/// Columns of a mark's name; players show a few.
const MARK: usize = 120;

/// The name of the mark this is worth: markers, and the beginnings of processes.
pub fn mark(kind: &Kind) -> Option<String> {
    let name = |text: &str| clean_line(text.as_bytes(), MARK).text.into_owned();
    match kind {
        Kind::Marker { text, .. } => Some(name(text)),
        Kind::ProcessStart(start) => Some(format!("+ {}", name(&start.name))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::mark;
    use crate::trace::Kind;

    #[test]
    fn a_mark_has_a_short_name() {
        let text = "第".repeat(1 << 20);
        let name = mark(&Kind::Marker {
            text,
            finding: None,
        })
        .unwrap();
        assert!(name.len() < 2000, "{}", name.len());
    }
}
