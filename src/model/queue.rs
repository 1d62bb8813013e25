//! `Queue`, `SimpleQueue` and `JoinableQueue`: what is in them, who put it, who got it.
//!
//! A message has an identity (`args.item`); a get names the one it took, which need not be the one
//! put first when several processes put. Also the message and delivery types connections share.

use std::sync::Arc;

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::appended::Appended;
use super::chunked::Chunked;
use super::family::Family;
use super::limits::clip;
use super::step::Step;

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `PID:n` of its producer; empty where the event did not say.
    pub item: Arc<str>,
    pub value: Arc<str>,
    pub producer: u32,
    /// When it was put: event, and ns since the run began.
    pub seq: u64,
    pub t: i64,
}

/// A message that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub message: Message,
    pub consumer: u32,
    pub seq: u64,
    pub t: i64,
}

/// Messages in the order they were put, and what became of those that were taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mailbox {
    /// With a hole for each that was taken before those put earlier.
    kept: Chunked<Option<Message>>,
    holes: usize,
    /// Messages that are in it but not kept, because there are too many.
    pub hidden: u64,
    /// Messages that were taken, in that order; the latest ones.
    pub delivered: Appended<Delivery>,
    pub put: u64,
    pub taken: u64,
    /// Messages without an identity whose get was told before their put: both may be told late.
    early: u64,
}

impl Mailbox {
    /// Messages in it.
    pub fn len(&self) -> u64 {
        (self.kept.len() - self.holes) as u64 + self.hidden
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The messages kept, first put first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.kept.iter().flatten()
    }

    /// Messages kept, those that were taken included.
    pub(super) fn size(&self) -> usize {
        self.kept.len() + self.delivered.len()
    }

    pub(super) fn put(&mut self, step: &Step<'_>) {
        self.put += 1;
        if self.early > 0 && step.op.args.item.is_none() {
            self.early -= 1;
            return;
        }
        if self.kept.len() >= step.limits.elements {
            self.hidden += 1;
            return;
        }
        let args = &step.op.args;
        self.kept.push(Some(Message {
            item: clip(args.item.as_deref().unwrap_or_default()),
            value: clip(args.value.as_deref().unwrap_or_default()),
            producer: step.proc,
            seq: step.seq,
            t: step.t,
        }));
    }

    pub(super) fn take(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        self.taken += 1;
        let Some(message) = self.remove(step.op.args.item.as_deref()) else {
            if self.hidden > 0 {
                self.hidden -= 1;
                return None;
            }
            // Whose messages have no identity (a manager's) may be told in another order.
            if step.op.args.item.is_none() {
                self.early += 1;
                return None;
            }
            return Some(AnomalyKind::NeverPut);
        };
        let delivery = Delivery {
            message,
            consumer: step.proc,
            seq: step.seq,
            t: step.t,
        };
        self.delivered.push_bounded(delivery, step.limits.elements);
        None
    }

    /// Takes out the message with this identity, or the first. It is near the front but for
    /// hostile logs: only producers that run side by side change places.
    fn remove(&mut self, item: Option<&str>) -> Option<Message> {
        let place = self.kept.iter().position(|message| {
            let Some(message) = message else { return false };
            item.is_none_or(|item| *message.item == *item)
        })?;
        let message = self.kept.get_mut(place)?.take();
        self.holes += 1;
        while let Some(None) = self.kept.get(0) {
            self.kept.drop_front();
            self.holes -= 1;
        }
        message
    }
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Queue {
    /// Most messages it holds; `None` is no bound worth naming.
    pub maxsize: Option<u64>,
    pub mailbox: Mailbox,
    /// Messages not yet answered by `task_done`.
    pub unfinished: u64,
    /// Processes that closed it.
    pub closed_by: Vec<u32>,
    /// Who took messages, in the order of the first.
    pub takers: Vec<Taker>,
    /// Who put messages, in the order of the first.
    pub putters: Vec<u32>,
}

/// A process that took messages of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taker {
    pub proc: u32,
    pub taken: u64,
    /// Times it called `task_done`.
    pub done: u64,
    /// Where it took the last one, and which.
    pub at: Option<Arc<str>>,
    pub value: Arc<str>,
}

/// Most processes that are kept by name.
const NAMED: usize = 256;

impl Queue {
    pub fn is_full(&self) -> bool {
        self.maxsize.is_some_and(|most| self.mailbox.len() >= most)
    }

    fn taker(&mut self, proc: u32) -> Option<&mut Taker> {
        self.takers.iter_mut().find(|taker| taker.proc == proc)
    }

    fn taken_by(&mut self, step: &Step<'_>) {
        let last = self.mailbox.delivered.iter().next_back();
        let value = last.map_or_else(|| Arc::from(""), |last| Arc::clone(&last.message.value));
        if let Some(taker) = self.taker(step.proc) {
            taker.taken += 1;
            taker.at = step.at.cloned();
            taker.value = value;
        } else if self.takers.len() < NAMED {
            self.takers.push(Taker {
                proc: step.proc,
                taken: 1,
                done: 0,
                at: step.at.cloned(),
                value,
            });
        }
    }
}

impl Family for Queue {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        // A get that raised and names its message took one that could not be decoded.
        let took = step.op.op == OpName::QueueGet && step.op.args.item.is_some();
        if !step.done() && !took {
            return None;
        }
        match step.op.op {
            OpName::Create => {
                // 0 or less is CPython's word for 'no bound'.
                self.maxsize = step
                    .op
                    .args
                    .n
                    .and_then(|n| u64::try_from(n).ok())
                    .filter(|n| *n > 0);
            }
            OpName::Put => {
                self.mailbox.put(step);
                self.unfinished += 1;
                if !self.putters.contains(&step.proc) && self.putters.len() < NAMED {
                    self.putters.push(step.proc);
                }
            }
            OpName::QueueGet => {
                let found = self.mailbox.take(step);
                self.taken_by(step);
                return found;
            }
            OpName::TaskDone => {
                self.unfinished = self.unfinished.saturating_sub(1);
                if let Some(taker) = self.taker(step.proc) {
                    taker.done += 1;
                }
            }
            OpName::Close if !self.closed_by.contains(&step.proc) => {
                self.closed_by.push(step.proc);
            }
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        self.mailbox.size()
    }
}
