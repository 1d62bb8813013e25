//! Why a run could not be started, and at which step of it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use nix::errno::Errno;

use super::ps::HostError;

/// What was being done when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Parameters,
    /// The files that follow Pythons.
    Package,
    /// A lesson's program.py.
    Program,
    Orphans,
    Channels,
    Guard,
    Main,
    Threads,
}

impl Step {
    /// Its key in the locale files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Step::Parameters => "parameters",
            Step::Package => "package",
            Step::Program => "program",
            Step::Orphans => "orphans",
            Step::Channels => "channels",
            Step::Guard => "guard",
            Step::Main => "main",
            Step::Threads => "threads",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Package => "unpacking the files that follow Pythons",
            Step::Program => "putting the lesson's program in its place",
            Step::Parameters => "writing the lesson's parameters down",
            Step::Orphans => "preparing to adopt orphans",
            Step::Channels => "making the run's channels",
            Step::Guard => "starting the guard process",
            Step::Main => "starting the lesson's main process",
            Step::Threads => "starting the supervisor's threads",
        })
    }
}

/// Why a run could not be started. Nothing of it is left then.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("no directory for the run under {}: {source}", base.display())]
    Directory { base: PathBuf, source: io::Error },
    #[error(
        "no more file descriptors while {doing} (limit reached: `ulimit -n` tells it); \
         close other programs or raise the limit, then try again"
    )]
    Descriptors { doing: Step },
    #[error(
        "no more processes or threads while {doing} (limit reached: `ulimit -u` tells it); \
         end other programs or raise the limit, then try again"
    )]
    Processes { doing: Step },
    #[error(
        "no more memory while {doing} (limit reached: `ulimit -v` tells it); \
         raise the limit, then try again"
    )]
    Memory { doing: Step },
    #[error("could not go on {doing}: {source}")]
    System { doing: Step, source: io::Error },
    #[error("could not prepare the rows of ps: {0}")]
    Rows(HostError),
    #[error("the guard process did not start the lesson's main process")]
    NoAnswer,
}

impl StartError {
    pub(super) fn new(doing: Step, source: io::Error) -> StartError {
        match source.raw_os_error().map(Errno::from_raw) {
            Some(Errno::EMFILE | Errno::ENFILE) => StartError::Descriptors { doing },
            Some(Errno::ENOMEM) => StartError::Memory { doing },
            // pthread_create(3) says EAGAIN of a stack it can't map, too.
            Some(Errno::EAGAIN) if !has_room() => StartError::Memory { doing },
            Some(Errno::EAGAIN) => StartError::Processes { doing },
            _ => StartError::System { doing, source },
        }
    }
}

/// Whether there is address space for a few threads' stacks.
fn has_room() -> bool {
    Vec::<u8>::new().try_reserve_exact(32 << 20).is_ok()
}

#[cfg(test)]
mod tests {
    use std::io;

    use nix::errno::Errno;

    use super::{StartError, Step};

    #[test]
    fn a_limit_is_said_with_what_to_do() {
        let error = |errno: Errno| StartError::new(Step::Main, io::Error::from(errno)).to_string();
        assert!(error(Errno::EMFILE).contains("ulimit -n"));
        assert!(error(Errno::EAGAIN).contains("ulimit -u"));
        assert!(error(Errno::EACCES).contains("main process: Permission denied"));
    }
}
