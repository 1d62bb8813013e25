//! The package that follows Python programs: its files inside the binary, written where Pythons find them.
//!
//! build.rs lists the files under `assets/python`. They are written once into the user's cache, where
//! Python keeps their bytecode beside them: compiled for each run, they would take longer than the
//! interpreter's own start. Where the cache can't be had or is not what it should be, they go into the
//! directory of the run, whose end removes them. Called where a run begins.

use std::fmt::Write as _;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use sha2::{Digest as _, Sha256};

use crate::protocol::files;
use crate::sys::private;

/// Path under `assets/python` and text: whatever build.rs finds there.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/python.rs"));

/// Writes the package, where it is not there yet; gives the folder that belongs on Python's path.
///
/// # Errors
/// What the disk reports.
pub(super) fn unpack(dir: &Path) -> io::Result<PathBuf> {
    if let Some(cache) = cache()
        && let Ok(found) = cached(&cache)
    {
        return Ok(found);
    }
    let root = dir.join(files::PYTHON);
    write(&root)?;
    Ok(root)
}

/// The user's folder for what can be made again; a colon in its path would part Python's path.
fn cache() -> Option<PathBuf> {
    let absolute = |name| {
        let path = PathBuf::from(std::env::var_os(name)?);
        let usable = path.is_absolute() && !path.as_os_str().as_bytes().contains(&b':');
        usable.then_some(path)
    };
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(cache.join("forklore"))
}

/// The package in the cache; it is made there if it is missing. Every file is looked at, for Python will
/// run it.
fn cached(cache: &Path) -> io::Result<PathBuf> {
    private::directory(cache)?;
    let root = cache.join(name());
    if !root.exists() {
        let fresh = private::temporary("new-", cache)?;
        write(fresh.path())?;
        // Somebody else's, made meanwhile, is as good.
        if std::fs::rename(fresh.path(), &root).is_ok() {
            let _ = fresh.keep();
        }
    }
    let folders = FILES
        .iter()
        .filter_map(|(path, _)| Path::new(path).parent());
    let mut folders: Vec<PathBuf> = folders.map(|folder| root.join(folder)).collect();
    folders.sort_unstable();
    folders.dedup();
    let sound = is_ours(cache)
        && folders.iter().all(|folder| is_ours(folder))
        && FILES.iter().all(|(path, text)| {
            let path = root.join(path);
            is_ours(&path) && std::fs::read(path).is_ok_and(|found| found == text.as_bytes())
        });
    if sound {
        Ok(root)
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// Whether nobody else can change it.
fn is_ours(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| {
        !found.is_symlink() && found.uid() == geteuid().as_raw() && found.mode() & 0o022 == 0
    })
}

/// The folder of this very package.
fn name() -> String {
    let mut sum = Sha256::new();
    for (path, text) in FILES {
        for part in [path, text] {
            sum.update(part.len().to_le_bytes());
            sum.update(part);
        }
    }
    let mut name = "python-".to_owned();
    for byte in &sum.finalize()[..8] {
        // Writing to a String does not fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn write(root: &Path) -> io::Result<()> {
    private::directory(root)?;
    for (path, text) in FILES {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            private::directory(folder)?;
        }
        private::write(&path, text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::{FILES, cached};

    #[test]
    fn the_package_is_made_once_and_used_only_as_it_was_made() {
        let home = tempfile::tempdir().unwrap();
        let cache = home.path().join("cache/forklore");
        let root = cached(&cache).unwrap();
        assert_eq!(cached(&cache).unwrap(), root);
        assert_eq!(std::fs::read_dir(&cache).unwrap().count(), 1);
        let file = root.join(FILES[0].0);
        let open = |mode| std::fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        open(0o666);
        assert!(cached(&cache).is_err());
        open(0o600);
        assert!(cached(&cache).is_ok());
        std::fs::write(&file, "import os").unwrap();
        assert!(cached(&cache).is_err());
    }
}
