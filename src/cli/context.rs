//! What every command has at hand: language, colours, lessons, and the way to speak to people.
//!
//! Made once from the global options. It reads the environment; nothing else in the cli does.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write as _};
use std::path::PathBuf;

use super::args::Global;
use crate::error::{Code, Failure};
use crate::lesson::{LessonError, Library};
use crate::text::{ColourChoice, Depth, Lang, Paint, clean_text};

/// The global options, decided.
#[derive(Debug)]
pub(crate) struct Context {
    pub lang: Lang,
    /// For words on stdout.
    pub paint: Paint,
    pub depth: Depth,
    lessons: Vec<PathBuf>,
}

impl Context {
    pub(crate) fn new(global: &Global) -> Context {
        let lang = global
            .lang
            .map_or_else(|| Lang::from_environment(variable), Lang::from);
        let choice = ColourChoice::from(global.color);
        let depth = Depth::decide(choice, io::stdout().is_terminal(), variable);
        Context {
            lang,
            paint: Paint::new(depth),
            depth,
            lessons: global.lessons.clone(),
        }
    }

    /// Every lesson: the embedded ones and those of `--lessons`.
    pub(crate) fn library(&self) -> Result<Library, Failure> {
        let mut library = Library::embedded().map_err(|error| unreadable(&error))?;
        for pack in &self.lessons {
            library.add_pack(pack).map_err(|error| unreadable(&error))?;
        }
        Ok(library)
    }

    /// Says something on stderr, harmless whatever a file put into it. Nobody listening there is
    /// no reason to stop.
    #[expect(clippy::unused_self, reason = "speaking belongs to the context")]
    pub(crate) fn tell(&self, words: &dyn Display) {
        let _ = writeln!(io::stderr(), "{}", clean_text(&words.to_string()));
    }

    /// Columns of the terminal stdout is; `None` where it is none.
    #[expect(clippy::unused_self, reason = "the terminal belongs to the context")]
    pub(crate) fn columns(&self) -> Option<usize> {
        if !io::stdout().is_terminal() {
            return None;
        }
        let (columns, _) = crossterm::terminal::size().ok()?;
        (columns > 0).then_some(usize::from(columns))
    }
}

/// A variable of the environment that is text.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn unreadable(error: &LessonError) -> Failure {
    let code = match error.exit_code() {
        2 => Code::Usage,
        _ => Code::Unreadable,
    };
    Failure::new(code, error.to_string())
}
