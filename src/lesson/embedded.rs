//! The lessons inside the binary: every file under `lessons/`, by name.
//!
//! A file is embedded because it is there; nothing lists the lessons by hand.

use super::error::LessonError;
use super::folder::{Files, Lesson, Origin};

/// Path under `lessons/` and text, sorted by path; build.rs lists them.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/lessons.rs"));

/// Reads them all, in the order of their folders.
pub(super) fn lessons() -> Result<Vec<Lesson>, LessonError> {
    let mut lessons = Vec::new();
    let mut rest = FILES;
    while let Some((folder, _)) = rest.first().and_then(|(path, _)| path.split_once('/')) {
        let own = |path: &str| path.split('/').next() == Some(folder);
        let count = rest.iter().take_while(|(path, _)| own(path)).count();
        let (files, others) = rest.split_at(count);
        rest = others;
        // A folder that is still being written has no program.
        if let Some(files) = gather(folder, files) {
            let name = format!("lessons/{folder}/lesson.toml");
            lessons.push(Lesson::new(folder, &name, Origin::Embedded, files)?);
        }
    }
    Ok(lessons)
}

fn gather(folder: &str, files: &[(&str, &str)]) -> Option<Files> {
    let text = |name: &str| {
        files
            .iter()
            .find(|(path, _)| path.strip_prefix(folder) == Some(name))
            .map(|(_, text)| (*text).to_owned())
    };
    let probes = files.iter().filter_map(|(path, text)| {
        let name = path.strip_prefix(folder)?.strip_prefix("/probes/")?;
        Some((name.to_owned(), (*text).to_owned()))
    });
    Some(Files {
        manifest: text("/lesson.toml"),
        en: text("/en.md"),
        zh: text("/zh.md"),
        python: text("/program.py")?,
        rust: text("/program.rs"),
        outcomes: text("/outcomes.toml"),
        probes: probes.collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{FILES, lessons};

    #[test]
    fn every_folder_is_a_lesson() {
        let folders: BTreeSet<&str> = FILES
            .iter()
            .filter_map(|(path, _)| path.split('/').next())
            .collect();
        let lessons = lessons().unwrap();
        let read: BTreeSet<&str> = lessons.iter().map(|l| l.folder.as_str()).collect();
        assert_eq!(read, folders);
    }
}
