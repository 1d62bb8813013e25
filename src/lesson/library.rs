//! `Library`: every lesson at hand, in the order of the course.
//!
//! Owns finding a lesson by what the learner types. A pack's lesson takes the place of an embedded
//! one of the same slug, because the learner named its folder; two of a slug in packs are refused.

use std::path::Path;

use super::embedded;
use super::error::LessonError;
use super::folder::{self, Lesson, Origin};

/// The lessons, by order and slug.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Library {
    lessons: Vec<Lesson>,
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

    /// Adds the lesson folders in `path`, or `path` itself where it holds a program.py.
    ///
    /// # Errors
    /// A folder that can't be read, a malformed lesson, a slug twice, or no lesson at all.
    pub fn add_pack(&mut self, path: &Path) -> Result<(), LessonError> {
        let mut found = Vec::new();
        if path.join("program.py").exists() {
            found.push(Lesson::read(path)?);
        } else {
            for (_, entry) in folder::entries(path)? {
                if entry.join("program.py").exists() || entry.join("lesson.toml").exists() {
                    found.push(Lesson::read(&entry)?);
                }
            }
        }
        if found.is_empty() {
            return Err(LessonError::Unreadable {
                path: path.to_owned(),
                needs: "a program.py",
                source: std::io::Error::new(std::io::ErrorKind::NotFound, "no lesson here"),
            });
        }
        for lesson in found {
            self.add(lesson)?;
        }
        self.sort();
        Ok(())
    }

    fn add(&mut self, lesson: Lesson) -> Result<(), LessonError> {
        let same = |other: &&mut Lesson| other.slug() == lesson.slug();
        match self.lessons.iter_mut().find(same) {
            Some(other) if other.origin == Origin::Embedded => *other = lesson,
            Some(other) => {
                return Err(LessonError::Twice {
                    slug: lesson.slug().to_owned(),
                    first: other.folder.clone(),
                    second: lesson.folder,
                });
            }
            None => self.lessons.push(lesson),
        }
        Ok(())
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
        library.add_pack(pack.path()).unwrap();
        let slugs: Vec<&str> = library.iter().map(Lesson::slug).collect();
        assert_eq!(slugs, ["mine", "only-python"]);
        assert_eq!(library.find("2").unwrap().slug(), "mine");
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

    #[test]
    fn a_pack_that_is_no_pack_is_refused_with_exit_code_4() {
        let pack = tempfile::tempdir().unwrap();
        let mut library = Library::default();
        let error = library.add_pack(pack.path()).unwrap_err();
        assert!(error.to_string().contains("no lesson here"), "{error}");
        write(&pack.path().join("a/lesson.toml"), &manifest("a", 1));
        let error = library.add_pack(pack.path()).unwrap_err();
        assert!(error.to_string().contains("program.py"), "{error}");
        write(&pack.path().join("a/program.py"), "");
        write(&pack.path().join("b/program.py"), "");
        write(&pack.path().join("b/lesson.toml"), &manifest("a", 2));
        let error = library.add_pack(pack.path()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "two lessons are called `a`: the folders a and b; give one of them another slug"
        );
        assert_eq!(error.exit_code(), 4);
    }

    #[test]
    fn a_file_that_is_no_text_is_refused() {
        let pack = tempfile::tempdir().unwrap();
        std::fs::write(pack.path().join("program.py"), [0xff, 0xfe]).unwrap();
        let error = Library::default().add_pack(pack.path()).unwrap_err();
        assert!(error.to_string().contains("not UTF-8"), "{error}");
        write(&pack.path().join("program.py"), &"#".repeat((1 << 20) + 1));
        let error = Library::default().add_pack(pack.path()).unwrap_err();
        assert!(error.to_string().contains("longer than 1 MiB"), "{error}");
    }

    #[test]
    fn a_packs_lesson_takes_the_place_of_an_embedded_one() {
        let mut library = Library::embedded().unwrap();
        let before = library.len();
        let pack = tempfile::tempdir().unwrap();
        write(&pack.path().join("program.py"), "# mine\n");
        write(&pack.path().join("lesson.toml"), &manifest("lock", 6));
        library.add_pack(pack.path()).unwrap();
        assert_eq!(library.len(), before);
        assert_eq!(library.find("lock").unwrap().files.python, "# mine\n");
    }
}
