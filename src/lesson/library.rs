//! `Library`: every lesson at hand, in the order of the course.
//!
//! Owns finding a lesson by what the learner types. A slug stands for one lesson: a pack's takes the
//! place of a built-in one only where the learner says so. One that can't be read, or whose slug is
//! taken, stops no other.

use std::path::{Path, PathBuf};

use super::embedded;
use super::error::LessonError;
use super::folder::{self, Lesson, Origin};

/// The lessons, by order and slug.
#[derive(Debug, Default)]
pub struct Library {
    lessons: Vec<Lesson>,
    broken: Vec<Broken>,
}

/// A lesson that can't be read, or whose slug is taken.
#[derive(Debug)]
pub struct Broken {
    pub folder: PathBuf,
    pub error: LessonError,
}

impl Broken {
    /// What it is called: the slug that is taken, else its folder's name.
    #[must_use]
    pub fn name(&self) -> String {
        if let Some(slug) = self.error.taken() {
            return slug.to_owned();
        }
        let name = self.folder.file_name().unwrap_or(self.folder.as_os_str());
        name.to_string_lossy().into_owned()
    }
}

impl Library {
    /// The lessons inside the binary.
    ///
    /// # Errors
    /// One of them is malformed; a test sees to it that none is.
    pub fn embedded() -> Result<Library, LessonError> {
        let mut library = Library::default();
        for lesson in embedded::lessons()? {
            library.lessons.push(lesson);
        }
        library.sort();
        Ok(library)
    }

    /// Adds the lesson folders in `path`, or `path` itself where it holds a program.py. A lesson
    /// that can't be read, or whose slug is taken, is kept apart (`broken`) and keeps no other from
    /// being added. With `replace` a lesson takes the place of the built-in one of its slug.
    ///
    /// # Errors
    /// A folder that can't be read, or no lesson at all.
    pub fn add_pack(&mut self, path: &Path, replace: bool) -> Result<(), LessonError> {
        for folder in Library::folders(path)? {
            let added = Lesson::read(&folder).and_then(|lesson| self.add(lesson, replace));
            if let Err(error) = added {
                self.broken.push(Broken { folder, error });
            }
        }
        self.sort();
        Ok(())
    }

    /// The lesson folders in `path`, or `path` itself where it is one.
    ///
    /// # Errors
    /// A folder that can't be read, or that has no lesson.
    pub fn folders(path: &Path) -> Result<Vec<PathBuf>, LessonError> {
        let no_pack = |source| LessonError::NoPack {
            path: path.to_owned(),
            source,
        };
        let is_lesson =
            |path: &Path| path.join("program.py").exists() || path.join("lesson.toml").exists();
        if is_lesson(path) {
            return Ok(vec![path.to_owned()]);
        }
        std::fs::read_dir(path).map_err(no_pack)?;
        let entries = folder::entries(path)?.into_iter().map(|(_, path)| path);
        let folders: Vec<PathBuf> = entries.filter(|path| is_lesson(path)).collect();
        if folders.is_empty() {
            let why = std::io::Error::new(std::io::ErrorKind::NotFound, "no lesson here");
            return Err(no_pack(why));
        }
        Ok(folders)
    }

    fn add(&mut self, mut lesson: Lesson, replace: bool) -> Result<(), LessonError> {
        let same = |other: &&mut Lesson| other.slug() == lesson.slug();
        let Some(other) = self.lessons.iter_mut().find(same) else {
            self.lessons.push(lesson);
            return Ok(());
        };
        let (slug, first, second) = (lesson.slug().to_owned(), other.path(), lesson.path());
        if other.origin != Origin::Embedded {
            return Err(LessonError::Twice {
                slug,
                first,
                second,
            });
        }
        if !replace {
            return Err(LessonError::BuiltIn {
                slug,
                first,
                second,
            });
        }
        // What stands in the folder is what runs, or nothing does.
        lesson.twin = lesson.runs_as(other);
        *other = lesson;
        Ok(())
    }

