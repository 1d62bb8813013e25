//! `Intake`: events on their way from the feed into the history.

use std::time::Instant;

use crate::feed::{Control, Feed, FeedItem, Flaw};
use crate::finding::Findings;
use crate::model::History;
use crate::trace::{Batch, FaultKind, Kind};

/// Bytes of a recording kept to look back on, at most, packed: one made to harm has no end.
const KEPT: usize = 1 << 30;

/// What taking events came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says something of its own"
)]
pub(crate) struct Received {
    pub(crate) came: bool,
    /// The time was over before the feed was empty.
    pub(crate) more: bool,
    /// The run ended in these.
    pub(crate) ended: bool,
    /// Something went wrong in a live run.
    pub(crate) fault: Option<FaultKind>,
    /// A live run stands still.
    pub(crate) stuck: bool,
}

pub(super) struct Intake {
    feed: Box<dyn Feed>,
    /// Events taken from the feed, and how many of them are in the history.
    waiting: (Batch, usize),
    /// A recording: its faults are old, and it is read as fast as it comes.
    recorded: bool,
    /// What may be kept of a recording.
    most_kept: usize,
    /// When something other than rows of ps came last, ns.
    pub(super) acted_at: i64,
    /// The feed has no more.
    pub(super) over: bool,
    pub(super) flaw: Option<Flaw>,
}

impl Intake {
    pub(super) fn new(feed: Box<dyn Feed>, recorded: bool) -> Intake {
        Intake {
            feed,
            waiting: Default::default(),
            recorded,
            most_kept: KEPT,
            acted_at: 0,
            over: false,
            flaw: None,
        }
    }

    #[cfg(test)]
    pub(super) fn keep_at_most(&mut self, bytes: usize) {
        self.most_kept = bytes;
    }

    /// Takes what has come until `clock` says `until`.
    pub(super) fn take(
        &mut self,
        (history, findings): (&mut History, &mut Findings),
        clock: fn() -> Instant,
        until: Instant,
    ) -> Received {
        let mut taken = Received::default();
        while !self.over {
            let now = clock();
            if taken.came && now >= until {
                taken.more = true;
                break;
            }
            if self.take_waiting(history, findings, &mut taken) {
                continue;
            }
            match self.feed.poll(now) {
                FeedItem::Events(batch) => self.waiting = (batch, 0),
                FeedItem::Idle => break,
                FeedItem::End => {
                    let flaw = self.feed.flaw();
                    self.end(flaw);
                    findings.end(history.now());
                    taken.came = true;
                    taken.ended = true;
                }
            }
        }
        taken
    }

    /// Takes events that came and are not in the history yet; false where there are none. Of a live run
    /// one at a time: a few events of a flood are more than a key may wait for.
    fn take_waiting(
        &mut self,
        history: &mut History,
        findings: &mut Findings,
        taken: &mut Received,
    ) -> bool {
        let (batch, place) = &mut self.waiting;
        let before = *place;
        while let Some((line, event)) = batch
            .get(*place)
            .filter(|_| self.recorded || *place == before)
        {
            match &event.kind {
                Kind::Fault(fault) if !self.recorded => taken.fault = Some(fault.fault),
                Kind::Look(look) if !self.recorded => taken.stuck |= look.stuck,
                _ => {}
            }
            findings.before(history.now(), event);
            if !matches!(event.kind, Kind::Ps(_)) {
                self.acted_at = self.acted_at.max(event.t);
            }
            history.push(line, event);
            findings.after(history.now(), event);
            *place += 1;
        }
        let came = *place > before;
        if came && *place == batch.len() {
            let batch = std::mem::take(&mut self.waiting).0;
            self.feed.give_back(batch);
        }
        taken.came |= came;
        if self.recorded && history.packed().bytes() > self.most_kept {
            self.end(Some(Flaw::Large));
            taken.ended = true;
        }
        came
    }

    /// No more of it will come.
    fn end(&mut self, flaw: Option<Flaw>) {
        self.over = true;
        self.flaw = flaw;
    }

    pub(super) fn control(&mut self, control: Control) -> bool {
        self.feed.abilities().obeys(control) && self.feed.control(control).is_ok()
    }

    pub(super) fn is_live(&self) -> bool {
        !self.over && self.feed.abilities().live
    }
}
