//! The control page: a page of memory that the supervisor writes and every native process reads.
//!
//! It says how the gate stands and when the run began. The supervisor writes it by its descriptor
//! and maps nothing, so that no process of the run can change what it relies on.

use std::fs::File;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::atomic::Ordering;

use nix::sys::uio::pwrite;

use crate::sys::mmap::{Block, memfd};

const BYTES: usize = 4096;
/// u32: 0 open, 1 gated, 2 gated by an explorer.
const GATE: usize = 0;
/// i64: when the run began, ns of `CLOCK_MONOTONIC`.
const ORIGIN: usize = 8;

/// The supervisor's side.
#[derive(Debug)]
pub(crate) struct PageWriter(OwnedFd);

impl PageWriter {
    /// A page whose gate is open. `origin` is the run's beginning.
    pub(crate) fn new(origin: i64) -> io::Result<PageWriter> {
        let fd = memfd(c"forklore-page")?;
        let page = PageWriter(fd);
        page.write(&[0; BYTES], 0)?;
        page.write(&origin.to_ne_bytes(), ORIGIN)?;
        Ok(page)
    }

    /// The same in a file of its own, for processes that were started by exec(2).
    pub(crate) fn file(path: &Path, origin: i64) -> io::Result<PageWriter> {
        let file = File::options()
            .write(true)
            .read(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        let page = PageWriter(file.into());
        page.write(&[0; BYTES], 0)?;
        page.write(&origin.to_ne_bytes(), ORIGIN)?;
        Ok(page)
    }

    /// Closes the gate, or opens it, for every operation that begins from now on.
    pub(crate) fn set_gated(&self, gated: bool) -> io::Result<()> {
        self.write(&u32::from(gated).to_ne_bytes(), GATE)
    }

    /// Closes the gate for an explorer, which is content with all that an operation has to say in one
    /// packet.
    pub(crate) fn set_explored(&self) -> io::Result<()> {
        self.write(&2_u32.to_ne_bytes(), GATE)
    }

    /// A descriptor for the processes of the run.
    pub(crate) fn share(&self) -> io::Result<OwnedFd> {
        self.0.try_clone()
    }

    fn write(&self, bytes: &[u8], at: usize) -> io::Result<()> {
        let at = i64::try_from(at).map_err(io::Error::other)?;
        pwrite(&self.0, bytes, at)?;
        Ok(())
    }
}

/// A process's side.
#[derive(Debug)]
pub struct ControlPage(Block);

impl ControlPage {
    pub(crate) fn map(fd: BorrowedFd<'_>) -> io::Result<ControlPage> {
        Block::map_fd(fd, BYTES).map(ControlPage)
    }

    /// Whether operations have to be announced and wait for their grants.
    #[inline]
    pub(crate) fn gated(&self) -> bool {
        self.0.u32(GATE).load(Ordering::Acquire) != 0
    }

    /// Whether an explorer has closed the gate. It never changes.
    pub(crate) fn explored(&self) -> bool {
        self.0.u32(GATE).load(Ordering::Acquire) == 2
    }

    /// When the run began, ns of `CLOCK_MONOTONIC`.
    pub(crate) fn origin(&self) -> i64 {
        self.0.u64(ORIGIN).load(Ordering::Relaxed).cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use super::{ControlPage, PageWriter};

    #[test]
    fn a_process_sees_what_the_supervisor_wrote() {
        let writer = PageWriter::new(-5).expect("a page");
        let page = ControlPage::map(writer.share().expect("shared").as_fd()).expect("mapped");
        assert_eq!((page.origin(), page.gated()), (-5, false));
        writer.set_gated(true).expect("written");
        assert!(page.gated());
        writer.set_gated(false).expect("written");
        assert!(!page.gated());
    }
}
