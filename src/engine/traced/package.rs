//! The package that follows Python programs: its files inside the binary, written into a run's
//! directory where Pythons find them.
//!
//! Owns the list of the files under `assets/python`; a test holds it against the folder.

use std::io;
use std::path::{Path, PathBuf};

macro_rules! files {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../../assets/python/", $path)))),*]
    };
}

/// Path under `assets/python` and text.
static FILES: &[(&str, &str)] = files![];

/// Folder of the package in a run's directory.
pub(crate) const FOLDER: &str = "python";

/// Writes the package into the directory of a run, whose end removes it; gives the folder that
/// belongs on Python's path.
///
/// # Errors
/// What the disk reports.
pub(super) fn unpack(dir: &Path) -> io::Result<PathBuf> {
    let root = dir.join(FOLDER);
    std::fs::create_dir(&root)?;
    for (path, text) in FILES {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(root)
}
