//! Where the recordings of many runs are kept: the folder that was named, or a new one.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::context::Context;
use super::recorder::Recorder;
use crate::sys::private;
use crate::trace::Header;

/// A place for recordings.
#[derive(Debug)]
pub(crate) struct Recordings {
    folder: Option<PathBuf>,
    /// Ours to remove, unless something was kept in it.
    own: Option<TempDir>,
}

impl Recordings {
    pub(crate) fn new(named: Option<PathBuf>) -> Recordings {
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

    /// Nothing is recorded.
    pub(crate) fn none() -> Recordings {
        Recordings {
            folder: None,
            own: None,
        }
    }

    /// Those of every run, in a new folder of the working directory where none is named.
    pub(crate) fn kept(named: Option<PathBuf>) -> Recordings {
        let folder = named.unwrap_or_else(|| {
            let free = |n: &u32| !Path::new(&folder_name(*n)).exists();
            let n = (1..1000).find(free).unwrap_or(1000);
            PathBuf::from(folder_name(n))
        });
        Recordings::new(Some(folder))
    }

    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// One that writes there. A run goes on without a recording where none can be made; that is told.
    pub(crate) fn recorder(
        &mut self,
        context: &Context,
        path: Option<&Path>,
        header: &Header,
    ) -> Option<Recorder> {
        match Recorder::create(path?, header) {
            Ok(recorder) => Some(recorder),
            Err(why) => {
                // The next ones would fail of the same.
                context.recording_stopped(&why);
                self.folder = None;
                None
            }
        }
    }

    /// Where this run is recorded; `None` where there is no place.
    pub(crate) fn path(&self, slug: &str, run: u32) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.join(format!("{slug}-{run}.jsonl")))
    }

    /// Leaves what was kept, and the folder only if something was.
    pub(crate) fn close(&mut self) {
        let Some(own) = self.own.take() else { return };
        let empty = std::fs::read_dir(own.path()).is_ok_and(|mut entries| entries.next().is_none());
        if !empty {
            let _ = own.keep();
        }
    }
}

fn folder_name(n: u32) -> String {
    format!("forklore-grade-{n}")
}

/// The run was as it should be: its recording goes.
pub(super) fn discard(path: Option<&PathBuf>) {
    if let Some(path) = path {
        // It may never have been made.
        let _ = std::fs::remove_file(path);
    }
}
