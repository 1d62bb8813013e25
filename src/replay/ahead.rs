//! `Ahead`: a recording parsed by a thread of its own, so that whoever folds it need not wait.
//!
//! Gives batches of events with their lines, in order; a batch given back is filled again, which keeps
//! memory bounded and freeing off the folding thread. For opening long recordings; `Replay` plays one.

use std::io::{self, BufRead};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use crate::trace::{Event, Header, ReadError, Reader};

/// Events and bytes of lines of a batch, and batches that may wait.
const EVENTS: usize = 1024;
const BYTES: usize = 1 << 20;
const WAITING: usize = 4;

/// Events that follow each other, with their lines.
#[derive(Debug, Default)]
pub struct Batch {
    text: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
    events: Vec<Event>,
}

impl Batch {
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Each event with its line, the newline left out, as `History::push_line` takes it.
    pub fn lines(&self) -> impl Iterator<Item = (&[u8], &Event)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let lines = starts.zip(&self.ends);
        let lines = lines.map(|(start, end)| self.text.get(start..*end).unwrap_or_default());
        lines.zip(&self.events)
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.events.clear();
    }

    fn add(&mut self, line: &[u8], event: Event) {
        self.text
            .extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        self.ends.push(self.text.len());
        self.events.push(event);
    }

    fn is_full(&self) -> bool {
        self.events.len() >= EVENTS || self.text.len() >= BYTES
    }
}

/// What the thread says.
enum Said {
    Batch(Batch),
    Damage(ReadError),
    /// The end; whether a torn last line was left out.
    End {
        torn: bool,
    },
}

/// A recording read ahead.
pub struct Ahead {
    header: Header,
    said: Receiver<Said>,
    used: Sender<Batch>,
    torn: bool,
    over: bool,
}

impl Ahead {
    /// Starts the thread; it ends with the recording, or when this is dropped.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new<R: BufRead + Send + 'static>(reader: Reader<R>) -> io::Result<Ahead> {
        let header = reader.header().clone();
        let (say, said) = bounded(WAITING);
        let (used, again) = unbounded();
        std::thread::Builder::new()
            .name("reading".to_owned())
            .spawn(move || read(reader, &say, &again))?;
        Ok(Ahead {
            header,
            said,
            used,
            torn: false,
            over: false,
        })
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether the last line was cut off; known once `next_batch` gave `None`.
    pub fn torn(&self) -> bool {
        self.torn
    }

    /// The next events; `None` at the end.
    ///
    /// # Errors
    /// As `Reader::next_event`, once: afterwards nothing comes.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, ReadError> {
        if self.over {
            return Ok(None);
        }
        match self.said.recv() {
            Ok(Said::Batch(batch)) => Ok(Some(batch)),
            Ok(Said::Damage(why)) => {
                self.over = true;
                Err(why)
            }
            Ok(Said::End { torn }) => {
                self.over = true;
                self.torn = torn;
                Ok(None)
            }
            // It says how it ends; without that word it has panicked.
            Err(_) => {
                self.over = true;
                Err(io::Error::other("the reading thread has ended").into())
            }
        }
    }

    /// Gives a batch back to be filled again.
    pub fn give_back(&self, batch: Batch) {
        // Nobody needs it any more at the end.
        let _ = self.used.send(batch);
    }
}

fn read<R: BufRead>(mut reader: Reader<R>, say: &Sender<Said>, again: &Receiver<Batch>) {
    loop {
        let mut batch = again.try_recv().unwrap_or_default();
        batch.clear();
        let last = loop {
            match reader.next_event() {
                Ok(Some(event)) => batch.add(reader.line(), event),
                Ok(None) => {
                    break Some(Said::End {
                        torn: reader.torn(),
                    });
                }
                Err(why) => break Some(Said::Damage(why)),
            }
            if batch.is_full() {
                break None;
            }
        };
        let given = batch.events.is_empty() || say.send(Said::Batch(batch)).is_ok();
        if let Some(last) = last {
            // Nobody may be left to hear it.
            let _ = say.send(last);
            return;
        }
        if !given {
            return;
        }
    }
}
