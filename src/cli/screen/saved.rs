//! Saving what the screen has seen as a recording in the current folder. What was read from a recording
//! is written as it stood there.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};

use crate::tui::Seen;

/// Writes the run to a file of its own; gives its name.
///
/// # Errors
/// What the disk reports.
pub(crate) fn save(seen: &Seen<'_>) -> io::Result<String> {
    let (name, file) = create(&seen.header().lesson)?;
    let mut file = BufWriter::new(file);
    if let Some(head) = seen.head() {
        file.write_all(head)?;
    } else {
        serde_json::to_writer(&mut file, seen.header())?;
        file.write_all(b"\n")?;
    }
    let mut written = Ok(());
    seen.each_line(&mut |line| {
        if written.is_ok() {
            written = file.write_all(line).and_then(|()| file.write_all(b"\n"));
        }
    });
    written?;
    file.flush()?;
    Ok(name)
}

/// A file that was not there before: `forklore-lock-1.jsonl`.
fn create(lesson: &str) -> io::Result<(String, File)> {
    // A recording's header may name anything; a file's name stays in this folder.
    let lesson: String = lesson
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .take(40)
        .collect();
    for n in 1..10_000 {
        let name = format!("forklore-{lesson}-{n}.jsonl");
        match OpenOptions::new().write(true).create_new(true).open(&name) {
            Ok(file) => return Ok((name, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
