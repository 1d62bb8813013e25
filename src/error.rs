//! How forklore ends: its exit codes, and the error that the user sees.
//!
//! Owns the numbers and the form of an error: what, where, what to do. Each module has its own error
//! enum; the cli turns it into a `Failure`.

use std::fmt;
use std::process::ExitCode;

/// How forklore ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Fine,
    /// A check failed, or a run hung.
    CheckFailed,
    /// The command line was wrong.
    Usage,
    /// The scenario could not start.
    NotStarted,
    /// A recording or a lesson can't be read.
    Unreadable,
    /// A traced program's own.
    Program(u8),
    /// A signal asked forklore to end: 128 and its number, 130 for Ctrl-C.
    Signalled(u8),
    /// Whoever read the output has gone: as if SIGPIPE had ended us.
    OutputClosed,
}

impl Code {
    /// The number the shell sees.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Code::Fine => 0,
            Code::CheckFailed => 1,
            Code::Usage => 2,
            Code::NotStarted => 3,
            Code::Unreadable => 4,
            Code::Program(code) => code,
            Code::Signalled(signal) => signal.saturating_add(128),
            Code::OutputClosed => 141,
        }
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> ExitCode {
        ExitCode::from(code.number())
    }
}

/// An error a person is told: what happened, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    pub code: Code,
    /// What happened, in one sentence without its full stop.
    pub what: String,
    /// The file, the argument or the line at fault, where `what` does not name it.
    pub place: Option<String>,
    /// What to do now.
    pub remedy: Option<String>,
}

impl Failure {
    pub fn new(code: Code, what: impl Into<String>) -> Failure {
        Failure {
            code,
            what: what.into(),
            place: None,
            remedy: None,
        }
    }

    pub fn at(self, place: impl Into<String>) -> Failure {
        Failure {
            place: Some(place.into()),
            ..self
        }
    }

    pub fn remedy(self, remedy: impl Into<String>) -> Failure {
        Failure {
            remedy: Some(remedy.into()),
            ..self
        }
    }
}

/// Several lines. They may hold what a file or the command line put into them: whoever shows them
/// sanitises them.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "forklore: ")?;
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}", self.what)?;
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  {remedy}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Failure};

    #[test]
    fn the_numbers_are_those_of_the_documentation() {
        let codes = [
            (Code::Fine, 0),
            (Code::CheckFailed, 1),
            (Code::Usage, 2),
            (Code::NotStarted, 3),
            (Code::Unreadable, 4),
            (Code::Signalled(2), 130),
            (Code::Signalled(15), 143),
            (Code::OutputClosed, 141),
        ];
        for (code, number) in codes {
            assert_eq!(code.number(), number, "{code:?}");
        }
    }

    #[test]
    fn a_failure_says_where_what_and_what_to_do() {
        let failure = Failure::new(Code::Unreadable, "not a recording")
            .at("a.jsonl")
            .remedy("record one with `forklore run lock --record FILE`");
        assert_eq!(
            failure.to_string(),
            "forklore: a.jsonl: not a recording\n  \
             record one with `forklore run lock --record FILE`"
        );
        assert_eq!(Failure::new(Code::Usage, "no").to_string(), "forklore: no");
    }
}
