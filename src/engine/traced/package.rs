//! The package that follows Python programs: its files inside the binary, written into a run's
//! directory where Pythons find them.
//!
//! build.rs lists the files under `assets/python`. Called where a run begins.

use std::io;
use std::path::{Path, PathBuf};

use crate::protocol::files;
use crate::sys::private;

/// Path under `assets/python` and text: whatever build.rs finds there.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/python.rs"));

/// Writes the package into the directory of a run, whose end removes it; gives the folder that
/// belongs on Python's path.
///
/// # Errors
/// What the disk reports.
pub(super) fn unpack(dir: &Path) -> io::Result<PathBuf> {
    let root = dir.join(files::PYTHON);
    private::directory(&root)?;
    for (path, text) in FILES {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            private::directory(folder)?;
        }
        private::write(&path, text)?;
    }
    Ok(root)
}
