//! Where the recordings of failing runs are kept: the folder that was named, or a new one.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::sys::private;

/// A place for recordings.
#[derive(Debug)]
pub(super) struct Recordings {
    folder: Option<PathBuf>,
    /// Ours to remove, unless something was kept in it.
    own: Option<TempDir>,
}

impl Recordings {
    pub(super) fn new(named: Option<PathBuf>) -> Recordings {
        if let Some(folder) = named {
            // What can't be made shows when the first recording is created, and is told then.
            let _ = std::fs::create_dir_all(&folder);
            return Recordings {
                folder: Some(folder),
                own: None,
            };
        }
        let own = private::temporary("forklore-test-", &std::env::temp_dir());
        let own = own.ok();
        Recordings {
            folder: own.as_ref().map(|own| own.path().to_owned()),
            own,
        }
    }

    /// Where this run is recorded; `None` where there is no place.
    pub(super) fn path(&self, slug: &str, run: u32) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.join(format!("{slug}-{run}.jsonl")))
    }

    /// No recording can be made there: no further one is tried.
    pub(super) fn give_up(&mut self) {
        self.folder = None;
    }

    /// Leaves what was kept, and the folder only if something was.
    pub(super) fn close(&mut self) {
        let Some(own) = self.own.take() else { return };
        let empty = std::fs::read_dir(own.path()).is_ok_and(|mut entries| entries.next().is_none());
        if !empty {
            let _ = own.keep();
        }
    }
}

/// The run was as it should be: its recording goes.
pub(super) fn discard(path: Option<&PathBuf>) {
    if let Some(path) = path {
        // It may never have been made.
        let _ = std::fs::remove_file(path);
    }
}
