//! Holding a run: the `Feed` its threads make, and that nothing of it is left in the end.
//!
//! `launch` makes one. Every run ends with nothing left, however its holder goes: stopped, dropped,
//! panicking or killed.

use std::fs::File;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;

use super::backlog::Backlog;
use super::dispatcher::Batch;
use super::live::LiveProcesses;
use super::tree;
use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem};
use crate::sys::pidfd::PidFd;
use crate::sys::process::reap;

/// How long a guard that has said its last word may take to go, in milliseconds.
const GO_TIME: u16 = 2_000;

/// A run: real processes, their events, and a hand on them.
///
/// The thread that started it has to live as long as the run: when it ends, the kernel tells the
/// guard so, and the guard ends the run. Dropping a `Run` ends its processes.
#[derive(Debug)]
pub struct Run {
    batches: Receiver<Batch>,
    controls: Option<Sender<Control>>,
    backlog: Arc<Backlog>,
    live: Arc<LiveProcesses>,
    guard: Arc<PidFd>,
    dir: PathBuf,
    /// Says to other runs that the directory is in use.
    in_use: Option<File>,
    abilities: Abilities,
    threads: Vec<JoinHandle<()>>,
    over: bool,
}

/// What a run that was launched consists of.
pub(super) struct Parts {
    pub batches: Receiver<Batch>,
    pub controls: Sender<Control>,
    pub backlog: Arc<Backlog>,
    pub live: Arc<LiveProcesses>,
    pub guard: Arc<PidFd>,
    pub dir: PathBuf,
    pub abilities: Abilities,
    pub threads: Vec<JoinHandle<()>>,
}

impl Run {
    pub(super) fn new(parts: Parts) -> Run {
        Run {
            batches: parts.batches,
            controls: Some(parts.controls),
            backlog: parts.backlog,
            live: parts.live,
            guard: parts.guard,
            dir: parts.dir,
            in_use: None,
            abilities: parts.abilities,
            threads: parts.threads,
            over: false,
        }
    }

    /// Holds this as long as the run lives.
    pub(super) fn keeping(mut self, in_use: Option<File>) -> Run {
        self.in_use = in_use;
        self
    }

    /// Takes the next batch; `None` when there will be none.
    fn take(&mut self, batch: Result<Batch, RecvTimeoutError>) -> FeedItem {
        match batch {
            Ok(batch) => {
                self.backlog.took(batch.cost);
                if batch.events.is_empty() {
                    FeedItem::Idle
                } else {
                    FeedItem::Events(batch.events)
                }
            }
            Err(RecvTimeoutError::Timeout) => FeedItem::Idle,
            Err(RecvTimeoutError::Disconnected) => {
                self.close();
                FeedItem::End
            }
        }
    }

    /// After the last event: collects threads and guard.
    fn close(&mut self) {
        self.over = true;
        self.controls = None;
        // A dispatcher that panicked has not told the collector.
        self.backlog.stop();
        for thread in self.threads.drain(..) {
            // One that panicked has said so on stderr; the processes are the guard's care.
            let _ = thread.join();
        }
        collect_guard(&self.guard);
        // Gone already, unless the guard was killed.
        let _ = std::fs::remove_dir_all(&self.dir);
    }

    /// Bytes read from the run's processes that nobody has taken by `poll` yet; when there are too
    /// many the processes wait.
    pub fn held_bytes(&self) -> usize {
        self.backlog.queued()
    }

    /// PID of the guard process.
    pub fn guard(&self) -> i32 {
        self.guard.pid()
    }

    /// The run directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// Waits for the guard to go and collects it. One that does not go is killed, and what it would
/// have ended is ended here.
pub(super) fn collect_guard(guard: &PidFd) {
    await_end(guard);
    if reap(guard.pid()).is_err() {
        let _ = guard.signal(Some(Signal::SIGKILL));
        await_end(guard);
        let _ = reap(guard.pid());
        tree::end_orphans(guard.pid(), &[]);
    }
}

fn await_end(process: &PidFd) {
    let mut fds = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
    while poll(&mut fds, PollTimeout::from(GO_TIME)) == Err(Errno::EINTR) {}
}

impl Feed for Run {
    fn poll(&mut self, deadline: Instant) -> FeedItem {
        if self.over {
            return FeedItem::End;
        }
        loop {
            let batch = self.batches.recv_deadline(deadline);
            let waited_out = matches!(batch, Err(RecvTimeoutError::Timeout));
            match self.take(batch) {
                // A batch without events: a nudge of the account only.
                FeedItem::Idle if !waited_out => {}
                item => return item,
            }
        }
    }

    fn abilities(&self) -> Abilities {
        if self.over {
            Abilities::default()
        } else {
            self.abilities
        }
    }

    fn control(&mut self, control: Control) -> Result<(), ControlError> {
        if self.over {
            return Err(ControlError::Over);
        }
        if !self.abilities.obeys(control) {
            return Err(ControlError::Unable);
        }
        if let Control::Kill { pid } = control
            && !self.live.contains(pid)
        {
            return Err(ControlError::NoProcess);
        }
        let sent = self
            .controls
            .as_ref()
            .map(|controls| controls.send(control));
        match sent {
            Some(Ok(())) => Ok(()),
            _ => Err(ControlError::Over),
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        // Whatever is still said is read and thrown away, until the dispatcher says that nothing is
        // left; it gives up on a stuck guard by itself.
        self.backlog.release();
        self.controls = None;
        while let Ok(batch) = self.batches.recv() {
            self.backlog.took(batch.cost);
        }
        self.close();
    }
}