    /// Lessons of packs that can't be read, or whose slugs are taken.
    #[must_use]
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    fn sort(&mut self) {
        self.lessons.sort_by(|a, b| a.place().cmp(&b.place()));
    }

    /// In the order of the course.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Lesson> {
        self.lessons.iter()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.lessons.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lessons.is_empty()
    }

    /// The lesson of this slug, folder name or number.
    ///
    /// # Errors
    /// There is none; the error names those there are, the likely one first.
    pub fn find(&self, given: &str) -> Result<&Lesson, LessonError> {
        let number = given.parse::<u32>().ok();
        let found = self
            .iter()
            .find(|lesson| lesson.slug() == given)
            .or_else(|| self.iter().find(|lesson| lesson.folder == given))
            .or_else(|| {
                let number = Some(number?);
                self.iter().find(|lesson| lesson.manifest.order == number)
            });
        found.ok_or_else(|| {
            let mut known: Vec<&str> = self.iter().map(Lesson::slug).collect();
            // Those with a common part first; the sort keeps the course's order otherwise.
            known.sort_by_key(|slug| !(slug.contains(given) || given.contains(slug)));
            LessonError::Unknown {
                given: given.to_owned(),
                known: known.join(", "),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Lesson, Library};
    use std::path::Path;

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn manifest(slug: &str, order: u32) -> String {
        format!(
            "slug = \"{slug}\"\norder = {order}\ntitle = {{ en = \"a\", zh = \"啊\" }}\n\
             summary = {{ en = \"a\", zh = \"啊\" }}\n"
        )
    }

    #[test]
    fn a_pack_of_folders_is_added_and_found() {
        let pack = tempfile::tempdir().unwrap();
        write(&pack.path().join("02-mine/program.py"), "print('x')\n");
        write(
            &pack.path().join("02-mine/lesson.toml"),
            &manifest("mine", 2),
        );
        write(
            &pack.path().join("01-only-python/program.py"),
            "print('x')\n",
        );
        write(&pack.path().join("notes/readme.txt"), "no lesson");
        let mut library = Library::default();
        library.add_pack(pack.path(), false).unwrap();
        let slugs: Vec<&str> = library.iter().map(Lesson::slug).collect();
        // The folder's number is the place of a lesson that says nothing of it.
        assert_eq!(slugs, ["only-python", "mine"]);
        assert_eq!(library.find("2").unwrap().slug(), "mine");
        assert_eq!(library.find("1").unwrap().slug(), "only-python");
        assert_eq!(library.find("02-mine").unwrap().slug(), "mine");
        assert!(
            library
                .find("only-python")
                .unwrap()
                .manifest
                .checks
                .is_empty()
        );
        let error = library.find("only").unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no lesson `only`: choose one of only-python, mine"
        );
        assert_eq!(error.exit_code(), 2);
    }

    /// Why the only lesson of a pack can't be read.
    fn broken(pack: &Path) -> String {
        let mut library = Library::default();
        library.add_pack(pack, false).unwrap();
        assert_eq!((library.len(), library.broken().len()), (0, 1));
        library.broken()[0].error.to_string()
    }

    #[test]
    fn a_folder_that_is_no_pack_is_refused_with_exit_code_4() {
        let pack = tempfile::tempdir().unwrap();
        let mut library = Library::default();
        let error = library.add_pack(pack.path(), false).unwrap_err();
        assert!(error.to_string().contains("no lesson here"), "{error}");
        let nowhere = pack.path().join("nowhere");
        let error = library.add_pack(&nowhere, false).unwrap_err();
        assert!(
            error.to_string().contains("No such file or directory"),
            "{error}"
        );
        assert_eq!(error.exit_code(), 4);
    }

    #[test]
    fn two_lessons_of_a_slug_are_refused_with_their_paths() {
        let pack = tempfile::tempdir().unwrap();
        let mut library = Library::embedded().unwrap();
        for folder in ["a", "b"] {
            write(&pack.path().join(folder).join("program.py"), "");
            write(
                &pack.path().join(folder).join("lesson.toml"),
                &manifest("a", 1),
            );
        }
        library.add_pack(pack.path(), false).unwrap();
        let (error, path) = (&library.broken()[0].error, pack.path().display());
        assert!(library.find("a").unwrap().path().ends_with("/a"));
        assert_eq!(
            error.to_string(),
            format!(
                "two lessons are called `a`: {path}/a and {path}/b; give one of them another slug"
            )
        );
        assert_eq!(error.exit_code(), 4);
    }

    #[test]
    fn a_lesson_that_can_not_be_read_stops_no_other() {
        let pack = tempfile::tempdir().unwrap();
        write(&pack.path().join("a/lesson.toml"), &manifest("a", 1));
        write(&pack.path().join("b/program.py"), "");
        write(&pack.path().join("b/lesson.toml"), "slug = 1");
        write(&pack.path().join("c/program.py"), "");
        let mut library = Library::default();
        library.add_pack(pack.path(), false).unwrap();
        assert_eq!(library.len(), 1);
        let said: Vec<String> = library
            .broken()
            .iter()
            .map(|broken| format!("{}: {}", broken.name(), broken.error))
            .collect();
        assert!(said[0].contains("needs a program.py"), "{said:?}");
        assert!(said[1].contains("b/lesson.toml:1:8"), "{said:?}");
    }

    #[test]
    fn a_file_that_is_no_text_is_refused() {
        let pack = tempfile::tempdir().unwrap();
        std::fs::write(pack.path().join("program.py"), [0xff, 0xfe]).unwrap();
        assert!(broken(pack.path()).contains("not UTF-8"));
        write(&pack.path().join("program.py"), &"#".repeat((1 << 20) + 1));
        assert!(broken(pack.path()).contains("longer than 1 MiB"));
    }

    #[test]
    fn only_regular_files_are_read_and_none_is_waited_for() {
        for name in ["program.py", "lesson.toml", "en.md", "zh.md", "probes/p.py"] {
            let pack = tempfile::tempdir().unwrap();
            write(&pack.path().join("program.py"), "");
            let path = pack.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let _ = std::fs::remove_file(&path);
            nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
            let why = broken(pack.path());
            assert!(why.contains("not a regular file"), "{name}: {why}");
        }
    }

    /// A pack with the lock lesson's files, changed.
    fn lock(change: impl Fn(&str, String) -> String) -> tempfile::TempDir {
        let pack = tempfile::tempdir().unwrap();
        let embedded = Library::embedded().unwrap();
        let files = &embedded.find("lock").unwrap().files;
        for (name, text) in [
            ("lesson.toml", files.manifest.clone()),
            ("program.py", Some(files.python.clone())),
            ("program.rs", files.rust.clone()),
        ] {
            write(&pack.path().join(name), &change(name, text.unwrap()));
        }
        pack
    }

    /// Whether the native engine runs the pack's lock lesson in place of the built-in one.
    fn replaced(pack: &tempfile::TempDir) -> bool {
        let mut library = Library::embedded().unwrap();
        let before = library.len();
        library.add_pack(pack.path(), false).unwrap();
        let error = &library.broken()[0].error;
        assert_eq!(error.taken(), Some("lock"));
        assert!(error.to_string().contains("lessons/06-lock"), "{error}");
        assert!(
            error
                .to_string()
                .contains(&pack.path().display().to_string()),
            "{error}"
        );
        library.add_pack(pack.path(), true).unwrap();
        assert_eq!(library.len(), before);
        library.find("lock").unwrap().twin
    }

    #[test]
    fn a_built_in_lesson_is_replaced_on_request_and_its_twin_runs_for_its_own_program_alone() {
        assert!(replaced(&lock(|_, text| text)));
        assert!(!replaced(&lock(|name, text| match name {
            "program.py" => text + "# mine\n",
            _ => text,
        })));
        assert!(!replaced(&lock(|name, text| match name {
            "lesson.toml" => text.replace("max = 32", "max = 2500"),
            _ => text,
        })));
    }
}
