//! The ends of a run's channels that stay with the supervisor, and the ones its processes get.
//!
//! Made by `supervisor` before anything is started, so that a descriptor limit is met while there is
//! nothing to end. The control page is written by its descriptor, never mapped here.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd, RawFd};

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::uio::pwrite;

use super::guard;
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
    pub page: Page,
}

/// The processes' ends, with the descriptor number each has in the guard.
pub(crate) type Theirs = Vec<(OwnedFd, RawFd)>;

/// Makes all channels of a run. `origin` is the run's beginning, ns of `CLOCK_MONOTONIC`; `input` what
/// the main process may read.
pub(crate) fn make(origin: i64, gated: bool, input: Option<OwnedFd>) -> io::Result<(Ours, Theirs)> {
    let (events, their_events) = event_channel()?;
    let (stdout, their_stdout) = output_stream()?;
    let (stderr, their_stderr) = output_stream()?;
    let (control, their_control) = packet_pair()?;
    let page = Page::new(origin)?;
    page.set_gated(gated)?;
    let nothing = OwnedFd::from(std::fs::File::open("/dev/null")?);
    let mut theirs = vec![
        (nothing, 0),
        (their_events, guard::EVENTS),
        (page.0.try_clone()?, guard::PAGE),
        (their_control, guard::CONTROL),
        (their_stdout, guard::STDOUT),
        (their_stderr, guard::STDERR),
    ];
    theirs.extend(input.map(|input| (input, guard::INPUT)));
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
        *fd = duplicate(fd.as_fd(), guard::INPUT + 1)?;
    }
    Ok(moved)
}

/// The control page: how the gate stands, and when the run began. Every process of the run has it
/// mapped.
#[derive(Debug)]
pub(crate) struct Page(OwnedFd);

/// Bytes of the page.
const PAGE_SIZE: i64 = 4096;
const GATE_AT: i64 = 0;
const ORIGIN_AT: i64 = 8;

impl Page {
    fn new(origin: i64) -> io::Result<Page> {
        let fd = memfd_create("forklore-page", MFdFlags::MFD_CLOEXEC)?;
        nix::unistd::ftruncate(&fd, PAGE_SIZE)?;
        pwrite(&fd, &origin.to_ne_bytes(), ORIGIN_AT)?;
        Ok(Page(fd))
    }

    /// Closes the gate, or opens it, for every operation that begins from now on.
    pub(crate) fn set_gated(&self, gated: bool) -> io::Result<()> {
        pwrite(&self.0, &u32::from(gated).to_ne_bytes(), GATE_AT)?;
        Ok(())
    }
}
