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

use crate::check::{Facts, circumstances, outcome_name};
use crate::cli::args::StdoutArg;
use crate::cli::engine::Played;
use crate::cli::explore::config;
use crate::cli::scenario::{Conditions, Order, Scenario, any_seed};
use crate::engine::directory::{in_use, run_directory};
use crate::engine::{GateMode, Run};
use crate::explore::native::{Native, NativeError};
use crate::explore::search::SearchError;
use crate::explore::{self, Budget, Came};
use crate::feed::{Feed as _, FeedItem};
use crate::lesson::schedule::Schedule;
use crate::lesson::{Lesson, Library, Setting};
use crate::model::World;
use crate::sys::clock;
use crate::text::Lang;
use crate::trace::RunStatus;
use crate::tui::{Explorable, Explored, OutcomeFound, Stage, Survey};

/// What the search may take.
const SEARCH: Duration = Duration::from_secs(10);
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

/// Why a program can't be explored, for people.
fn reason(lang: Lang, error: &SearchError<NativeError>) -> String {
    match error {
        SearchError::Machine(NativeError::Unsupported { op, .. }) => {
            lang.tell("tui.outcomes-refused-op", &[("op", op)])
        }
        error => lang.tell("tui.outcomes-refused-why", &[("why", error)]),
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
    let conditions = Conditions {
        played: Played::Native,
        params: of.params.clone(),
        stdout: if of.pipe {
            StdoutArg::Pipe
        } else {
            StdoutArg::Tty
        },
        time_scale: 1.0,
        seed: of.seed,
        gate: GateMode::Open,
        order: Order::InTurn,
    };
    let found = match search(lesson, &conditions, &mut teller) {
        Ok(found) => found,
        Err(error) => return teller.tell(&refusal(reason(teller.lang, &error))),
    };
    sample(lesson, conditions, found, &mut teller);
}

fn search(
    lesson: &Lesson,
    conditions: &Conditions,
    teller: &mut Teller,
) -> Result<Explored, SearchError<NativeError>> {
    let start = |why: std::io::Error| SearchError::Machine(NativeError::Start(why));
    let dir = run_directory().map_err(|error| start(std::io::Error::other(error.to_string())))?;
    let _in_use = in_use(&dir);
    let line_buffered = matches!(conditions.stdout, StdoutArg::Tty);
    let seed = conditions.seed;
    let config = config(lesson, &conditions.params, line_buffered, seed, dir.clone());
    let setting = setting(lesson, conditions);
    let budget = Budget {
        executions: None,
        time: Some(SEARCH),
    };
    let explored = Native::new(config)
        .map_err(SearchError::Machine)
        .and_then(|mut native| {
            explore::explore(
                &mut native,
                budget,
                seed,
                |native, steps| Came {
                    label: name(lesson, &setting, native.world()),
                    schedule: native.births(steps),
                },
                |found| {
                    teller.tell_sometimes(|| shown(lesson, conditions, found));
                    !teller.is_unwanted()
                },
            )
        });
    let _ = std::fs::remove_dir_all(&dir);
    explored.map(|found| shown(lesson, conditions, &found))
}

fn setting(lesson: &Lesson, conditions: &Conditions) -> Setting {
    let scenario = Scenario {
        lesson,
        conditions: conditions.clone(),
    };
    lesson.setting(&conditions.params, &circumstances(&scenario.header()))
}

fn name(lesson: &Lesson, setting: &Setting, world: &World) -> String {
    let facts = Facts {
        lesson,
        setting,
        world,
    };
    outcome_name(&facts).unwrap_or_else(|error| error.to_string())
}

/// What was found, as the screen shows it.
fn shown(lesson: &Lesson, conditions: &Conditions, found: &explore::Explored) -> Explored {
    let parameters = &lesson.manifest.parameters;
    let outcomes = found.outcomes.iter().map(|outcome| OutcomeFound {
        name: outcome.label.clone(),
        deadlock: outcome.deadlock,
        executions: outcome.executions,
        witness: Schedule {
            steps: outcome.schedule.clone(),
            ..Schedule::of(lesson.slug(), parameters, &conditions.params)
        },
        seen: 0,
    });
    Explored {
        outcomes: outcomes.collect(),
        executions: found.executions,
        complete: found.complete,
        stage: Stage::Searching,
        runs: 0,
    }
}

/// Runs it at full speed and counts what it comes to.
fn sample(lesson: &Lesson, conditions: Conditions, mut found: Explored, teller: &mut Teller) {
    found.stage = Stage::Sampling;
    teller.tell(&found);
    let setting = setting(lesson, &conditions);
    let mut scenario = Scenario { lesson, conditions };
    let until = clock::instant() + SAMPLE;
    while found.runs < RUNS && clock::instant() < until && !teller.is_unwanted() {
        scenario.conditions.seed = any_seed();
        let Ok(run) = scenario.start_native() else {
            break;
        };
        let Some(world) = folded(run, until, teller) else {
            break;
        };
        found.runs += 1;
        let name = name(lesson, &setting, &world);
        let mut outcomes = found.outcomes.iter_mut();
        if let Some(outcome) = outcomes.find(|outcome| outcome.name == name) {
            outcome.seen += 1;
        }
        teller.tell_sometimes(|| found.clone());
    }
    found.stage = Stage::Over;
    teller.tell(&found);
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
