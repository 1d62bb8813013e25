//! Saving what the screen has seen as a recording in the current folder. What was read from a recording
//! is written as it stood there: from the file again where the screen had no room for all of it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufWriter, Write as _};
use std::path::Path;

use crate::trace::{ReadError, Reader, copy, uncompressed};
use crate::tui::RunToSave;

/// Writes the run to a file of its own; gives its name.
///
/// # Errors
/// What the disk reports.
pub(crate) fn save(seen: &RunToSave<'_>, original: Option<&Path>) -> io::Result<String> {
    let (name, file) = create(&seen.header().lesson)?;
    let mut file = BufWriter::new(file);
    let original = original.filter(|_| !seen.is_whole());
    if let Some(mut lines) = original.and_then(|path| same(path, seen)) {
        match copy(&mut lines, &mut file) {
            Err(ReadError::Io(why)) => return Err(why),
            // Behind its damage there was nothing to see either.
            Ok(_) | Err(_) => file.flush()?,
        }
        return Ok(name);
    }
    match seen.head() {
        Some(head) => file.write_all(head)?,
        None => file.write_all(&seen.header().line())?,
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

/// The file that is shown, if it is still there and has not become another.
fn same(path: &Path, seen: &RunToSave<'_>) -> Option<Reader<Box<dyn BufRead + Send>>> {
    let lines = File::open(path).and_then(uncompressed).ok()?;
    let reader = Reader::new(lines).ok()?;
    (seen.head() == Some(reader.line())).then_some(reader)
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
