//! One run of a program that may be wrong: told to nobody, recorded, and ended where it goes beyond its bounds.
//!
//! `grade` and `lessons check --run` make such runs. The bounds keep a mistake from filling the machine; they are
//! no sandbox.

use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant};

use super::Stop;
use super::context::Context;
use super::drive::{Driver, Ending, Interrupts, Silent};
use super::recorder::{Recorded, Recorder};
use crate::engine::Run;
use crate::engine::shutdown::Shutdown;
use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw};
use crate::finding::{Certainty, Finding};
use crate::lesson::Words;
use crate::model::World;
use crate::sys::{clock, limits};
use crate::trace::{Batch, Kind};

/// What a run may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub time: Duration,
    /// Processes alive at once, and started in all.
    pub alive: usize,
    pub births: usize,
    /// Bytes written to stdout and stderr.
    pub output: usize,
    /// Bytes of memory of each process, and of each file it writes; nothing, where it is the author's own program.
    pub each: Option<limits::Limits>,
}

impl Bounds {
    /// More than a lesson could need.
    pub(crate) fn within(time: Duration) -> Bounds {
        Bounds {
            time,
            alive: 200,
            births: 5_000,
            output: 16 << 20,
            each: None,
        }
    }

    /// The same for somebody else's program.
    pub(crate) fn of_student(time: Duration) -> Bounds {
        Bounds {
            each: Some(limits::Limits {
                memory: 4 << 30,
                file: 256 << 20,
            }),
            ..Bounds::within(time)
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

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Trial {
    pub world: World,
    pub seconds: f64,
    pub cut: Option<Cut>,
    /// What went wrong in it, as far as that is certain or likely.
    pub findings: Vec<Finding>,
    /// Why its recording was given up.
    pub lost: Option<String>,
}

/// Drives it to its end.
pub(crate) fn run(
    context: &Context,
    shutdown: &Shutdown,
    (run, recorder): (Run, Option<Recorder>),
    time_scale: f64,
    bounds: Bounds,
) -> Result<Trial, Stop> {
    let began = clock::instant();
    let mut bounded = Bounded {
        feed: Recorded::new(run, recorder, context.lang),
        bounds,
        deadline: began + bounds.time,
        used: Used::default(),
        cut: None,
    };
    let mut driver = Driver {
        shutdown,
        time_scale,
        outlet: None,
        interrupts: Interrupts::End,
    };
    let driven = driver.drive(&mut bounded, &mut Silent, Vec::new());
    match driven.ending {
        Ending::Over => {}
        Ending::Asked(request) => return Err(Stop::Asked(request)),
        Ending::OutputLost(error) => return Err(error.into()),
    }
    let findings = driven.findings.list().into_iter();
    let sure = findings.filter(|finding| finding.certainty >= Certainty::Likely);
    Ok(Trial {
        findings: sure.cloned().collect(),
        world: driven.world,
        seconds: clock::instant().duration_since(began).as_secs_f64(),
        cut: bounded.cut,
        lost: bounded.feed.lost().map(io::Error::to_string),
    })
}

/// What a run has used so far.
#[derive(Debug, Default)]
struct Used {
    /// Birth numbers of those alive.
    alive: BTreeSet<u32>,
    births: usize,
    output: usize,
}

/// A run that is ended where it goes beyond its bounds.
struct Bounded<F: Feed> {
    feed: F,
    bounds: Bounds,
    deadline: Instant,
    used: Used,
    cut: Option<Cut>,
}

impl<F: Feed> Bounded<F> {
    fn count(&mut self, batch: &Batch) {
        for event in batch.events() {
            match &event.kind {
                Kind::ProcessStart(_) => {
                    // A process may be announced twice.
                    let Some(proc) = event.proc else { continue };
                    self.used.alive.insert(proc);
                    self.used.births = self.used.births.max(proc as usize + 1);
                    if let (0, Some(each)) = (proc, self.bounds.each) {
                        // Its children inherit them. One that has ended already needs none.
                        let _ = limits::set(event.pid, each);
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

    /// Beyond which bound the run is.
    fn beyond(&self) -> Option<Cut> {
        let Bounds {
            time,
            alive,
            births,
            output,
            ..
        } = self.bounds;
        if self.used.alive.len() > alive {
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
        if let (None, false, Some(cut)) = (self.cut, over, self.beyond())
            && self.feed.control(Control::Stop).is_ok()
        {
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
