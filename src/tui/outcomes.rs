//! `Outcomes`: what else a lesson's program could have come to: the outcomes found by exploring it, and
//! how often each comes by itself.
//!
//! The host explores in the background (`Survey`); what it has found so far is asked for between
//! frames.

use crate::check::Evidence;
use crate::lesson::Params;
use crate::lesson::schedule::Schedule;
use crate::trace::Header;

/// Maps that are kept: of the settings that were run last.
const KEPT: usize = 8;

/// What is known of a program's outcomes so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explored {
    pub outcomes: Vec<OutcomeFound>,
    /// Executions of the search, one for each trace.
    pub executions: u64,
    /// These are all outcomes there are.
    pub complete: bool,
    /// Ids of the lesson's listings that no execution prints: the search for each has ended.
    pub unreachable: Vec<String>,
    pub stage: Stage,
    /// Runs at full speed, to see what comes by itself.
    pub runs: u64,
}

/// How far the exploring is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stage {
    #[default]
    Searching,
    /// The search is over; runs at full speed are counted.
    Sampling,
    Over,
    /// The learner has stopped it.
    Stopped,
    /// It can't be explored, and why, in the learner's language.
    Refused(String),
}

/// An outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeFound {
    /// Its name, as `check::outcome_name` gives it.
    pub name: String,
    pub deadlock: bool,
    /// Executions of the search that lead to it; 0 where only drawn runs did.
    pub executions: u64,
    /// One way there; without steps where only runs at full speed came there.
    pub witness: Schedule,
    /// Runs at full speed that came to it.
    pub seen: u64,
}

/// Exploring that goes on in the background; dropped, it ends.
pub trait Survey {
    /// What has been found, where that is more than the last time.
    fn poll(&mut self) -> Option<Explored>;
}

/// What is explored: a lesson's program, and how it is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Explorable {
    /// Slug of the lesson.
    pub lesson: String,
    pub params: Params,
    /// The program's stdout is buffered as into a pipe.
    pub pipe: bool,
    /// Of the program's own random choices.
    pub seed: u64,
}

impl Explorable {
    pub(crate) fn of(header: &Header, params: &Params) -> Explorable {
        Explorable {
            lesson: header.lesson.clone(),
            params: params.clone(),
            pipe: header.stdout == "pipe",
            seed: header.seed.unwrap_or(0),
        }
    }

    /// Whether a run had the same outcomes to come to.
    fn is_of(&self, header: &Header, params: &Params) -> bool {
        let pipe = header.stdout == "pipe";
        self.lesson == header.lesson && self.params == *params && self.pipe == pipe
    }
}

/// The outcomes of one program with one setting.
pub(crate) struct Map {
    of: Explorable,
    survey: Option<Box<dyn Survey>>,
    pub(crate) found: Explored,
}

impl Map {
    pub(crate) fn explored(&self) -> &Explorable {
        &self.of
    }

    pub(crate) fn is_going(&self) -> bool {
        self.survey.is_some()
    }

    /// The place of an outcome, from 0.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        let mut outcomes = self.found.outcomes.iter();
        outcomes.position(|outcome| outcome.name == name)
    }

    /// Adds to the evidence what was found.
    pub(crate) fn add_to(&self, evidence: &mut Evidence) {
        let names = self.found.outcomes.iter();
        evidence
            .seen
            .extend(names.map(|outcome| outcome.name.clone()));
        evidence.complete |= self.found.complete;
        evidence.executions = self.found.executions;
        let unreachable = self.found.unreachable.iter().cloned();
        evidence.unreachable.extend(unreachable);
    }
}

#[derive(Default)]
pub(crate) struct Outcomes(Vec<Map>);

impl Outcomes {
    /// What was explored of this run's program.
    pub(crate) fn of(&self, header: &Header, params: &Params) -> Option<&Map> {
        self.0.iter().find(|map| map.of.is_of(header, params))
    }

    pub(crate) fn begin(&mut self, of: Explorable, survey: Box<dyn Survey>) {
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push(Map {
            of,
            survey: Some(survey),
            found: Explored::default(),
        });
    }

    pub(crate) fn is_going(&self) -> bool {
        self.0.iter().any(Map::is_going)
    }

    /// Ends the exploring that goes on; false where none does. What was found stays.
    pub(crate) fn stop(&mut self) -> bool {
        let mut any = false;
        for map in self.0.iter_mut().filter(|map| map.survey.is_some()) {
            map.survey = None;
            map.found.stage = Stage::Stopped;
            any = true;
        }
        any
    }

    /// Takes in what was found meanwhile; whether that was anything.
    pub(crate) fn take(&mut self) -> bool {
        let mut any = false;
        for map in &mut self.0 {
            let Some(found) = map.survey.as_mut().and_then(|survey| survey.poll()) else {
                continue;
            };
            if matches!(found.stage, Stage::Over | Stage::Refused(_)) {
                map.survey = None;
            }
            map.found = found;
            any = true;
        }
        any
    }
}
