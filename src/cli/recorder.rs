//! `Recorder`: a recording being written by a thread of its own.
//!
//! A name that ends in `.zst` makes a compressed one. The run waits for a disk only up to a bound; a disk that is full, gone or too slow ends the
//! recording, which is told once, and the run goes on. What was written until then can be read.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use super::context::Context;
use crate::error::{Code, Failure};
use crate::sys::clock;
use crate::trace::{
    Event, Header, Kind, ReadError, Reader, Sink, Writer, is_compressed_name, uncompressed,
};

/// Bytes of events that may wait for the disk.
const WAITING: usize = 64 << 20;
/// How long the run waits, in all, for a disk that is that far behind.
const PATIENCE: Duration = Duration::from_secs(2);
/// What an event weighs beside its output, about.
const EVENT: usize = 512;
/// How long what is compressed may stay unwritten: shorter makes the file larger.
const UNWRITTEN: Duration = Duration::from_millis(250);

/// A recording being written.
#[derive(Debug)]
pub(crate) struct Recorder {
    batches: Option<Sender<Vec<Event>>>,
    waiting: Arc<AtomicUsize>,
    done: Receiver<io::Result<()>>,
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
    pub(crate) fn create(path: &Path, header: &Header) -> io::Result<Recorder> {
        if is_in_the_way(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = Sink::named(path, BufWriter::new(File::create(path)?))?;
        let lag = if is_compressed_name(path) {
            UNWRITTEN
        } else {
            Duration::ZERO
        };
        let header = header.clone();
        let (batches, incoming) = unbounded();
        let (say_done, done) = bounded(1);
        let waiting = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&waiting);
        std::thread::Builder::new()
            .name("recording".to_owned())
            .spawn(move || {
                let last = write(file, &header, &incoming, &counted, lag);
                // Nobody may be left to hear it.
                let _ = say_done.send(last);
            })?;
        Ok(Recorder {
            batches: Some(batches),
            waiting,
            done,
        })
    }

    /// Takes events to be written.
    ///
    /// # Errors
    /// Why the recording has ended: said once, afterwards nothing is taken.
    pub(crate) fn take(&mut self, events: Vec<Event>) -> io::Result<()> {
        let Some(batches) = &self.batches else {
            return Ok(());
        };
        let weight = weight(&events);
        let sent = if self.waiting.load(Ordering::Relaxed) > WAITING && !self.catch_up() {
            Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the disk is too slow",
            ))
        } else {
            self.waiting.fetch_add(weight, Ordering::Relaxed);
            batches
                .send(events)
                .or_else(|_| self.last_word(Duration::ZERO))
        };
        if sent.is_err() {
            self.batches = None;
        }
        sent
    }

    /// Waits for a disk that is behind; false when it stays so.
    fn catch_up(&self) -> bool {
        let Some(deadline) = clock::deadline(PATIENCE) else {
            return false;
        };
        while self.waiting.load(Ordering::Relaxed) > WAITING / 2 {
            if clock::left(deadline).is_zero() || !self.done.is_empty() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// Ends the recording, everything taken written.
    ///
    /// # Errors
    /// As `take`.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if self.batches.take().is_none() {
            return Ok(());
        }
        self.last_word(PATIENCE * 5)
    }

    fn last_word(&self, patience: Duration) -> io::Result<()> {
        match self.done.recv_timeout(patience.max(Duration::from_secs(1))) {
            Ok(last) => last,
            Err(RecvTimeoutError::Timeout) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the disk is too slow",
            )),
            Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::BrokenPipe.into()),
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
    let header = File::open(path).and_then(uncompressed).map(Reader::new);
    !matches!(
        header,
        Ok(Ok(_) | Err(ReadError::NewerFormat { .. } | ReadError::Cut { .. }))
    )
}

fn weight(events: &[Event]) -> usize {
    let output = |event: &Event| match &event.kind {
        Kind::Output(output) => output.data.len(),
        _ => 0,
    };
    events.iter().map(|event| EVENT + output(event)).sum()
}

/// Writes batches as they come. What has been written for `lag` is flushed: a crash of ours loses
/// nothing that had time to be written.
fn write(
    file: Sink<BufWriter<File>>,
    header: &Header,
    batches: &Receiver<Vec<Event>>,
    waiting: &AtomicUsize,
    lag: Duration,
) -> io::Result<()> {
    let mut writer = Writer::new(file, header)?;
    writer.flush()?;
    let mut due: Option<i64> = None;
    loop {
        let batch = match due {
            Some(due) => batches.recv_timeout(clock::left(due)),
            None => batches.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match batch {
            Ok(events) => {
                for event in &events {
                    writer.write(event)?;
                }
                waiting.fetch_sub(weight(&events), Ordering::Relaxed);
                due = due.or_else(|| clock::deadline(lag));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let late = due.is_some_and(|due| clock::left(due).is_zero());
        // Where nothing lags, a flush waits at least until nothing else does.
        if late && (!lag.is_zero() || batches.is_empty()) {
            writer.flush()?;
            due = None;
        }
    }
    writer.into_output().finish()?;
    Ok(())
}
