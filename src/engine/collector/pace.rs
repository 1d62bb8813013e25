//! How the collector waits: at once when little comes, in short naps when much comes.
//!
//! A reader asleep in poll(2) makes every sender pay for waking it, about doubling what a packet
//! costs it. So when packets come thick the collector sleeps without looking and reads many at once;
//! when they come thin, or a process is being born, it waits in poll(2) and answers at once.

use std::time::Duration;

/// Wake-ups in a row, each sooner than `SOON` after the last, before naps begin.
const STREAK: u32 = 8;
const SOON: i64 = 200_000;
/// Packets a nap should gather.
const HAUL: u32 = 192;
const SHORTEST: u32 = 100;
const LONGEST: u32 = 1_000;
/// Naps gathering fewer than this end the naps.
const FEW: usize = 3;

/// The state of waiting.
#[derive(Debug)]
pub(crate) struct Pace {
    streak: u32,
    last: i64,
    /// Microseconds of the next nap; 0 waits in poll(2).
    nap: u32,
}

impl Pace {
    pub(crate) fn new() -> Pace {
        Pace {
            streak: 0,
            last: 0,
            nap: 0,
        }
    }

    /// The nap to take before reading; `None` to wait in poll(2).
    pub(crate) fn nap(&self) -> Option<Duration> {
        (self.nap > 0).then(|| Duration::from_micros(self.nap.into()))
    }

    /// After a round at time `now` (ns) that read `packets`, of which `births` introduced processes.
    pub(crate) fn note(&mut self, now: i64, packets: usize, births: usize) {
        if births > 0 {
            // More of them may follow, each waiting for its answer.
            *self = Pace {
                last: now,
                ..Pace::new()
            };
        } else if self.nap > 0 {
            if packets < FEW {
                *self = Pace {
                    last: now,
                    ..Pace::new()
                };
            } else {
                let packets = u32::try_from(packets).unwrap_or(u32::MAX);
                self.nap = (self.nap.saturating_mul(HAUL) / packets).clamp(SHORTEST, LONGEST);
            }
        } else {
            let soon = packets > 0 && now - self.last < SOON;
            self.streak = if soon { self.streak + 1 } else { 0 };
            self.last = now;
            if self.streak >= STREAK {
                self.nap = LONGEST / 4;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pace, SHORTEST, STREAK};

    fn dense() -> (Pace, i64) {
        let (mut pace, mut now) = (Pace::new(), 1_000_000_000);
        pace.note(now, 1, 0);
        for _ in 0..STREAK {
            assert!(pace.nap().is_none());
            now += 50_000;
            pace.note(now, 1, 0);
        }
        assert!(pace.nap().is_some());
        (pace, now)
    }

    #[test]
    fn thick_traffic_brings_naps_and_thin_traffic_ends_them() {
        let (mut pace, now) = dense();
        pace.note(now + 250_000, 2, 0);
        assert!(pace.nap().is_none());
    }

    #[test]
    fn a_birth_ends_the_naps() {
        let (mut pace, now) = dense();
        pace.note(now + 250_000, 500, 1);
        assert!(pace.nap().is_none());
    }

    #[test]
    fn naps_grow_shorter_the_more_they_gather() {
        let (mut pace, now) = dense();
        let first = pace.nap();
        pace.note(now + 250_000, 800, 0);
        assert!(pace.nap() < first);
        pace.note(now + 500_000, 100_000, 0);
        assert_eq!(pace.nap().map(|nap| nap.as_micros()), Some(SHORTEST.into()));
        pace.note(now + 600_000, 10, 0);
        assert!(pace.nap().map(|nap| nap.as_micros()) > Some(SHORTEST.into()));
    }

    #[test]
    fn thin_traffic_is_answered_at_once() {
        let mut pace = Pace::new();
        for n in 0..100 {
            pace.note(n * 1_000_000, 1, 0);
            assert!(pace.nap().is_none());
        }
    }
}
