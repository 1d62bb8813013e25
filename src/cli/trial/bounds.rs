//! What one run may use, and a `Feed` that ends its run where it goes beyond.
//!
//! The bounds keep a mistake from filling the machine; they are no sandbox.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::engine::tree::living_below;
use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw};
use crate::lesson::Words;
use crate::sys::{clock, limits, stat::Stat};
use crate::trace::{Batch, Kind};

/// Processes that a student's run may add to those of the machine, where the kernel keeps count.
const SPARE: u64 = 600;

/// How often the processes are counted while there are many.
const COUNTED: Duration = Duration::from_millis(50);

/// What a run may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub time: Duration,
    /// Processes alive at once, and started in all.
    pub alive: usize,
    pub births: usize,
    /// Bytes written to stdout and stderr.
    pub output: usize,
    /// What the kernel keeps each process to; nothing, where it is the author's own program.
    pub each: Option<limits::Limits>,
}

impl Bounds {
    /// More than a lesson could need.
    pub(crate) fn of_author(time: Duration) -> Bounds {
        Bounds {
            time,
            alive: 2_000,
            births: 20_000,
            output: 64 << 20,
            each: None,
        }
    }

    /// Less, for somebody else's program.
    pub(crate) fn of_student(time: Duration) -> Bounds {
        Bounds {
            time,
            alive: 200,
            births: 5_000,
            output: 16 << 20,
            each: Some(limits::Limits {
                memory: 4 << 30,
                file: 256 << 20,
                processes: limits::tasks_of_machine().map_or(u64::MAX, |tasks| tasks + SPARE),
            }),
        }
    }
}

/// Why a run was ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cut {
    Time(Duration),
    Alive(usize),
    Births(usize),
    Output(usize),
}

impl Cut {
    pub(crate) fn words(self) -> Words {
        match self {
            Cut::Time(time) => Words::tell("trial.time", &[("seconds", &time.as_secs_f64())]),
            Cut::Alive(n) => Words::tell("trial.alive", &[("n", &n)]),
            Cut::Births(n) => Words::tell("trial.births", &[("n", &n)]),
            Cut::Output(n) => Words::tell("trial.output", &[("mib", &(n >> 20))]),
        }
    }
}

/// What a run has used so far.
#[derive(Debug, Default)]
struct Used {
    /// Birth numbers of those alive.
    alive: BTreeSet<u32>,
    births: usize,
    output: usize,
    /// The guard, which all of them descend from.
    guard: Option<i32>,
}

/// A run that is ended where it goes beyond its bounds.
pub(super) struct Bounded<F: Feed> {
    pub feed: F,
    bounds: Bounds,
    deadline: Instant,
    used: Used,
    /// Processes and threads of the machine before it began.
    before: u64,
    count_again: Instant,
    pub cut: Option<Cut>,
    /// Who was alive then, by birth number.
    pub left: Vec<u32>,
}

impl<F: Feed> Bounded<F> {
    /// Its time begins now.
    pub(super) fn new(feed: F, bounds: Bounds) -> Bounded<F> {
        let now = clock::instant();
        Bounded {
            feed,
            bounds,
            deadline: now + bounds.time,
            used: Used::default(),
            before: limits::tasks_of_machine().unwrap_or(0),
            count_again: now,
            cut: None,
            left: Vec::new(),
        }
    }

    fn count(&mut self, batch: &Batch) {
        for event in batch.events() {
            match &event.kind {
                Kind::ProcessStart(_) => {
                    // A process may be announced twice.
                    let Some(proc) = event.proc else { continue };
                    self.used.alive.insert(proc);
                    self.used.births = self.used.births.max(proc as usize + 1);
                    if proc == 0 {
                        self.used.guard = Stat::of(event.pid).map(|stat| stat.ppid);
                        // Its children inherit them. One that has ended already needs none.
                        let _ = self.bounds.each.map(|each| limits::set(event.pid, each));
                    }
                }
                Kind::ProcessExit(_) => {
                    event.proc.map(|proc| self.used.alive.remove(&proc));
                }
                Kind::Output(output) => self.used.output += output.data.len(),
                _ => {}
            }
        }
    }

    /// Whether more are alive than may be. Events tell it late where processes start faster than they are told.
    fn is_crowd(&mut self) -> bool {
        let most = self.bounds.alive;
        if self.used.alive.len() > most {
            return true;
        }
        let now = clock::instant();
        let (Some(guard), true) = (self.used.guard, now >= self.count_again) else {
            return false;
        };
        self.count_again = now + COUNTED;
        let all = limits::tasks_of_machine().unwrap_or(0);
        all > self.before + most as u64 && living_below(guard) > most
    }

    /// Beyond which bound the run is.
    fn beyond(&mut self) -> Option<Cut> {
        let crowd = self.is_crowd();
        let Bounds {
            time,
            alive,
            births,
            output,
            ..
        } = self.bounds;
        if crowd {
            Some(Cut::Alive(alive))
        } else if self.used.births > births {
            Some(Cut::Births(births))
        } else if self.used.output > output {
            Some(Cut::Output(output))
        } else if clock::instant() >= self.deadline {
            Some(Cut::Time(time))
        } else {
            None
        }
    }
}

impl<F: Feed> Feed for Bounded<F> {
    fn poll(&mut self, deadline: Instant) -> FeedItem {
        let until = match self.cut {
            None => deadline.min(self.deadline),
            Some(_) => deadline,
        };
        let item = self.feed.poll(until);
        if let FeedItem::Events(batch) = &item {
            self.count(batch);
        }
        let over = matches!(item, FeedItem::End);
        if self.cut.is_none()
            && !over
            && let Some(cut) = self.beyond()
            && self.feed.control(Control::Stop).is_ok()
        {
            self.left = self.used.alive.iter().copied().collect();
            self.cut = Some(cut);
        }
        item
    }

    fn abilities(&self) -> Abilities {
        self.feed.abilities()
    }

    fn control(&mut self, control: Control) -> Result<(), ControlError> {
        self.feed.control(control)
    }

    fn give_back(&mut self, batch: Batch) {
        self.feed.give_back(batch);
    }

    fn flaw(&self) -> Option<Flaw> {
        self.feed.flaw()
    }
}
