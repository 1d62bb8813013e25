//! Exploring a lesson in the background of the screen, then running it at full speed again and again to
//! see what comes by itself.
//!
//! A thread of its own does it: the processes of the search and of the runs are bound to it. It ends when
//! nobody wants to know any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::cli::args::StdoutArg;
use crate::cli::engine::Played;
use crate::cli::exploring::{Exploring, reason};
use crate::cli::scenario::{Conditions, Order, Scenario};
use crate::engine::{GateMode, Run};
use crate::explore::native::{Config, Native, NativeError};
use crate::explore::reproduce::{Reproduced, reproduce};
use crate::explore::search::SearchError;
use crate::explore::{self, Budget};
use crate::feed::{Feed as _, FeedItem};
use crate::lesson::schedule::Schedule;
use crate::lesson::{KnownOutcome, Library, PredictionKind};
use crate::model::World;
use crate::sys::clock;
use crate::text::Lang;
use crate::trace::RunStatus;
use crate::tui::{Explorable, Explored, OutcomeFound, Stage, Survey};

/// What the search may take.
const SEARCH: Duration = Duration::from_secs(10);
/// … and that for one listing, where it saw a part only.
const LISTING: Duration = Duration::from_secs(5);
/// Runs at full speed, and how long they may take together.
const RUNS: u64 = 200;
const SAMPLE: Duration = Duration::from_secs(10);
/// Pause between two words of what was found.
const PAUSE: Duration = Duration::from_millis(100);
/// How long it is waited for, once nobody wants to know.
const LAST: Duration = Duration::from_millis(300);
const LOOK_UP: Duration = Duration::from_millis(20);

pub(super) struct Background {
    found: Receiver<Explored>,
    unwanted: Arc<AtomicBool>,
}

impl Background {
    pub(super) fn start(of: Explorable, lang: Lang) -> Background {
        let (sender, found) = unbounded();
        let unwanted = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&unwanted);
        let refused = sender.clone();
        let work = move || {
            let teller = Teller {
                sender,
                unwanted: told,
                lang,
                last: clock::instant(),
            };
            survey(&of, teller);
        };
        if let Err(error) = thread::Builder::new().name("survey".to_owned()).spawn(work) {
            let _ = refused.send(refusal(error.to_string()));
        }
        Background { found, unwanted }
    }
}

impl Survey for Background {
    fn poll(&mut self) -> Option<Explored> {
        self.found.try_iter().last()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
        // Its processes end with it.
        let until = clock::instant() + LAST;
        while self.found.recv_deadline(until).is_ok() {}
    }
}

struct Teller {
    sender: Sender<Explored>,
    unwanted: Arc<AtomicBool>,
    lang: Lang,
    last: std::time::Instant,
}

impl Teller {
    fn is_unwanted(&self) -> bool {
        self.unwanted.load(Ordering::Relaxed)
    }

    fn tell(&mut self, found: &Explored) {
        self.last = clock::instant();
        let _ = self.sender.send(found.clone());
    }

    fn tell_sometimes(&mut self, found: impl FnOnce() -> Explored) {
        if self.last.elapsed() >= PAUSE {
            self.tell(&found());
        }
    }
}

fn refusal(why: String) -> Explored {
    Explored {
        stage: Stage::Refused(why),
        ..Explored::default()
    }
}

fn survey(of: &Explorable, mut teller: Teller) {
    let library = Library::embedded();
    let Some(lesson) = library
        .as_ref()
        .ok()
        .and_then(|library| library.iter().find(|lesson| lesson.slug() == of.lesson))
    else {
        return teller.tell(&refusal(of.lesson.clone()));
    };
    let stdout = if of.pipe {
        StdoutArg::Pipe
    } else {
        StdoutArg::Tty
    };
    let exploring = match Exploring::start(lesson, of.params.clone(), stdout, of.seed) {
        Ok(exploring) => exploring,
        Err(error) => return teller.tell(&refusal(error.to_string())),
    };
    let mut work = Work {
        exploring,
        of,
        stdout,
        found: Explored::default(),
    };
    match work.search(&mut teller) {
        Ok(()) => work.sample(&mut teller),
        Err(error) => teller.tell(&refusal(reason(teller.lang, &error))),
    }
}

/// The exploring of one program.
struct Work<'a> {
    exploring: Exploring<'a>,
    of: &'a Explorable,
    stdout: StdoutArg,
    found: Explored,
}

type Searched<T> = Result<T, SearchError<NativeError>>;

