//! Runs of the screen that are recorded from their beginning: `forklore lock --record FILE`.
//!
//! The first run goes to the file, later ones beside it with a number.

use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::recorder::Recorder;
use crate::error::Failure;
use crate::trace::Header;

/// Where the runs of a session are recorded.
pub(crate) struct Tapes {
    path: PathBuf,
    runs: u32,
}

impl Tapes {
    pub(crate) fn new(path: PathBuf) -> Tapes {
        Tapes { path, runs: 0 }
    }

    /// The recording of the next run.
    pub(crate) fn next(&mut self, context: &Context, header: &Header) -> Result<Recorder, Failure> {
        let path = numbered(&self.path, self.runs + 1);
        let recorder = Recorder::named(context, &path, header)?;
        self.runs += 1;
        Ok(recorder)
    }
}

/// `a.jsonl.zst`, `a-2.jsonl.zst`, …
fn numbered(path: &Path, run: u32) -> PathBuf {
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(name) = name.filter(|_| run > 1) else {
        return path.to_owned();
    };
    let (stem, ending) = match name.find('.').filter(|at| *at > 0) {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    path.with_file_name(format!("{stem}-{run}{ending}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::numbered;

    #[test]
    fn later_runs_have_their_number_before_the_ending() {
        for (path, run, expected) in [
            ("a.jsonl.zst", 1, "a.jsonl.zst"),
            ("x/a.jsonl.zst", 2, "x/a-2.jsonl.zst"),
            ("a", 3, "a-3"),
            (".hidden", 2, ".hidden-2"),
        ] {
            assert_eq!(numbered(Path::new(path), run), Path::new(expected));
        }
    }
}
