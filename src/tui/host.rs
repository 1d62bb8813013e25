//! `Host`: what the screen needs from outside itself.
//!
//! The cli implements it: starting runs is the engine's work, files are the cli's. The screen gets
//! a `Feed` and the recording's header, and knows no more of processes than that.

use super::inquiry::{Inquiry, Question};
use super::outcomes::{Explorable, Survey};
use super::progress::Progress;
use super::run::RunView;
use crate::feed::Feed;
use crate::lesson::Params;
use crate::lesson::schedule::Schedule;
use crate::trace::{Engine, Header, StartMethod};

/// A run the learner asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRequest {
    /// Slug of the lesson.
    pub lesson: String,
    pub params: Params,
    pub options: RunOptions,
    /// What its first steps are, in a run that is stepped by hand.
    pub schedule: Option<Schedule>,
    /// How many of them are taken at once, where the run is the one before up to a step.
    pub taken: Option<usize>,
}

/// How a lesson is run, beside its parameters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunOptions {
    /// What runs the program; `None`: its Rust twin where there is one, else Python.
    pub engine: Option<Engine>,
    /// Which Python, as `PythonChoice::given` says it; `None`: python3.
    pub python: Option<String>,
    /// How Python starts children where the program does not say; `None`: as that version does.
    pub method: Option<StartMethod>,
    /// Operations a second; `None` lets them go as they come.
    pub pace: Option<f64>,
    /// Every operation waits for a step.
    pub manual: bool,
    /// The program's stdout is buffered as into a pipe.
    pub pipe: bool,
    /// `None`: any.
    pub seed: Option<u64>,
}

/// A Python that is found on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonChoice {
    /// What `RunOptions::python` takes.
    pub given: String,
    pub version: String,
    /// Its number in lessons' expressions: 311 for 3.11.
    pub number: i64,
    /// How it starts children.
    pub method: StartMethod,
}

/// Operations a second a paced run may be set to.
const PACES: [f64; 8] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

impl RunOptions {
    /// One step along the paces; beyond the fastest, operations go as they come.
    pub(super) fn change_pace(&mut self, by: i64) {
        let known = |pace: f64| PACES.iter().position(|known| *known >= pace);
        let place = self.pace.and_then(known).unwrap_or(PACES.len());
        let by = isize::try_from(by).unwrap_or(0);
        let next = place.saturating_add_signed(by).min(PACES.len());
        self.pace = PACES.get(next).copied();
    }
}

/// A run that has begun, or a recording that was opened.
pub struct Started {
    pub feed: Box<dyn Feed>,
    pub header: Header,
    /// It is a recording, which gives all its events at once.
    pub recorded: Option<Recorded>,
}

/// What is known of a recording beside its header.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The header's line as it stands in the file, its newline included.
    pub head: Vec<u8>,
    /// How many times as fast as it was it is played at first.
    pub speed: f64,
    /// The program of a recording that is of no lesson, where it is still what it was.
    pub program: Option<Program>,
}

/// The text of a program of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Name of its file, without the folder: what stands before the line in `at`.
    pub name: String,
    pub text: String,
}

/// A run as whoever saves it reads it.
pub struct RunToSave<'a>(pub(super) &'a RunView);

impl RunToSave<'_> {
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// The header's line as it was read, where the run is a recording.
    pub fn head(&self) -> Option<&[u8]> {
        let recorded = self.0.recorded.as_ref();
        recorded.map(|recorded| recorded.head.as_slice())
    }

    /// Whether all of it is there: of very much output only a count is kept.
    pub fn is_whole(&self) -> bool {
        self.0.is_whole()
    }

    /// Gives the line of every event so far, in order, the newline left out.
    pub fn each_line(&self, each: &mut dyn FnMut(&[u8])) {
        self.0.each_line(each);
    }
}

/// The world outside the screen.
pub trait Host {
    /// Starts a run.
    ///
    /// # Errors
    /// Why it could not start, in the learner's language.
    fn start(&mut self, order: &RunRequest) -> Result<Started, String>;

    /// Explores in the background what a program could come to, where it can.
    fn survey(&mut self, _of: &Explorable) -> Option<Box<dyn Survey>> {
        None
    }

    /// Looks for an answer in the background.
    ///
    /// # Errors
    /// Why it can't, in the learner's language.
    fn ask(&mut self, _question: &Question) -> Result<Box<dyn Inquiry>, String> {
        Err(String::new())
    }

    /// The Pythons that are found by now, python3 first.
    fn pythons(&self) -> Vec<PythonChoice> {
        Vec::new()
    }

    /// Gives the running program this to read on its stdin.
    ///
    /// # Errors
    /// Why it can't be given, in the learner's language.
    fn input(&mut self, _text: &str) -> Result<(), String> {
        Ok(())
    }

    /// Keeps the learner's progress for the next session.
    ///
    /// # Errors
    /// Why it can't be kept, in the learner's language.
    fn keep(&mut self, progress: &Progress) -> Result<(), String>;

    /// Saves a run as a recording; gives the file's name.
    ///
    /// # Errors
    /// Why it can't be saved, in the learner's language.
    fn save(&mut self, seen: &RunToSave<'_>) -> Result<String, String>;
}
