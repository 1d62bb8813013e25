//! `LessonError`: why a lesson could not be read or found.
//!
//! Every error names the file and, within lesson.toml, line and column, what was found and what
//! is expected. Owns the exit codes these errors mean.

use std::path::PathBuf;

/// Why there is no lesson.
#[derive(Debug, thiserror::Error)]
pub enum LessonError {
    /// The text of lesson.toml is not what a lesson is.
    #[error("{file}:{line}:{column}: {place}: found {found}, expected {expected}")]
    Malformed {
        /// The file as it was named to us.
        file: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// Where in the lesson: `checks[2].kind`.
        place: String,
        found: String,
        expected: String,
    },
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

impl LessonError {
    /// 2 where the command line named something that is not there, 4 where a file is at fault.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            LessonError::Unknown { .. } => 2,
            LessonError::Malformed { .. }
            | LessonError::Unreadable { .. }
            | LessonError::Twice { .. }
            | LessonError::BuiltIn { .. }
            | LessonError::NoPack { .. } => 4,
        }
    }
}
