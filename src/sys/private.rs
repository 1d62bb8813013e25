//! Files that are for this user alone, whatever the umask: directories 0700, files and sockets 0600.
//!
//! For everything that a run makes on disk. Programs import files from there, so another user who could
//! write them could run code as this user.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

const DIRECTORY: u32 = 0o700;
const FILE: u32 = 0o600;

/// A new directory with a unique name in `base`. The caller removes it.
///
/// # Errors
/// What the disk reports.
pub fn temporary(prefix: &str, base: &Path) -> io::Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix(prefix)
        .permissions(Permissions::from_mode(DIRECTORY))
        .tempdir_in(base)
}

/// Makes a directory and its missing parents.
///
/// # Errors
/// What the disk reports.
pub fn directory(path: &Path) -> io::Result<()> {
    DirBuilder::new()
        .mode(DIRECTORY)
        .recursive(true)
        .create(path)
}

/// Writes a file that must not exist yet.
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

/// Makes a socket accessible to this user only. Until this call its directory keeps others out.
///
/// # Errors
/// What the disk reports.
pub fn socket(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, Permissions::from_mode(FILE))
}
