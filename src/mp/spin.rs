//! Looking again for a moment before a sleep, where that has been seen to pay.
//!
//! A sleep and a wake between two processors take tens of microseconds on a virtual machine, the
//! other side's answer often one. But where both share a processor a sleep is the quick way, and
//! where the other side rests every look is lost. So `Spin` goes by what it sees: it begins after
//! sleeps that were about as long as a wake takes, ends with the first look in vain, and asks for
//! twice as many such sleeps each time until it has paid often in a row. It refuses on one
//! processor, and while traced: there an operation says that it waits and sleeps at once.

use std::sync::atomic::{AtomicU32, Ordering};

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

use super::tracer;
use crate::sys::clock;

/// Longest spin, in ns: about what a sleep and a wake of two idle processors cost.
const MOST: i64 = 60_000;
/// Spins in a row that must have paid before one in vain is forgiven.
const OFTEN: u32 = 64;
/// Sleeps a spin would have been better than, in ns: shorter ones were on one processor, longer ones
/// are the other side's rest.
const PROMISING: std::ops::RangeInclusive<i64> = 10_000..=120_000;
/// Most promising sleeps that are asked for before the next spin.
const MOST_ASKED: u32 = 1 << 12;
/// Looks between two readings of the clock.
const LOOKS: u32 = 16;

/// The spin before sleeps on words of shared memory.
pub(crate) static WORDS: Spin = Spin::new();

/// Whether it pays to look again at one kind of thing.
#[derive(Debug)]
pub(crate) struct Spin {
    /// 0 while it sleeps at once.
    on: AtomicU32,
    /// Spins that paid since the last in vain.
    paid: AtomicU32,
    /// Promising sleeps still to come before the next spin.
    asked: AtomicU32,
    /// What is asked when a spin is in vain next.
    next: AtomicU32,
}

impl Spin {
    pub(crate) const fn new() -> Spin {
        Spin {
            on: AtomicU32::new(0),
            paid: AtomicU32::new(0),
            asked: AtomicU32::new(1),
            next: AtomicU32::new(2),
        }
    }

    fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed) != 0
    }

    /// Looks until `there` holds, for a moment at most and mostly not at all; whether it does.
    pub(crate) fn until(&self, mut there: impl FnMut() -> bool) -> bool {
        if !self.is_on() || tracer::on() || processors() == 1 {
            return false;
        }
        let Some(_spinning) = Spinning::begin() else {
            return false;
        };
        let end = clock::monotonic_ns() + MOST;
        loop {
            for _ in 0..LOOKS {
                if there() {
                    self.has_paid();
                    return true;
                }
                std::hint::spin_loop();
            }
            if clock::monotonic_ns() >= end {
                self.was_in_vain();
                return false;
            }
        }
    }

    /// Looks of a wait that takes a few in any case: hardly any where sleeps have been cheap.
    pub(crate) fn looks(&self, count: u32) -> u32 {
        if tracer::on() || self.is_on() {
            looks(count)
        } else {
            looks(count / 16)
        }
    }

    /// Sleeps, and learns from how long.
    pub(crate) fn sleep<T>(&self, sleep: impl FnOnce() -> T) -> T {
        if self.is_on() || tracer::on() || processors() == 1 {
            return sleep();
        }
        let begun = clock::monotonic_ns();
        let value = sleep();
        self.slept(clock::monotonic_ns() - begun);
        value
    }

    fn slept(&self, ns: i64) {
        if PROMISING.contains(&ns) {
            match self.asked.load(Ordering::Relaxed) {
                0 | 1 => self.on.store(1, Ordering::Relaxed),
                asked => self.asked.store(asked - 1, Ordering::Relaxed),
            }
        }
    }

    fn has_paid(&self) {
        let paid = self.paid.load(Ordering::Relaxed).saturating_add(1);
        self.paid.store(paid, Ordering::Relaxed);
        if paid == OFTEN {
            self.next.store(2, Ordering::Relaxed);
        }
    }

    fn was_in_vain(&self) {
        if self.paid.swap(0, Ordering::Relaxed) >= OFTEN {
            return;
        }
        let next = self.next.load(Ordering::Relaxed);
        self.asked.store(next, Ordering::Relaxed);
        self.next
            .store((next * 2).min(MOST_ASKED), Ordering::Relaxed);
        self.on.store(0, Ordering::Relaxed);
    }
}

/// Looks that a wait of a fixed, short number of them may take: none on one processor.
#[inline]
pub(crate) fn looks(count: u32) -> u32 {
    if processors() == 1 { 0 } else { count }
}

/// One thread of this process that spins; only a manager's server has several.
struct Spinning;

static SPINNING: AtomicU32 = AtomicU32::new(0);

impl Spinning {
    /// `None` when one processor would not be left for those that are waited for.
    fn begin() -> Option<Spinning> {
        let spinning = Spinning;
        (SPINNING.fetch_add(1, Ordering::Relaxed) + 1 < processors()).then_some(spinning)
    }
}

impl Drop for Spinning {
    fn drop(&mut self) {
        SPINNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Processors this process may run on, asked once; children inherit the answer as they do the mask.
#[inline]
fn processors() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    match COUNT.load(Ordering::Relaxed) {
        0 => {
            let count = allowed();
            COUNT.store(count, Ordering::Relaxed);
            count
        }
        count => count,
    }
}

#[cold]
fn allowed() -> u32 {
    let Ok(set) = sched_getaffinity(Pid::from_raw(0)) else {
        return 1;
    };
    let count = (0..CpuSet::count())
        .filter(|cpu| set.is_set(*cpu).unwrap_or(false))
        .count();
    u32::try_from(count.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{OFTEN, Spin, processors};

    const WAKE: i64 = 30_000;

    /// How many sleeps as long as a wake it takes until it spins.
    fn asked(spin: &Spin) -> Option<u32> {
        (1..=64).find(|_| {
            spin.slept(WAKE);
            spin.is_on()
        })
    }

    #[test]
    fn it_begins_after_a_sleep_as_long_as_a_wake_takes() {
        let spin = Spin::new();
        for other in [3_000, 4_000_000] {
            spin.slept(other);
            assert!(!spin.is_on(), "after {other} ns");
        }
        assert_eq!(asked(&spin), Some(1));
    }

    #[test]
    fn each_end_asks_for_more_until_it_has_paid_often() {
        let spin = Spin::new();
        for wanted in [1, 2, 4, 8] {
            assert_eq!(asked(&spin), Some(wanted));
            spin.has_paid();
            spin.was_in_vain();
            assert!(!spin.is_on());
        }
        assert_eq!(asked(&spin), Some(16));
        for _ in 0..OFTEN {
            spin.has_paid();
        }
        spin.was_in_vain();
        assert!(spin.is_on(), "one is forgiven");
        spin.was_in_vain();
        assert_eq!(asked(&spin), Some(2));
    }

    #[test]
    fn a_spin_ends_by_itself_and_sees_what_comes() {
        let spin = Spin::new();
        assert!(!spin.until(|| panic!("not before there is reason to")));
        let several = processors() > 1;
        spin.slept(WAKE);
        let mut left = 3;
        let there = spin.until(|| {
            left -= 1;
            left == 0
        });
        assert_eq!(there, several);
        let mut looks = 0;
        assert!(!spin.until(|| {
            looks += 1;
            false
        }));
        assert_eq!((looks > 0, spin.is_on()), (several, !several));
    }
}
