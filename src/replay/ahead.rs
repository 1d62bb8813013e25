//! `Ahead`: a recording parsed by a thread of its own, so that whoever folds it need not wait.
//!
//! A `Feed` that gives everything as fast as it can be read, each event with its line. What is given
//! back is filled again, which keeps memory bounded and freeing off the folding thread. For opening
//! recordings; `Replay` plays one in its own time.

use std::io::{self, BufRead};
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw};
use crate::trace::{Batch, Header, ReadError, Reader};

/// Batches that may wait.
const WAITING: usize = 4;

/// What the thread says.
enum Message {
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
    messages: Receiver<Message>,
    used: Sender<Batch>,
    over: bool,
    flaw: Option<Flaw>,
    words: Box<dyn Fn(&ReadError) -> String>,
}

impl Ahead {
    /// Starts the thread; it ends with the recording, or when this is dropped.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new<R: BufRead + Send + 'static>(reader: Reader<R>) -> io::Result<Ahead> {
        let header = reader.header().clone();
        let (sender, messages) = bounded(WAITING);
        let (used, again) = unbounded();
        std::thread::Builder::new()
            .name("reading".to_owned())
            .spawn(move || read(reader, &sender, &again))?;
        Ok(Ahead {
            header,
            messages,
            used,
            over: false,
            flaw: None,
            words: Box::new(ReadError::to_string),
        })
    }

    /// Has damage told in these words.
    pub fn in_words(mut self, words: impl Fn(&ReadError) -> String + 'static) -> Ahead {
        self.words = Box::new(words);
        self
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    fn end(&mut self, damage: Option<&ReadError>) -> FeedItem {
        self.over = true;
        self.flaw = damage.map(|why| Flaw::Damaged((self.words)(why)));
        FeedItem::End
    }
}

impl Feed for Ahead {
    fn poll(&mut self, deadline: Instant) -> FeedItem {
        if self.over {
            return FeedItem::End;
        }
        match self.messages.recv_deadline(deadline) {
            Ok(Message::Batch(batch)) => FeedItem::Events(batch),
            Ok(Message::Damage(why)) => self.end(Some(&why)),
            Ok(Message::End { torn }) => {
                self.end(None);
                self.flaw = torn.then_some(Flaw::Torn);
                FeedItem::End
            }
            Err(RecvTimeoutError::Timeout) => FeedItem::Idle,
            // It says how it ends; without that word it has panicked.
            Err(RecvTimeoutError::Disconnected) => self.end(Some(
                &io::Error::other("the reading thread has ended").into(),
            )),
        }
    }

    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    fn control(&mut self, _: Control) -> Result<(), ControlError> {
        Err(if self.over {
            ControlError::Over
        } else {
            ControlError::Unable
        })
    }

    fn give_back(&mut self, batch: Batch) {
        // Nobody needs it any more at the end.
        let _ = self.used.send(batch);
    }

    fn flaw(&self) -> Option<Flaw> {
        self.flaw.clone()
    }
}

fn read<R: BufRead>(mut reader: Reader<R>, sender: &Sender<Message>, again: &Receiver<Batch>) {
    loop {
        let mut batch = again.try_recv().unwrap_or_default();
        batch.clear();
        let last = loop {
            match reader.next_event() {
                Ok(Some(event)) => batch.add_read(reader.line(), event),
                Ok(None) => {
                    break Some(Message::End {
                        torn: reader.torn(),
                    });
                }
                Err(why) => break Some(Message::Damage(why)),
            }
            if batch.is_full() {
                break None;
            }
        };
        let given = batch.is_empty() || sender.send(Message::Batch(batch)).is_ok();
        if let Some(last) = last {
            // Nobody may be left to hear it.
            let _ = sender.send(last);
            return;
        }
        if !given {
            return;
        }
    }
}
