//! The directory of a run: made where sockets may have short names, and the leavings of runs whose
//! supervisor and guard were killed together, which nobody else removes.
//!
//! A directory in use is locked by supervisor and guard (flock(2), so that also another container's is seen to
//! be in use). It has its name only once it is locked, so one by that name that is not locked was left.

use std::fs::{DirEntry, File, FileType, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::StartError;
use crate::protocol::files::{DOOR, LESSON, PYTHON};
use crate::sys::private;

const PREFIX: &str = "forklore-run-";
/// What it is called until it is locked.
const NEW: &str = "forklore-new-";
/// Age at which one that is still called so was left: by then it would have its name.
const LEFT: Duration = Duration::from_secs(2);

/// Makes a directory that only this user can enter. It counts as in use as long as the file lives.
pub(crate) fn run_directory() -> Result<(PathBuf, Option<File>), StartError> {
    let base = runtime_base();
    remove_left(&base, LEFT);
    make(&base).map_err(|source| StartError::Directory { base, source })
}

fn make(base: &Path) -> io::Result<(PathBuf, Option<File>)> {
    let new = private::temporary(NEW, base)?;
    let name = new.path().file_name().unwrap_or_default();
    let name = name.to_string_lossy().replacen(NEW, PREFIX, 1);
    let dir = base.join(name);
    let in_use = in_use(new.path());
    std::fs::rename(new.path(), &dir)?;
    // From here on the guard removes it.
    let _ = new.keep();
    Ok((dir, in_use))
}

/// Marks the directory as in use, as long as the file lives.
pub(crate) fn in_use(dir: &Path) -> Option<File> {
    let file = File::open(dir).ok()?;
    file.try_lock_shared().ok()?;
    Some(file)
}

/// `XDG_RUNTIME_DIR` where it is a directory of ours (it may be another user's after `su`), else the
/// directory for temporary files. A colon would end the path in the middle of `PYTHONPATH`, by which
/// Pythons are followed: /tmp has none.
pub(crate) fn runtime_base() -> PathBuf {
    let whole = |dir: &PathBuf| !dir.as_os_str().as_bytes().contains(&b':');
    std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|dir| whole(dir) && std::fs::metadata(dir).is_ok_and(|meta| is_ours(&meta)))
        .or_else(|| Some(std::env::temp_dir()).filter(whole))
        .unwrap_or_else(|| PathBuf::from("/tmp"))
}

fn is_ours(meta: &Metadata) -> bool {
    meta.is_dir() && meta.uid() == nix::unistd::geteuid().as_raw()
}

/// Removes what runs of this user left, what never had its name if that is `age` ago. What holds anything
/// but sockets and what belongs to traced Pythons is none of ours and stays, as does what can't be removed.
fn remove_left(base: &Path, age: Duration) {
    for entry in std::fs::read_dir(base).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let called = |prefix| name.as_bytes().starts_with(prefix);
        let is_new = called(NEW.as_bytes());
        // The entry's own metadata: a link leads nowhere here.
        let left = |meta: Metadata| is_ours(&meta) && (!is_new || is_old(&meta, age));
        if !(is_new || called(PREFIX.as_bytes())) || !entry.metadata().is_ok_and(left) {
            continue;
        }
        let dir = entry.path();
        let Ok(file) = File::open(&dir) else { continue };
        let inside: Vec<DirEntry> = std::fs::read_dir(&dir)
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        if file.try_lock().is_ok() && inside.iter().all(is_of_a_run) {
            // Links in it lead nowhere: they are removed as they are.
            let _ = std::fs::remove_dir_all(&dir);
        }
    }
}

fn is_old(meta: &Metadata, age: Duration) -> bool {
    let modified = meta.modified().ok();
    let since = modified.and_then(|at| at.elapsed().ok());
    since.is_some_and(|since| since >= age)
}

fn is_of_a_run(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    // What Pythons of a traced program share lies beside the door.
    let shared = |kind: FileType| {
        let rest = name.to_str().and_then(|name| name.strip_prefix(DOOR));
        kind.is_file() && rest.is_some_and(|rest| rest.starts_with('.'))
    };
    let package = |kind: FileType| kind.is_dir() && (name == PYTHON || name == LESSON);
    entry
        .file_type()
        .is_ok_and(|kind| kind.is_socket() || package(kind) || shared(kind))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::DirBuilderExt as _;
    use std::os::unix::net::UnixListener;
    use std::time::Duration;

    use super::{LEFT, in_use, make, remove_left};

    #[test]
    fn what_was_left_is_removed_and_what_is_in_use_or_a_strangers_is_not() {
        let base = tempfile::tempdir().expect("a directory");
        let directory = |name: &str| {
            let dir = base.path().join(name);
            let made = std::fs::DirBuilder::new().mode(0o700).create(&dir);
            made.expect("made");
            dir
        };
        let left = directory("forklore-run-a");
        let listener = UnixListener::bind(left.join("listener-1")).expect("bound");
        std::fs::create_dir_all(left.join("python/forklore_trace")).expect("made");
        std::fs::write(left.join("python/forklore_trace/hooks.py"), "").expect("written");
        std::fs::write(left.join("door.counters"), "").expect("written");
        std::fs::create_dir_all(left.join("lesson/lock")).expect("made");
        let used = directory("forklore-run-b");
        let lock = in_use(&used).expect("it can be locked");
        let full = directory("forklore-run-c");
        std::fs::write(full.join("notes"), "").expect("written");
        let other = directory("forklore-other");
        let link = base.path().join("forklore-run-link");
        std::os::unix::fs::symlink(&other, &link).expect("made");
        let young = directory("forklore-new-d");
        let (mine, in_use) = make(base.path()).expect("made");
        remove_left(base.path(), LEFT);
        assert!(!left.exists());
        for kept in [&used, &full, &other, &link, &young, &mine] {
            assert!(kept.exists(), "{kept:?}");
        }
        drop((lock, listener, in_use));
        remove_left(base.path(), Duration::ZERO);
        for gone in [&used, &young, &mine] {
            assert!(!gone.exists(), "{gone:?}");
        }
    }
}
