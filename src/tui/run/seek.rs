//! The play head moved by hand: by events, to a share or a moment, to the next event of a kind.

use super::RunView;
use crate::trace::{Event, Kind};
use crate::tui::action::Seek;
use crate::tui::destination::{Destination, EventQuery};

/// How many events are searched for one that fits, at most.
const SEARCHED: u64 = 2_000_000;

impl RunView {
    /// Moves the play head; false where there is no such event, and it stays.
    pub(crate) fn seek(&mut self, seek: Seek, selected: Option<u32>) -> bool {
        let (place, end) = self.places();
        let target = match seek {
            Seek::Now => Some(end),
            Seek::Events(by) => Some(place.saturating_add_signed(by).min(end)),
            Seek::Share(share) => Some(part_of(end, share)),
            Seek::Marker(by) => {
                Some(
                    self.marker(place, by)
                        .unwrap_or(if by > 0 { end } else { 0 }),
                )
            }
            Seek::Process(by) => {
                let proc = selected.or_else(|| self.event().and_then(|event| event.proc));
                self.find(place, by, |event| {
                    event.proc.is_some() && event.proc == proc
                })
            }
            Seek::Alike(by) => match (&self.wanted, self.event()) {
                (Some(wanted), _) => self.find_wanted(place, by, wanted),
                (None, Some(like)) => self.find(place, by, |event| alike(event, &like)),
                (None, None) => None,
            },
        };
        // Whoever moves the play head by hand wants to look.
        self.cursor.stop();
        target.map(|place| self.go(place)).is_some()
    }

    /// Goes where the learner's words say; false where there is nothing such.
    pub(crate) fn go_to(&mut self, target: Destination) -> bool {
        let (place, end) = self.places();
        let found = match target {
            Destination::Event(number) => Some(number.min(end)),
            Destination::Share(share) => Some(part_of(end, share)),
            Destination::Moment(t) => Some(self.history.place_at(t)),
            Destination::EventQuery(wanted) => {
                let found = self.find_wanted(place, 1, &wanted);
                // Behind the last one it begins again.
                let found = found.or_else(|| self.find_wanted(0, 1, &wanted));
                self.wanted = Some(wanted);
                found
            }
        };
        self.cursor.stop();
        found.map(|place| self.go(place)).is_some()
    }

    /// Goes on to the next event that printed these words, given in small letters.
    pub(crate) fn go_to_output(&mut self, words: &str) -> bool {
        let (place, _) = self.places();
        let prints = |event: &Event| match &event.kind {
            Kind::Output(output) => String::from_utf8_lossy(&output.data)
                .to_lowercase()
                .contains(words),
            _ => false,
        };
        let found = self.find(place, 1, prints);
        self.cursor.stop();
        found.map(|place| self.go(place)).is_some()
    }

    fn find_wanted(&self, place: u64, by: i64, wanted: &EventQuery) -> Option<u64> {
        let world = self.history.now();
        self.find(place, by, |event| wanted.fits(event, world))
    }

    fn go(&mut self, place: u64) {
        self.cursor.go(&mut self.history, place);
    }

    /// Back to before the first event.
    pub(crate) fn rewind(&mut self) {
        self.go(0);
    }

    /// Moves the play head behind the last event that is not later than `t`.
    pub(crate) fn seek_time(&mut self, t: i64) {
        self.go(self.history.place_at(t));
    }

    /// The nearest place before or behind `place` whose event is wanted.
    fn find(&self, place: u64, by: i64, wanted: impl Fn(&Event) -> bool) -> Option<u64> {
        let source = self.history.packed();
        let mut found = None;
        if by > 0 {
            let mut at = place;
            let end = self.history.len().min(place + SEARCHED);
            while found.is_none() && at < end {
                let to = (at + 512).min(end);
                source.visit(at, to, &mut |event| {
                    at += 1;
                    if found.is_none() && wanted(event) {
                        found = Some(at);
                    }
                });
                at = to;
            }
        } else {
            let mut to = place.saturating_sub(1);
            while found.is_none() && to > 0 {
                let from = to.saturating_sub(512);
                let mut at = from;
                source.visit(from, to, &mut |event| {
                    at += 1;
                    if wanted(event) {
                        found = Some(at);
                    }
                });
                to = from;
            }
        }
        found
    }

    /// The next place worth finding: a marker, a fault, a process's start.
    fn marker(&self, place: u64, by: i64) -> Option<u64> {
        let world = self.history.now();
        let starts = world.processes().map(|process| process.start_seq);
        let noted = world.markers().iter().map(|marker| marker.seq);
        let faults = world.faults().iter().map(|fault| fault.seq);
        let all = starts.chain(noted).chain(faults);
        if by > 0 {
            all.filter(|seq| *seq > place).min()
        } else {
            all.filter(|seq| *seq < place).max()
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place on the bar"
)]
fn part_of(end: u64, share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * end as f64).round() as u64
}

/// Whether two events are about the same object, and where both are about one cell or key of it the
/// same one; of events without an object, whether they are of the same kind.
fn alike(event: &Event, like: &Event) -> bool {
    let (one, other) = (event.kind.op(), like.kind.op());
    let object = |op: Option<&'_ crate::trace::Op>| op.and_then(|op| op.object.clone());
    match (one, other, object(one), object(other)) {
        (Some(one), Some(other), Some(object), Some(same)) => {
            let (cell, of) = (
                (&one.args.index, &one.args.key),
                (&other.args.index, &other.args.key),
            );
            object == same && (of == (&None, &None) || cell == of)
        }
        (_, _, None, None) => event.kind.word() == like.kind.word(),
        _ => false,
    }
}
