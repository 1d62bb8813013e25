//! Files that are for this user alone, whatever the umask: directories 0700, files and sockets 0600.
//!
//! For everything a run makes on disk. Programs import what lies there, so another user who could
//! write it would run code as this one.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

const DIRECTORY: u32 = 0o700;
const FILE: u32 = 0o600;

/// A new directory with a name of its own in `base`; whoever asks for it removes it.
///
/// # Errors
/// What the disk reports.
pub fn temporary(prefix: &str, base: &Path) -> io::Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix(prefix)
        .permissions(Permissions::from_mode(DIRECTORY))
        .tempdir_in(base)
}

/// Makes a directory and those above it that are missing.
///
/// # Errors
/// What the disk reports.
pub fn directory(path: &Path) -> io::Result<()> {
    DirBuilder::new()
        .mode(DIRECTORY)
        .recursive(true)
        .create(path)
}

/// Writes a file that was not there.
///
/// # Errors
/// What the disk reports, `EEXIST` among it.
pub fn write(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE)
        .open(path)?;
    file.write_all(text.as_ref())
}

/// Closes a socket's name to others. Between its making and this call its directory keeps them out.
///
/// # Errors
/// What the disk reports.
pub fn socket(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, Permissions::from_mode(FILE))
}
