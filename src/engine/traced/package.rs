//! The package that follows Python programs: its files inside the binary, written into a run's
//! directory where Pythons find them.
//!
//! Owns the list of the files under `assets/python`; a test holds it against the folder.

use std::io;
use std::path::{Path, PathBuf};

use crate::protocol::files;
use crate::sys::private;

macro_rules! files {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../../assets/python/", $path)))),*]
    };
}

/// Path under `assets/python` and text.
static FILES: &[(&str, &str)] = files![
    "forklore_trace/__init__.py",
    "forklore_trace/call.py",
    "forklore_trace/cfunction.py",
    "forklore_trace/channel.py",
    "forklore_trace/connection.py",
    "forklore_trace/hooks.py",
    "forklore_trace/identity.py",
    "forklore_trace/inline.py",
    "forklore_trace/ledger.py",
    "forklore_trace/managers.py",
    "forklore_trace/meetings.py",
    "forklore_trace/messages.py",
    "forklore_trace/place.py",
    "forklore_trace/pool.py",
    "forklore_trace/popen.py",
    "forklore_trace/process.py",
    "forklore_trace/queues.py",
    "forklore_trace/remote.py",
    "forklore_trace/results.py",
    "forklore_trace/sharedctypes.py",
    "forklore_trace/sleep.py",
    "forklore_trace/stdio.py",
    "forklore_trace/steps.py",
    "forklore_trace/submissions.py",
    "forklore_trace/synchronize.py",
    "forklore_trace/tracebacks.py",
    "sitecustomize.py",
];

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::FILES;

    fn collect(folder: &Path, before: &str, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let name = format!("{before}{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                collect(&entry.path(), &format!("{name}/"), found);
            } else if Path::new(&name)
                .extension()
                .is_some_and(|ending| ending == "py")
            {
                found.insert(name);
            }
        }
    }

    #[test]
    fn every_file_of_the_package_is_in_the_list() {
        let mut found = BTreeSet::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/python");
        collect(&folder, "", &mut found);
        let listed: BTreeSet<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(listed, found);
    }
}
