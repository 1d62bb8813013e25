//! The file of a learner's progress: `forklore/progress.json` under the XDG state folder.
//!
//! Read once when the screen opens, written whole each time something is to be kept. A file that
//! can't be understood, or that a newer forklore wrote, is renamed aside with a word: never lost,
//! never a reason not to start.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::cli::xdg;
use crate::sys::private;
use crate::text::Lang;
use crate::tui::{PROGRESS, Progress};

/// Where progress is kept; `None` where neither the state folder nor a home is known.
pub(crate) fn file(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    Some(xdg::folder(xdg::Kind::State, variable)?.join("forklore/progress.json"))
}

/// What was kept, and a word where the file could not be used.
pub(crate) fn read(file: &Path, lang: Lang) -> (Progress, Option<String>) {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return (Progress::default(), None);
        }
        Err(error) => {
            let word = lang.tell("tui.progress-unreadable", &[("why", &error)]);
            return (Progress::default(), Some(word));
        }
    };
    match serde_json::from_slice::<Progress>(&text) {
        Ok(progress) if progress.forklore_progress <= PROGRESS => (progress, None),
        _ => (Progress::default(), Some(aside(file, lang))),
    }
}

/// Renames the file so that nothing is written over it; says where it is now.
fn aside(file: &Path, lang: Lang) -> String {
    let free = (1..1000)
        .map(|n| file.with_extension(format!("aside-{n}.json")))
        .find(|path| !path.exists());
    let moved = free.ok_or_else(|| io::Error::from(io::ErrorKind::AlreadyExists));
    match moved.and_then(|path| fs::rename(file, &path).map(|()| path)) {
        Ok(path) => lang.tell("tui.progress-aside", &[("file", &path.display())]),
        Err(error) => lang.tell("tui.progress-unreadable", &[("why", &error)]),
    }
}

/// Writes it whole: a session that is killed meanwhile leaves the old file. What another session has
/// written since `base` was read or written stays.
///
/// # Errors
/// What the disk reports.
pub(crate) fn write(file: &Path, base: &Progress, progress: &Progress) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    private::directory(folder)?;
    // One session at a time reads and writes; the lock goes with the descriptor.
    let mut lock = fs::OpenOptions::new();
    let lock = lock.write(true).create(true).truncate(false).mode(0o600);
    let lock = lock.open(file.with_extension("lock"))?;
    lock.lock()?;
    let kept = fs::read(file).ok();
    let others = kept.and_then(|text| serde_json::from_slice::<Progress>(&text).ok());
    let others = others.filter(|others| others.forklore_progress <= PROGRESS);
    let merged = others.map(|others| progress.merged(base, others));
    let progress = merged.as_ref().unwrap_or(progress);
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut fresh, progress)?;
    fresh.write_all(b"\n")?;
    fresh.persist(file).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{file, read, write};
    use crate::text::Lang;
    use crate::tui::Progress;

    #[test]
    fn the_state_folder_is_the_named_one_or_the_homes() {
        let named = file(|name| (name == "XDG_STATE_HOME").then(|| "/s".to_owned()));
        assert_eq!(
            named.as_deref(),
            Some(Path::new("/s/forklore/progress.json"))
        );
        let home = file(|name| (name == "HOME").then(|| "/h".to_owned()));
        let wanted = Path::new("/h/.local/state/forklore/progress.json");
        assert_eq!(home.as_deref(), Some(wanted));
        assert_eq!(file(|_| Some("relative".to_owned())), None);
    }

    #[test]
    fn what_another_session_wrote_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("forklore/progress.json");
        let base = Progress::default();
        let after = |slug: &str| {
            let mut progress = base.clone();
            progress.lessons.entry(slug.to_owned()).or_default().runs = 1;
            progress
        };
        for slug in ["lock", "queue"] {
            write(&path, &base, &after(slug)).unwrap();
        }
        let (kept, _) = read(&path, Lang::En);
        let slugs: Vec<&str> = kept.lessons.keys().map(String::as_str).collect();
        assert_eq!(slugs, ["lock", "queue"]);
    }

    #[test]
    fn a_broken_or_newer_file_is_set_aside_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("forklore/progress.json");
        assert_eq!(read(&path, Lang::En), (Progress::default(), None));
        let progress = Progress {
            last: Some("lock".to_owned()),
            ..Progress::default()
        };
        write(&path, &Progress::default(), &progress).unwrap();
        assert_eq!(read(&path, Lang::En), (progress, None));
        for (n, text) in [(1, "{ torn"), (2, "{\"forklore_progress\":99}")] {
            std::fs::write(&path, text).unwrap();
            let (got, word) = read(&path, Lang::Zh);
            assert_eq!(got, Progress::default());
            assert!(word.unwrap().contains(&format!("aside-{n}")));
            let kept = path.with_extension(format!("aside-{n}.json"));
            assert_eq!(std::fs::read_to_string(kept).unwrap(), text);
        }
    }
}
