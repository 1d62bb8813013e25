//! The ends of a run's channels that stay with the supervisor, and the ones its processes get.
//!
//! Made by `supervisor` before anything is started, so that a descriptor limit is met while there is
//! nothing to end.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd, RawFd};

use crate::protocol::{PageWriter, descriptors};
use crate::sys::process::duplicate;
use crate::sys::socket::{event_channel, output_stream, packet_pair};

/// The supervisor's ends.
#[derive(Debug)]
pub(crate) struct Ours {
    pub events: OwnedFd,
    pub stdout: OwnedFd,
    pub stderr: OwnedFd,
    /// Words from and to the guard.
    pub control: OwnedFd,
    pub page: PageWriter,
}

/// The processes' ends, with the descriptor number each has in the guard.
pub(crate) type Theirs = Vec<(OwnedFd, RawFd)>;

/// Makes all channels of a run. `page` knows the run's beginning; `input` is what the main process may
/// read.
pub(crate) fn make(
    page: PageWriter,
    gated: bool,
    input: Option<OwnedFd>,
) -> io::Result<(Ours, Theirs)> {
    let (events, their_events) = event_channel()?;
    let (stdout, their_stdout) = output_stream()?;
    let (stderr, their_stderr) = output_stream()?;
    let (control, their_control) = packet_pair()?;
    page.set_gated(gated)?;
    let nothing = OwnedFd::from(std::fs::File::open("/dev/null")?);
    let mut theirs = vec![
        (nothing, 0),
        (their_events, descriptors::EVENTS),
        (page.share()?, descriptors::PAGE),
        (their_control, descriptors::CONTROL),
        (their_stdout, descriptors::STDOUT),
        (their_stderr, descriptors::STDERR),
    ];
    theirs.extend(input.map(|input| (input, descriptors::INPUT)));
    Ok((
        Ours {
            events,
            stdout,
            stderr,
            control,
            page,
        },
        clear_of_targets(theirs)?,
    ))
}

/// Moves every descriptor above the target numbers, so that no dup2(2) in the guard overwrites the
/// source of a later one.
fn clear_of_targets(theirs: Theirs) -> io::Result<Theirs> {
    let mut moved = theirs;
    for (fd, _) in &mut moved {
        *fd = duplicate(fd.as_fd(), descriptors::INPUT + 1)?;
    }
    Ok(moved)
}
