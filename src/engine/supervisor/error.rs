//! Why a run could not be started, in words for whoever asked for it.

use std::io;
use std::path::PathBuf;

use nix::errno::Errno;

use super::super::ps::HostError;

/// Why a run could not be started. Nothing of it is left then.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("no directory for the run under {}: {source}", base.display())]
    Directory { base: PathBuf, source: io::Error },
    #[error(
        "no more file descriptors while {doing} (limit reached: `ulimit -n` tells it); \
         close other programs or raise the limit, then try again"
    )]
    Descriptors { doing: &'static str },
    #[error(
        "no more processes or threads while {doing} (limit reached: `ulimit -u` tells it); \
         end other programs or raise the limit, then try again"
    )]
    Processes { doing: &'static str },
    #[error("could not go on {doing}: {source}")]
    System {
        doing: &'static str,
        source: io::Error,
    },
    #[error("could not prepare the rows of ps: {0}")]
    Rows(HostError),
    #[error("the guard process did not start the lesson's main process")]
    NoAnswer,
}

impl StartError {
    pub(super) fn new(doing: &'static str, source: io::Error) -> StartError {
        match source.raw_os_error().map(Errno::from_raw) {
            Some(Errno::EMFILE | Errno::ENFILE) => StartError::Descriptors { doing },
            Some(Errno::EAGAIN) => StartError::Processes { doing },
            _ => StartError::System { doing, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use nix::errno::Errno;

    use super::StartError;

    #[test]
    fn a_limit_is_said_with_what_to_do() {
        let error = |errno: Errno| StartError::new("trying", io::Error::from(errno)).to_string();
        assert!(error(Errno::EMFILE).contains("ulimit -n"));
        assert!(error(Errno::EAGAIN).contains("ulimit -u"));
        assert!(error(Errno::EACCES).contains("trying: Permission denied"));
    }
}
