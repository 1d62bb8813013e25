//! Looking again for a moment before a sleep, where that has been seen to pay.
//!
//! A sleep and a wake between two processors take tens of microseconds on a virtual machine, the
//! other side's answer often one. But where both share a processor a sleep is the quick way, and
//! where the other side rests every look is lost. So `Spin` goes by what it sees: it begins after
//! sleeps that were about as long as a wake takes, ends after a few looks in vain, and then asks for
//! ever more such sleeps. It refuses on one processor, and while traced: there an operation says that
//! it waits and sleeps at once.

use std::sync::atomic::{AtomicU32, Ordering};

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

use super::tracer;
use crate::sys::clock;

/// Longest spin, in ns: about what a sleep and a wake of two idle processors cost.
const MOST: u32 = 60_000;
/// A spin this short has been in vain a few times: it ends.
const LEAST: u32 = 10_000;
/// Sleeps a spin would have been better than, in ns: shorter ones were on one processor, longer ones
/// are the other side's rest.
const PROMISING: std::ops::RangeInclusive<i64> = 10_000..=120_000;
/// Most promising sleeps that are asked for before the next spin.
const MOST_ASKED: u32 = 1 << 12;
/// Looks between two readings of the clock.
const LOOKS: u32 = 16;

/// The spin before sleeps on words of shared memory.
pub(crate) static WORDS: Spin = Spin::new();

/// How long it pays to look again at one kind of thing.
#[derive(Debug)]
pub(crate) struct Spin {
    /// Length of the next spin, in ns; 0 for none.
    budget: AtomicU32,
    /// Promising sleeps still to come before the next spin.
    asked: AtomicU32,
    /// What is asked when the spins have been in vain next.
    next: AtomicU32,
}

impl Spin {
    pub(crate) const fn new() -> Spin {
        Spin {
            budget: AtomicU32::new(0),
            asked: AtomicU32::new(1),
            next: AtomicU32::new(2),
        }
    }

    /// Looks until `there` holds, for a moment at most and mostly not at all; whether it does.
    pub(crate) fn until(&self, mut there: impl FnMut() -> bool) -> bool {
        let budget = self.budget.load(Ordering::Relaxed);
        if budget == 0 || tracer::on() || processors() == 1 {
            return false;
        }
        let Some(_spinning) = Spinning::begin() else {
            return false;
        };
        let end = clock::monotonic_ns() + i64::from(budget);
        loop {
            for _ in 0..LOOKS {
                if there() {
                    self.paid();
                    return true;
                }
                std::hint::spin_loop();
            }
            if clock::monotonic_ns() >= end {
                self.was_in_vain(budget);
                return false;
            }
        }
    }

    /// Looks of a wait that takes a few in any case: hardly any where sleeps have been cheap.
    pub(crate) fn looks(&self, count: u32) -> u32 {
        if tracer::on() || self.budget.load(Ordering::Relaxed) != 0 {
            looks(count)
        } else {
            looks(count / 16)
        }
    }

    /// Sleeps, and learns from how long.
    pub(crate) fn sleep<T>(&self, sleep: impl FnOnce() -> T) -> T {
        if self.budget.load(Ordering::Relaxed) != 0 || tracer::on() || processors() == 1 {
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
                0 | 1 => self.budget.store(MOST, Ordering::Relaxed),
                asked => self.asked.store(asked - 1, Ordering::Relaxed),
            }
        }
    }

    fn paid(&self) {
        self.budget.store(MOST, Ordering::Relaxed);
        self.next.store(2, Ordering::Relaxed);
    }

    fn was_in_vain(&self, budget: u32) {
        if budget / 2 >= LEAST {
            return self.budget.store(budget / 2, Ordering::Relaxed);
        }
        let next = self.next.load(Ordering::Relaxed);
        self.asked.store(next, Ordering::Relaxed);
        self.next
            .store((next * 2).min(MOST_ASKED), Ordering::Relaxed);
        self.budget.store(0, Ordering::Relaxed);
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
    use super::{MOST, Spin, processors};

    const WAKE: i64 = 30_000;

    fn spins(spin: &Spin) -> bool {
        spin.budget.load(std::sync::atomic::Ordering::Relaxed) > 0
    }

    /// Spins until they end.
    fn in_vain(spin: &Spin) {
        while spins(spin) {
            spin.was_in_vain(spin.budget.load(std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn it_begins_after_a_sleep_as_long_as_a_wake_takes() {
        let spin = Spin::new();
        for other in [3_000, 4_000_000] {
            spin.slept(other);
            assert!(!spins(&spin), "after {other} ns");
        }
        spin.slept(WAKE);
        assert!(spins(&spin));
    }

    #[test]
    fn each_end_asks_for_more_until_one_pays() {
        let spin = Spin::new();
        let asked = || {
            (1..=64).find(|_| {
                spin.slept(WAKE);
                spins(&spin)
            })
        };
        for wanted in [1, 2, 4, 8] {
            assert_eq!(asked(), Some(wanted));
            in_vain(&spin);
        }
        assert_eq!(asked(), Some(16));
        spin.paid();
        in_vain(&spin);
        assert_eq!(asked(), Some(2));
    }

    #[test]
    fn a_spin_ends_by_itself_and_sees_what_comes() {
        let spin = Spin::new();
        assert!(!spin.until(|| panic!("not before there is reason to")));
        spin.slept(WAKE);
        let mut looks = 0;
        assert!(!spin.until(|| {
            looks += 1;
            false
        }));
        assert_eq!(looks > 0, processors() > 1);
        let mut left = 3;
        let there = spin.until(|| {
            left -= 1;
            left == 0
        });
        assert_eq!(there, processors() > 1);
        assert!(spin.budget.into_inner() == MOST);
    }
}
