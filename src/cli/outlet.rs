//! `Outlet`: stdout behind a thread of its own, so that a reader who stops reading never keeps
//! forklore from hearing Ctrl-C.
//!
//! Pages go out in order and are flushed each. Only a few wait in between: a slow reader slows the
//! run's telling, as a slow terminal would.

use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, select};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::engine::shutdown::{Request, Shutdown};

/// Pages that may wait.
const WAITING: usize = 8;

/// How long the last pages of a run that was ended may take.
const PARTING: Duration = Duration::from_millis(500);

/// What kept a page from going out.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// A signal asked forklore to end while the reader did not read.
    Asked(Request),
    /// stdout is gone or full.
    Lost(io::Error),
}

/// The way to stdout.
#[derive(Debug)]
pub(crate) struct Outlet {
    pages: Sender<Vec<u8>>,
    /// The writer's last word: it ends at the first error, or when no page will come.
    done: Receiver<io::Result<()>>,
}

impl Outlet {
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn open() -> io::Result<Outlet> {
        let (pages, incoming) = bounded::<Vec<u8>>(WAITING);
        let (say_done, done) = bounded(1);
        std::thread::Builder::new()
            .name("stdout".to_owned())
            .spawn(move || {
                // Nobody may be left to hear it.
                let _ = say_done.send(write(&incoming));
            })?;
        Ok(Outlet { pages, done })
    }

    /// Sends a page.
    pub(crate) fn write(&self, page: Vec<u8>, shutdown: &Shutdown) -> Result<(), WriteError> {
        if page.is_empty() {
            return Ok(());
        }
        select! {
            send(self.pages, page) -> sent => match sent {
                Ok(()) => Ok(()),
                Err(_) => self.settle(shutdown),
            },
            recv(shutdown.requests()) -> request => asked(request),
        }
    }

    /// Sends a page if that goes without waiting; false where it does not.
    pub(crate) fn offer(&self, page: Vec<u8>) -> bool {
        page.is_empty() || self.pages.try_send(page).is_ok()
    }

    /// Lets everything go out as far as the reader takes it within a moment.
    pub(crate) fn part(self) {
        let Outlet { pages, done } = self;
        drop(pages);
        // A reader that does not read was not waited for; nobody is told what it missed.
        let _ = done.recv_timeout(PARTING);
    }

    /// Whether the reader has gone, known without writing: a run that is silent for long need not
    /// go on for nobody.
    #[expect(clippy::unused_self, reason = "the reader belongs to the outlet")]
    pub(crate) fn is_gone(&self) -> bool {
        let stdout = io::stdout();
        let mut fds = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
        let gone = PollFlags::POLLERR | PollFlags::POLLHUP | PollFlags::POLLNVAL;
        poll(&mut fds, PollTimeout::ZERO) == Ok(1)
            && fds[0].revents().is_some_and(|seen| seen.intersects(gone))
    }

    /// Waits until everything has gone out.
    pub(crate) fn finish(self, shutdown: &Shutdown) -> Result<(), WriteError> {
        let Outlet { pages, done } = self;
        drop(pages);
        await_writer(&done, shutdown)
    }

    fn settle(&self, shutdown: &Shutdown) -> Result<(), WriteError> {
        await_writer(&self.done, shutdown)
    }
}

fn await_writer(done: &Receiver<io::Result<()>>, shutdown: &Shutdown) -> Result<(), WriteError> {
    select! {
        recv(done) -> last => match last {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(WriteError::Lost(error)),
            Err(_) => Err(WriteError::Lost(io::ErrorKind::BrokenPipe.into())),
        },
        recv(shutdown.requests()) -> request => asked(request),
    }
}

fn asked(request: Result<Request, crossbeam_channel::RecvError>) -> Result<(), WriteError> {
    match request {
        Ok(request) => Err(WriteError::Asked(request)),
        // The listener ended; there is nobody left to ask.
        Err(_) => Ok(()),
    }
}

fn write(pages: &Receiver<Vec<u8>>) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    for page in pages {
        stdout.write_all(&page)?;
        stdout.flush()?;
    }
    Ok(())
}