impl Work<'_> {
    /// What a machine that is slow or busy can do to a sleep can happen.
    fn config(&self) -> Config {
        Config {
            any_timing: true,
            ..self.exploring.config()
        }
    }

    /// What ships with the lesson, where that is of this setting.
    fn known(&self) -> Option<Explored> {
        let lesson = self.exploring.lesson;
        let stdout = self.stdout.word();
        let table = lesson.known_outcomes(&self.of.params, stdout, true)?;
        let outcome = |known: KnownOutcome| {
            Some(OutcomeFound {
                name: known.outcome,
                deadlock: known.deadlock,
                executions: known.executions,
                witness: known.schedule.parse().ok()?,
                seen: 0,
            })
        };
        Some(Explored {
            outcomes: table
                .outcomes
                .into_iter()
                .map(outcome)
                .collect::<Option<_>>()?,
            executions: table.executions,
            complete: true,
            ..Explored::default()
        })
    }

    fn search(&mut self, teller: &mut Teller) -> Searched<()> {
        if let Some(known) = self.known() {
            self.found = known;
            return Ok(());
        }
        let mut native = Native::new(self.config()).map_err(SearchError::Machine)?;
        let budget = Budget {
            executions: None,
            time: Some(SEARCH),
        };
        let explored = explore::explore(
            &mut native,
            budget,
            self.of.seed,
            |native, steps| self.exploring.came(native, steps),
            |found| {
                teller.tell_sometimes(|| self.shown(found));
                !teller.is_unwanted()
            },
        )?;
        drop(native);
        self.found = self.shown(&explored);
        if !explored.complete {
            self.look_for_listings(teller)?;
        }
        Ok(())
    }

    /// The search saw a part only: the outputs that the lesson asks about are looked for one by one.
    fn look_for_listings(&mut self, teller: &mut Teller) -> Searched<()> {
        let manifest = &self.exploring.lesson.manifest;
        let asked = manifest
            .predictions
            .iter()
            .filter_map(|one| match &one.kind {
                PredictionKind::Possible { listings } => Some(listings),
                _ => None,
            })
            .flatten();
        for id in asked {
            let listings = &manifest.listings;
            let Some(listing) = listings.iter().find(|listing| listing.id == *id) else {
                continue;
            };
            let lines: Vec<&str> = listing.lines.iter().map(String::as_str).collect();
            let named = manifest.outcome.of_lines(&lines, self.exploring.setting());
            let Some(label) = named.ok().flatten() else {
                continue;
            };
            let mut outcomes = self.found.outcomes.iter();
            if teller.is_unwanted() || outcomes.any(|outcome| outcome.name == label.text) {
                continue;
            }
            let config = Config {
                listing: Some((lines.join("\n") + "\n").into_bytes()),
                ..self.config()
            };
            let mut native = Native::new(config).map_err(SearchError::Machine)?;
            let budget = Budget {
                executions: None,
                time: Some(LISTING),
            };
            let attempt = reproduce(&mut native, budget, |_| !teller.is_unwanted())?;
            match attempt.reproduced {
                Reproduced::Found { schedule, .. } => {
                    let steps = native.births(&schedule);
                    let outcome = self.outcome(label.text, steps);
                    self.found.outcomes.push(outcome);
                }
                Reproduced::Unreachable => self.found.unreachable.push(id.clone()),
                Reproduced::Stopped => {}
            }
            teller.tell(&self.found);
        }
        Ok(())
    }

    fn outcome(&self, name: String, steps: Vec<u32>) -> OutcomeFound {
        let lesson = self.exploring.lesson;
        OutcomeFound {
            name,
            deadlock: false,
            executions: 0,
            witness: Schedule {
                steps,
                ..Schedule::of(lesson.slug(), &lesson.manifest.parameters, &self.of.params)
            },
            seen: 0,
        }
    }

    /// What was found, as the screen shows it.
    fn shown(&self, found: &explore::Explored) -> Explored {
        let outcomes = found.outcomes.iter().map(|outcome| OutcomeFound {
            deadlock: outcome.deadlock,
            executions: outcome.executions,
            ..self.outcome(outcome.label.clone(), outcome.schedule.clone())
        });
        Explored {
            outcomes: outcomes.collect(),
            executions: found.executions,
            complete: found.complete,
            ..Explored::default()
        }
    }

    /// Runs it at full speed and counts what it comes to.
    fn sample(&mut self, teller: &mut Teller) {
        self.found.stage = Stage::Sampling;
        teller.tell(&self.found);
        let conditions = Conditions {
            played: Played::Native,
            params: self.of.params.clone(),
            stdout: self.stdout,
            time_scale: 1.0,
            seed: self.of.seed,
            gate: GateMode::Open,
            order: Order::InTurn,
        };
        let scenario = Scenario::native(self.exploring.lesson, conditions);
        let until = clock::instant() + SAMPLE;
        while self.found.runs < RUNS && clock::instant() < until && !teller.is_unwanted() {
            let Ok(run) = scenario.start_native() else {
                break;
            };
            let Some(world) = folded(run, until, teller) else {
                break;
            };
            self.found.runs += 1;
            let name = self.exploring.name(&world);
            let mut outcomes = self.found.outcomes.iter_mut();
            if let Some(outcome) = outcomes.find(|outcome| outcome.name == name) {
                outcome.seen += 1;
            } else {
                // Nobody knows the way of a run at full speed.
                let outcome = self.outcome(name, Vec::new());
                self.found
                    .outcomes
                    .push(OutcomeFound { seen: 1, ..outcome });
            }
            teller.tell_sometimes(|| self.found.clone());
        }
        self.found.stage = Stage::Over;
        teller.tell(&self.found);
    }
}

/// The run to its own end; `None` where that did not come in time.
fn folded(mut run: Run, until: std::time::Instant, teller: &Teller) -> Option<World> {
    let mut world = World::new();
    loop {
        match run.poll(clock::instant() + LOOK_UP) {
            FeedItem::Events(batch) => {
                for event in batch.events() {
                    world.apply(event);
                }
                run.give_back(batch);
            }
            FeedItem::Idle if teller.is_unwanted() || clock::instant() >= until => return None,
            FeedItem::Idle => {}
            FeedItem::End => break,
        }
    }
    let status = world.end().map(|note| note.end.status);
    matches!(status, Some(RunStatus::Finished | RunStatus::Deadlock)).then_some(world)
}
