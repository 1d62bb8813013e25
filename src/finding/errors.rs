//! What a process printed of its own failure: the traceback on its stderr.
//!
//! The log has no exceptions that nobody catches, but Python prints them.

use crate::model::World;
use crate::text::clean;
use crate::trace::Stream;

/// Lines that are looked through, from the last one back.
const LINES: usize = 400;
/// Longest error that is told, in characters.
const LONGEST: usize = 160;

/// The last traceback of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// `ValueError: bad input`
    pub error: String,
    /// The program's own line that raised it, or called what did.
    pub at: Option<String>,
    /// What stood before the traceback: `Exception in thread Thread-3 (_handle_results):`.
    pub head: String,
    /// It ended the thread of a pool that takes results.
    pub of_results: bool,
}

/// The last traceback that a process printed.
pub(super) fn failure(world: &World, proc: u32) -> Option<Failure> {
    let mut error = None;
    let mut at = None;
    let lines = world.log().lines_of(proc).rev();
    let lines = lines.filter(|line| line.stream == Stream::Stderr);
    // A write may have several lines.
    let texts: Vec<String> = lines
        .take(LINES)
        .map(|line| line.text().into_owned())
        .collect();
    let mut head = String::new();
    let mut of_results = false;
    for text in &texts {
        let line = text.trim_end();
        if error.is_none() {
            if is_error(line) {
                error = Some(clean(&cut(line)).into_owned());
            }
            continue;
        }
        if at.is_none() {
            at = place(line);
        }
        of_results |= line.contains(", in _handle_results");
        if line.starts_with("Traceback (most recent call last)") {
            continue;
        }
        if line.starts_with("Exception in thread ") || line.starts_with("Process ") {
            head = clean(line).into_owned();
            break;
        }
    }
    Some(Failure {
        error: error?,
        at,
        of_results: of_results && head.starts_with("Exception in thread"),
        head,
    })
}

fn cut(line: &str) -> String {
    let mut short: String = line.chars().take(LONGEST).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

/// The last line of a traceback: `package.NameError: words`, or the name alone.
fn is_error(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or_default();
    let last = name.rsplit('.').next().unwrap_or_default();
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let known = ["Error", "Exception", "Interrupt", "Exit", "Full", "Empty"];
    !name.is_empty() && name.chars().all(word) && known.iter().any(|end| last.ends_with(end))
}

/// `file.py:12` of a line of a traceback, where it is the program's own.
fn place(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("File \"")?;
    let (path, rest) = rest.split_once("\", line ")?;
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let library = path.contains("/lib/python") || path.starts_with('<');
    let file = path.rsplit('/').next()?;
    (!library && !number.is_empty()).then(|| clean(&format!("{file}:{number}")).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{is_error, place};

    #[test]
    fn a_traceback_is_read() {
        assert!(is_error("ValueError: bad input for member 1"));
        assert!(is_error("queue.Empty"));
        assert!(is_error("KeyboardInterrupt"));
        assert!(!is_error("got an Error: no"));
        assert!(!is_error("Process Process-1:"));
        let line = "  File \"/tmp/case.py\", line 6, in stage";
        assert_eq!(place(line).as_deref(), Some("case.py:6"));
        let library = "  File \"/usr/lib/python3.11/threading.py\", line 1045, in run";
        assert_eq!(place(library), None);
    }
}
