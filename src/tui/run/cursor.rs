//! `Cursor`: the place in a run's history that is looked at.
//!
//! Now, or a place in the past whose World is kept at hand. In the past it may play on by itself, as its
//! play head moves.

use std::collections::VecDeque;
use std::time::Instant;

use crate::feed::PlayHead;
use crate::model::{History, World};
use crate::trace::Event;

/// How many times as fast as it was the past can be played.
const SPEEDS: [f64; 10] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
/// Speeds at which a short run is played back, so that it takes some seconds.
const SLOW: [f64; 10] = [
    0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.000_3, 0.000_1, 0.000_03, 0.000_01,
];
/// What that playing takes at least, in seconds.
const LONG_ENOUGH: f64 = 3.0;
/// Events passed in one go, at most.
const STRIDE: usize = 4096;

#[derive(Debug)]
pub(crate) struct Cursor {
    /// The place looked at and its World; `None` is now.
    past: Option<(u64, World)>,
    /// Events behind that place, read ahead while it plays.
    ahead: VecDeque<Event>,
    head: PlayHead,
}

impl Cursor {
    /// Now.
    pub(super) fn now() -> Cursor {
        Cursor {
            past: None,
            ahead: VecDeque::new(),
            head: PlayHead::new(1.0),
        }
    }

    /// Before the first event of what is played at about this speed.
    pub(super) fn at_the_beginning(empty: World, speed: f64) -> Cursor {
        Cursor {
            past: Some((0, empty)),
            head: PlayHead::new(SPEEDS[nearest(speed)]),
            ..Cursor::now()
        }
    }

    pub(super) fn is_now(&self) -> bool {
        self.past.is_none()
    }

    pub(super) fn is_playing(&self) -> bool {
        self.head.is_moving()
    }

    pub(super) fn world<'a>(&'a self, history: &'a History) -> &'a World {
        let past = self.past.as_ref();
        past.map_or_else(|| history.now(), |(_, world)| world)
    }

    /// Events before it.
    pub(super) fn place(&self, history: &History) -> u64 {
        let past = self.past.as_ref();
        past.map_or_else(|| history.len(), |(place, _)| *place)
    }

    /// Moves behind the event of this number, and stops playing.
    pub(super) fn go(&mut self, history: &mut History, place: u64) {
        self.stop();
        self.ahead.clear();
        self.past = (place < history.len()).then(|| {
            let world = history.world_at(place).clone();
            (place, world)
        });
    }

    /// Stops playing; what was played back slowly is played as it was from now on.
    pub(super) fn stop(&mut self) {
        let speed = if self.is_slow() { 1.0 } else { self.speed() };
        let cut = self.cuts_waits();
        self.head = PlayHead::new(speed);
        self.head.cut_waits(cut);
    }

    /// Plays on from where it is, or holds it.
    pub(super) fn toggle_playing(&mut self, history: &History, now: Instant) {
        if self.head.is_moving() {
            return self.head.hold(now);
        }
        let from = self.head.at(now).max(self.world(history).now());
        self.head.play_from(now, from);
    }

    /// Plays on from the time `from`, which may be later than the event it stands behind.
    pub(super) fn play_from(&mut self, now: Instant, from: i64) {
        self.head.cut_waits(false);
        if self.past.is_some() {
            self.head.play_from(now, from);
        }
    }

    /// Plays on from the run's beginning, so that all of it, up to `end` (ns), takes some seconds.
    pub(super) fn play_slowly(&mut self, now: Instant, end: i64) {
        #[expect(clippy::cast_precision_loss, reason = "a speed")]
        let speed = |slow: &f64| end as f64 / 1e9 / slow >= LONG_ENOUGH;
        let slow = SLOW.iter().copied().find(speed);
        self.head
            .set_speed(now, slow.unwrap_or(SLOW[SLOW.len() - 1]));
        self.head.play_from(now, 0);
    }

    /// Whether it plays a short run so slowly.
    pub(super) fn is_slow(&self) -> bool {
        SLOW.contains(&self.head.speed())
    }

    pub(super) fn speed(&self) -> f64 {
        self.head.speed()
    }

    /// One step along the speeds.
    pub(super) fn change_speed(&mut self, by: i64, now: Instant) {
        let by = isize::try_from(by).unwrap_or(0);
        let next = nearest(self.head.speed()).saturating_add_signed(by);
        self.head.set_speed(now, SPEEDS[next.min(SPEEDS.len() - 1)]);
    }

    pub(super) fn cuts_waits(&self) -> bool {
        self.head.cuts_waits()
    }

    pub(super) fn cut_waits(&mut self, cut: bool) {
        self.head.cut_waits(cut);
    }

    /// Moves on to where the play head is; whether it moved. `grows`: the history's end is not its last.
    pub(super) fn play(&mut self, history: &History, grows: bool, now: Instant) -> bool {
        if !self.head.is_moving() {
            return false;
        }
        let Some((place, world)) = &mut self.past else {
            return false;
        };
        let end = history.len();
        let mut moved = false;
        for _ in 0..STRIDE {
            if self.ahead.is_empty() && *place < end {
                let ahead = &mut self.ahead;
                let source = history.packed();
                let to = source.together(*place);
                source.visit(*place, to, &mut |event| ahead.push_back(event.clone()));
            }
            let Some(event) = self.ahead.front() else {
                break;
            };
            if !self.head.reaches(now, event.t.max(world.now())) {
                break;
            }
            world.apply(event);
            self.ahead.pop_front();
            *place += 1;
            moved = true;
        }
        if *place >= end && !grows {
            self.past = None;
            self.stop();
            moved = true;
        }
        moved
    }

    /// When the play head passes the next event (ns of the run); `None` at the end.
    pub(super) fn next_due(&self, history: &History) -> Option<i64> {
        let (place, world) = self.past.as_ref()?;
        let t = match self.ahead.front() {
            Some(event) => event.t,
            None => history.event(place + 1)?.t,
        };
        Some(t.max(world.now()))
    }

    /// Plays on to the moment `t` of the run, whatever the clock says. At its end it stands at now.
    pub(super) fn play_to(&mut self, history: &History, now: Instant, t: i64) {
        while self.past.is_some() {
            self.head.play_from(now, t);
            if !self.play(history, false, now) {
                return;
            }
        }
    }
}

/// The place of the speed next to this one.
fn nearest(speed: f64) -> usize {
    let far = |known: &f64| (known / speed).ln().abs();
    let places = SPEEDS.iter().enumerate();
    let nearest = places.min_by(|(_, one), (_, other)| far(one).total_cmp(&far(other)));
    nearest.map_or(0, |(place, _)| place)
}
