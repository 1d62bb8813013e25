//! `PlayHead`: a moment of a recorded run that moves with a clock.
//!
//! The screen, the headless replay and the film play by it: as fast as they are told, long waits cut where
//! that is wanted. It reads no clock of its own; whoever plays says what time it is.

use std::time::{Duration, Instant};

/// Where idle time is cut, no wait between two events is longer than this; ns of the run.
const LONGEST_WAIT: i64 = 300_000_000;

/// A moment of a run, moving or held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlayHead {
    /// Where it stood at `since`, or is held; ns of the run.
    position: i64,
    /// Since when it moves; `None` while it is held.
    since: Option<Instant>,
    /// Seconds of the run a second; more than 0, finite.
    speed: f64,
    cuts_waits: bool,
}

impl PlayHead {
    /// Held before the first event.
    pub fn new(speed: f64) -> PlayHead {
        PlayHead {
            position: i64::MIN,
            since: None,
            speed,
            cuts_waits: false,
        }
    }

    pub fn is_moving(&self) -> bool {
        self.since.is_some()
    }

    pub fn speed(&self) -> f64 {
        self.speed
    }

    pub fn cuts_waits(&self) -> bool {
        self.cuts_waits
    }

    pub fn cut_waits(&mut self, cut: bool) {
        self.cuts_waits = cut;
    }

    /// Where it is, ns of the run.
    pub fn at(&self, now: Instant) -> i64 {
        let Some(since) = self.since else {
            return self.position;
        };
        let passed = now.saturating_duration_since(since).as_secs_f64() * self.speed;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float beyond i64 becomes its largest value"
        )]
        self.position.saturating_add((passed * 1e9) as i64)
    }

    /// Moves on from `position`.
    pub fn play_from(&mut self, now: Instant, position: i64) {
        self.position = position;
        self.since = Some(now);
    }

    /// Stays where it is.
    pub fn hold(&mut self, now: Instant) {
        self.position = self.at(now);
        self.since = None;
    }

    pub fn set_speed(&mut self, now: Instant, speed: f64) {
        if self.is_moving() {
            self.play_from(now, self.at(now));
        }
        self.speed = speed;
    }

    /// Whether it has come to `due`. Where waits are cut, it first jumps to shortly before.
    pub fn reaches(&mut self, now: Instant, due: i64) -> bool {
        let at = self.at(now);
        if self.cuts_waits && due.saturating_sub(at) > LONGEST_WAIT {
            self.position = due - LONGEST_WAIT;
            self.since = self.since.map(|_| now);
            return false;
        }
        due <= at
    }

    /// When it comes to `due`; `None` while it is held, or where no clock goes so far.
    pub fn when(&self, due: i64) -> Option<Instant> {
        let left = due.saturating_sub(self.position).max(0);
        #[expect(clippy::cast_precision_loss, reason = "a wait is no exact number")]
        let left = Duration::try_from_secs_f64(left as f64 / 1e9 / self.speed);
        self.since?.checked_add(left.unwrap_or(Duration::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::PlayHead;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an instant to count from")]
    fn it_moves_as_fast_as_it_is_told_and_cuts_waits() {
        let begun = Instant::now();
        let after = |ms| begun + Duration::from_millis(ms);
        let mut head = PlayHead::new(2.0);
        assert_eq!((head.is_moving(), head.when(0)), (false, None));
        head.play_from(begun, 0);
        assert_eq!(head.at(after(5)), 10_000_000);
        assert_eq!(head.when(10_000_000), Some(after(5)));
        head.set_speed(after(5), 0.5);
        assert_eq!(head.at(after(7)), 11_000_000);
        head.hold(after(7));
        assert_eq!(head.at(after(100)), 11_000_000);
        head.play_from(after(100), 11_000_000);
        head.cut_waits(true);
        assert!(!head.reaches(after(100), 60_000_000_000));
        assert_eq!(head.at(after(100)), 59_700_000_000);
        assert!(head.reaches(after(700), 60_000_000_000));
    }
}
