//! `LessonError`: why a lesson could not be read or found; `Mistake`: one thing wrong in lesson.toml.
//!
//! A mistake names file, line and column, what was found and what is expected, in both languages. A
//! file is read to its end, so an error has all its mistakes. Owns the exit codes these errors mean.

use std::path::PathBuf;

use super::words::Words;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// One thing that is wrong in a lesson.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file as it was named to us.
    pub file: String,
    pub spot: Spot,
    /// Where in the lesson: `checks[2].kind`.
    pub place: String,
    pub found: Words,
    pub expected: Words,
    /// Something is not there at all.
    pub(super) is_lack: bool,
}

impl Mistake {
    /// What was found and what is expected, without the file.
    #[must_use]
    pub fn message(&self) -> Words {
        if self.place.is_empty() {
            return self.found.clone();
        }
        if self.is_lack {
            let (place, expected) = (&self.place, &self.expected);
            return Words::tell(
                "lesson-error.lack",
                &[("place", place), ("expected", expected)],
            );
        }
        Words::tell(
            "lesson-error.mistake",
            &[
                ("place", &self.place),
                ("found", &self.found),
                ("expected", &self.expected),
            ],
        )
    }

    /// The same with file, line and column.
    #[must_use]
    pub fn words(&self) -> Words {
        Words::tell(
            "lesson-error.malformed",
            &[
                ("file", &self.file),
                ("line", &self.spot.line),
                ("column", &self.spot.column),
                ("what", &self.message()),
            ],
        )
    }
}

/// Why there is no lesson.
#[derive(Debug, thiserror::Error)]
pub enum LessonError {
    /// The text of lesson.toml is not what a lesson is. There is at least one mistake.
    #[error("{}", malformed(.0).en)]
    Malformed(Vec<Mistake>),
    #[error("{}: {source}: a lesson folder needs {needs} that can be read", path.display())]
    Unreadable {
        path: PathBuf,
        needs: &'static str,
        source: std::io::Error,
    },
    #[error("there is no lesson `{given}`: choose one of {known}")]
    Unknown { given: String, known: String },
    #[error("two lessons are called `{slug}`: {first} and {second}; give one of them another slug")]
    Twice {
        slug: String,
        /// Paths of their folders.
        first: String,
        second: String,
    },
    #[error(
        "`{slug}` is a built-in lesson, {first}, and {second} has the same slug: give it another \
         one, or say --replace"
    )]
    BuiltIn {
        slug: String,
        first: String,
        second: String,
    },
    #[error("{}: {source}: --lessons takes a folder of lessons, or the folder of one", path.display())]
    NoPack {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// The first mistake, and how many more there are.
#[must_use]
pub fn malformed(mistakes: &[Mistake]) -> Words {
    let first = mistakes.first().map(Mistake::words).unwrap_or_default();
    match mistakes.len() {
        0 | 1 => first,
        all => Words::tell(
            "lesson-error.and-more",
            &[("first", &first), ("more", &(all - 1))],
        ),
    }
}

impl LessonError {
    /// The slug that another lesson has already.
    #[must_use]
    pub fn taken(&self) -> Option<&str> {
        match self {
            LessonError::Twice { slug, .. } | LessonError::BuiltIn { slug, .. } => Some(slug),
            _ => None,
        }
    }

    /// 2 where the command line named something that is not there, 4 where a file is at fault.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            LessonError::Unknown { .. } => 2,
            LessonError::Malformed(_)
            | LessonError::Unreadable { .. }
            | LessonError::Twice { .. }
            | LessonError::BuiltIn { .. }
            | LessonError::NoPack { .. } => 4,
        }
    }
}
