//! `Recorder`: a recording being written by a thread of its own.
//!
//! A name that ends in `.zst` makes a compressed one. The run waits for a disk only up to a bound; a disk
//! that is full, gone or too slow, or a pipe nobody reads, ends the recording, which is told once, and the
//! run goes on. What was written until then can be read.

mod inbox;
mod recorded;

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::context::Context;
use crate::error::{Code, Failure};
use crate::sys::clock;
use crate::trace::{Batch, Header, Kind, ReadError, Reader, Sink, beginning, is_compressed_name};
use inbox::Inbox;
pub(crate) use recorded::Recorded;

/// Bytes of lines that may wait for the disk.
const WAITING: usize = 64 << 20;
/// How long the run waits, in all, for a disk that is that far behind.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long what is compressed may stay unwritten: shorter makes the file larger.
const UNWRITTEN: Duration = Duration::from_millis(250);

/// A recording being written.
#[derive(Debug)]
pub struct Recorder {
    shared: Arc<Shared>,
    done: Receiver<io::Result<()>>,
}

/// What the run and the thread that writes both see.
#[derive(Debug, Default)]
struct Shared {
    inbox: Inbox,
    /// Bytes of lines that wait.
    waiting: AtomicUsize,
    /// The file is open: a pipe's only once somebody reads it.
    open: AtomicBool,
}

/// Says how the writing ended, and takes nothing more.
struct Ended<'a> {
    shared: &'a Shared,
    say: Sender<io::Result<()>>,
}

impl Ended<'_> {
    fn with(self, last: io::Result<()>) {
        // Nobody may be left to hear it. Said before nothing is taken, so that the reason is there.
        let _ = self.say.send(last);
        self.shared.inbox.leave();
    }
}

impl Recorder {
    /// Creates the file for a command that was told its name.
    ///
    /// # Errors
    /// With the words for it, when `create` fails.
    pub(crate) fn named(
        context: &Context,
        path: &Path,
        header: &Header,
    ) -> Result<Recorder, Failure> {
        let lang = context.lang;
        Recorder::create(path, header).map_err(|why| {
            let what = match why.kind() {
                io::ErrorKind::AlreadyExists => lang.phrase("run.recording-in-the-way").to_owned(),
                _ => lang.tell("run.no-recording", &[("why", &why)]),
            };
            Failure::new(Code::Usage, what).at(path.display().to_string())
        })
    }

    /// Creates the file; a recording that is there is written over, anything else is left.
    ///
    /// # Errors
    /// When it can't be created, or no thread started; `AlreadyExists` where something else is there.
    pub fn create(path: &Path, header: &Header) -> io::Result<Recorder> {
        if is_in_the_way(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        // A pipe opens once it is read, for which the run does not wait.
        let is_pipe = std::fs::metadata(path).is_ok_and(|data| data.file_type().is_fifo());
        let file = if is_pipe {
            Target::Pipe(path.to_owned())
        } else {
            // Emptied by whoever writes: that takes longer than all the rest.
            let mut options = File::options();
            Target::Open(
                options
                    .write(true)
                    .create(true)
                    .truncate(false)
                    .open(path)?,
            )
        };
        let small = is_compressed_name(path);
        let open = matches!(file, Target::Open(_));
        let header = header.clone();
        let (say, done) = bounded(1);
        let shared = Arc::new(Shared {
            open: AtomicBool::new(open),
            ..Shared::default()
        });
        let theirs = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("recording".to_owned())
            .spawn(move || {
                let ended = Ended {
                    shared: &theirs,
                    say,
                };
                ended.with(write(file, &header, &theirs, small));
            })?;
        Ok(Recorder { shared, done })
    }

    /// Takes events to be written.
    ///
    /// # Errors
    /// Why the recording has ended; nothing is taken any more.
    pub fn take(&self, batch: &Batch) -> io::Result<()> {
        let lines = batch.text();
        let behind = self.shared.waiting.load(Ordering::Relaxed) > WAITING;
        let taken = if behind && !self.catch_up() {
            Err(io::ErrorKind::TimedOut.into())
        } else {
            self.shared
                .waiting
                .fetch_add(lines.len(), Ordering::Relaxed);
            let last = batch.events().last();
            let last = last.is_some_and(|last| matches!(last.kind, Kind::End(_)));
            if self.shared.inbox.send(lines, last) {
                Ok(())
            } else {
                let last = self.ended(Duration::from_secs(1));
                last.unwrap_or_else(|| Err(io::ErrorKind::BrokenPipe.into()))
            }
        };
        if taken.is_err() {
            self.shared.inbox.leave();
            self.close();
        }
        taken
    }

    /// Waits for a disk that is behind; false when it stays so.
    fn catch_up(&self) -> bool {
        let Some(deadline) = clock::deadline(PATIENCE) else {
            return false;
        };
        while self.shared.waiting.load(Ordering::Relaxed) > WAITING / 2 {
            if clock::left(deadline).is_zero() || !self.done.is_empty() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// Nothing more will come: what is left is written meanwhile.
    pub fn close(&self) {
        self.shared.inbox.close();
    }

    /// How it ended, once it was closed; `None` while it is still being written after `patience`.
    pub fn ended(&self, patience: Duration) -> Option<io::Result<()>> {
        match self.done.recv_timeout(patience) {
            Ok(last) => Some(last),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    /// How long the end of the writing is waited for: nobody may ever open a pipe.
    pub(crate) fn patience(&self) -> Duration {
        if self.shared.open.load(Ordering::Relaxed) {
            PATIENCE * 5
        } else {
            PATIENCE
        }
    }
}

/// Whether a file is there that holds something else than a recording.
fn is_in_the_way(path: &Path) -> bool {
    // What can't be looked at, File::create will say more of; a pipe or a device holds nothing.
    let Ok(data) = std::fs::metadata(path) else {
        return false;
    };
    if !data.is_file() || data.len() == 0 {
        return false;
    }
    let header = File::open(path).and_then(beginning).map(Reader::new);
    !matches!(
        header,
        Ok(Ok(_) | Err(ReadError::NewerFormat { .. } | ReadError::Cut { .. }))
    )
}

/// What is written to.
enum Target {
    Open(File),
    Pipe(PathBuf),
}

/// Writes batches as they come. What has been written for a moment is flushed: a crash of ours loses
/// nothing that had time to be written.
fn write(target: Target, header: &Header, shared: &Shared, small: bool) -> io::Result<()> {
    let file = match target {
        Target::Open(file) => {
            // A device has no length.
            if file.metadata()?.is_file() {
                file.set_len(0)?;
            }
            file
        }
        Target::Pipe(path) => File::create(path)?,
    };
    shared.open.store(true, Ordering::Relaxed);
    let file = BufWriter::new(file);
    let (mut file, lag) = if small {
        (Sink::compressed(file)?, UNWRITTEN)
    } else {
        (Sink::Plain(file), Duration::ZERO)
    };
    file.write_all(&header.line())?;
    file.flush()?;
    let mut due: Option<i64> = None;
    while let Some(batches) = shared.inbox.take(due.map(clock::left)) {
        for lines in batches {
            file.write_all(&lines)?;
            shared.waiting.fetch_sub(lines.len(), Ordering::Relaxed);
            due = due.or_else(|| clock::deadline(lag));
        }
        if due.is_some_and(|due| clock::left(due).is_zero()) {
            file.flush()?;
            due = None;
        }
    }
    file.finish()?;
    Ok(())
}
