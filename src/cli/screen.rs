//! `forklore [LESSON]`: opens the screen and is its `Host`.
//!
//! Starts the runs the learner asks for through the same `Scenario` as `run`, so that what the
//! screen shows is what the command shows.

mod inquiry;
mod saved;
mod state;
mod survey;
mod taped;

use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use super::Stop;
use super::args::StdoutArg;
use super::args::engine::{EngineArg, EngineArgs, MethodArg};
use super::choose;
use super::context::{Context, variable};
use super::recorder::Recorded;
use super::scenario::{Conditions, Order, Scenario, any_seed, paced};
use super::trust;
use crate::engine::GateMode;
use crate::engine::interpreter::Interpreter;
use crate::error::{Code, Failure};
use crate::explore::strategy::StrategyName;
use crate::lesson::Library;
use crate::text::is_utf8;
use crate::trace;
use crate::tui::{
    self, Background, Explorable, Glyphs, Host, Inquiry, Leave, Progress, PythonChoice, Question,
    RunOptions, RunRequest, RunToSave, Start, Started, Survey, Theme,
};
pub(crate) use taped::Tapes;

/// Opens the screen on a lesson, on the last one, or on the list of lessons; its runs are recorded where
/// a file was named.
pub(crate) fn open(
    context: &Context,
    given: Option<&str>,
    stdout: StdoutArg,
    record: Option<PathBuf>,
) -> Result<Code, Stop> {
    let library = Rc::new(context.library()?);
    let lesson = given
        .map(|given| choose::lesson_or_command(context, &library, given))
        .transpose()?
        .map(|lesson| lesson.slug().to_owned());
    trust::settle(context, &library);
    let options = RunOptions {
        pipe: stdout == StdoutArg::Pipe,
        ..RunOptions::default()
    };
    let tapes = record.map(Tapes::new);
    show(context, (library, lesson), options, None, tapes)
}

/// Opens the screen on a recording; `original` is the file it is in.
pub(crate) fn replay(
    context: &Context,
    recording: Started,
    original: Option<PathBuf>,
) -> Result<Code, Stop> {
    let library = Rc::new(context.library()?);
    context.ask_no_more();
    let (lesson, options) = (None, RunOptions::default());
    let recording = Some((recording, original));
    show(context, (library, lesson), options, recording, None)
}

fn show(
    context: &Context,
    (library, lesson): (Rc<Library>, Option<String>),
    options: RunOptions,
    recording: Option<(Started, Option<PathBuf>)>,
    tapes: Option<Tapes>,
) -> Result<Code, Stop> {
    let theme = theme(context);
    let file = state::file(variable);
    let (progress, word) = match &file {
        Some(file) => state::read(file, context.lang),
        None => (Progress::default(), None),
    };
    let (recording, original) = match recording {
        Some((recording, original)) => (Some(recording), original),
        None => (None, None),
    };
    let mut host = Engine {
        context,
        library: Rc::clone(&library),
        file,
        kept: progress.clone(),
        pythons: looked_for(),
        tapes,
        original,
    };
    let start = Start {
        lesson,
        options,
        theme,
        recording,
        progress,
        word,
        ..Start::new(library, context.lang)
    };
    session(context, &mut host, start)
}

/// How this terminal shows things.
pub(crate) fn theme(context: &Context) -> Theme {
    Theme {
        depth: context.depth,
        ground: ground(),
        glyphs: glyphs(),
        painted: false,
    }
}

/// Runs the screen until it is left.
pub(crate) fn session(context: &Context, host: &mut dyn Host, start: Start) -> Result<Code, Stop> {
    match tui::run(host, start) {
        Ok(Leave::Quit) => Ok(Code::Fine),
        Ok(Leave::Ended(signal)) => Ok(Code::Signalled(u8::try_from(signal).unwrap_or(15))),
        Err(error) => Err(lost(context, &error).into()),
    }
}

fn lost(context: &Context, error: &io::Error) -> Failure {
    let lang = context.lang;
    if error.kind() == io::ErrorKind::Unsupported {
        return Failure::new(Code::Usage, lang.phrase("tui.no-terminal"))
            .remedy(lang.phrase("tui.no-terminal-remedy"));
    }
    Failure::new(
        Code::NotStarted,
        lang.tell("tui.screen-lost", &[("why", error)]),
    )
}

/// The signs the terminal has: the console of Linux knows UTF-8 and has few of its signs.
fn glyphs() -> Glyphs {
    let console = variable("TERM").is_some_and(|terminal| terminal == "linux");
    if is_utf8(variable) && !console {
        Glyphs::Unicode
    } else {
        Glyphs::Ascii
    }
}

/// The terminal's ground, where it says (`COLORFGBG`: text and ground as colour numbers).
fn ground() -> Background {
    let light = variable("COLORFGBG")
        .and_then(|pair| {
            pair.rsplit(';')
                .next()
                .and_then(|ground| ground.parse::<u8>().ok())
        })
        .is_some_and(|ground| ground == 7 || ground == 15);
    if light {
        Background::Light
    } else {
        Background::Dark
    }
}

/// Looks for Pythons beside the session: each is asked who it is, which takes a moment.
fn looked_for() -> Arc<OnceLock<Vec<PythonChoice>>> {
    let found = Arc::new(OnceLock::new());
    let room = Arc::clone(&found);
    // Without a thread the session offers python3 alone.
    let _ = std::thread::Builder::new()
        .name("pythons".to_owned())
        .spawn(move || {
            let all = Interpreter::all().into_iter().flatten();
            let choices = all.map(|python| PythonChoice {
                given: python.path.to_string_lossy().into_owned(),
                version: python.version.to_string(),
                number: python.version.number(),
                method: python.version.default_method(),
            });
            let _ = room.set(choices.collect());
        });
    found
}

/// Saves a run as a recording; gives the file's name.
pub(crate) fn save(
    context: &Context,
    seen: &RunToSave<'_>,
    original: Option<&Path>,
) -> Result<String, String> {
    saved::save(seen, original)
        .map_err(|why| context.lang.tell("tui.save-failed", &[("why", &why)]))
}

/// The engine as the screen's host.
struct Engine<'a> {
    context: &'a Context,
    library: Rc<Library>,
    /// Where progress is kept.
    file: Option<PathBuf>,
    /// What stands there now.
    kept: Progress,
    /// The Pythons of this machine, once they are found.
    pythons: Arc<OnceLock<Vec<PythonChoice>>>,
    /// Where runs are recorded.
    tapes: Option<Tapes>,
    /// The file of the recording the session was opened on.
    original: Option<PathBuf>,
}

impl Host for Engine<'_> {
    fn start(&mut self, order: &RunRequest) -> Result<Started, String> {
        let lesson = choose::lesson(self.context, &self.library, &order.lesson)
            .map_err(|failure| failure.to_string())?;
        let options = &order.options;
        let played = EngineArgs {
            engine: options.engine.and_then(EngineArg::of),
            python: options.python.clone(),
            start_method: options.method.and_then(MethodArg::of),
        };
        let python = played.engine_for(lesson) == trace::Engine::Python;
        let played = EngineArgs {
            // What was chosen for Python waits until Python is chosen again.
            python: played.python.filter(|_| python),
            start_method: played.start_method.filter(|_| python),
            engine: Some(if python {
                EngineArg::Python
            } else {
                EngineArg::Native
            }),
        };
        let played = played
            .played(self.context, lesson)
            .map_err(|failure| failure.to_string())?;
        let conditions = Conditions {
            played,
            params: order.params.clone(),
            stdout: if order.options.pipe {
                StdoutArg::Pipe
            } else {
                StdoutArg::Tty
            },
            time_scale: 1.0,
            seed: order.options.seed.unwrap_or_else(any_seed),
            gate: if order.options.manual {
                GateMode::Manual
            } else {
                paced(order.options.pace)
            },
            // Slow motion must not teach an order that full speed never has.
            order: match &order.schedule {
                Some(schedule) => Order::Continued(schedule.clone()),
                None => Order::Drawn(StrategyName::Random),
            },
        };
        let scenario = Scenario::new(self.context, lesson, conditions)
            .map_err(|failure| failure.to_string())?
            .telling_lines();
        let header = scenario.header();
        let tape = match &mut self.tapes {
            Some(tapes) => Some(tapes.next(self.context, &header)),
            None => None,
        };
        let tape = tape.transpose().map_err(|failure| failure.to_string())?;
        let run = scenario
            .start(self.context)
            .map_err(|failure| failure.to_string())?;
        Ok(Started {
            feed: Box::new(Recorded::new(run, tape, self.context.lang)),
            header,
            recorded: None,
        })
    }

    fn survey(&mut self, of: &Explorable) -> Option<Box<dyn Survey>> {
        let survey = survey::Background::start(of.clone(), self.context.lang);
        Some(Box::new(survey))
    }

    fn ask(&mut self, question: &Question) -> Result<Box<dyn Inquiry>, String> {
        let (Question::StartMethods { lesson, .. } | Question::Claims { lesson }) = question;
        let lesson = choose::lesson(self.context, &self.library, lesson);
        let lesson = lesson.map_err(|failure| failure.to_string())?;
        trust::require(self.context, lesson).map_err(|failure| failure.to_string())?;
        let asked = match question {
            Question::StartMethods { params, python, .. } => {
                let global = self.context.arguments();
                inquiry::start_methods(lesson.slug(), params, python.as_deref(), global)
            }
            Question::Claims { .. } => inquiry::claims(lesson.clone(), self.context.lang),
        };
        asked.map_err(|error| error.to_string())
    }

    fn pythons(&self) -> Vec<PythonChoice> {
        self.pythons.get().cloned().unwrap_or_default()
    }

    fn keep(&mut self, progress: &Progress) -> Result<(), String> {
        let Some(file) = self.file.as_ref().filter(|_| self.kept != *progress) else {
            return Ok(());
        };
        state::write(file, &self.kept, progress).map_err(|why| {
            let lang = self.context.lang;
            lang.tell("tui.progress-not-kept", &[("why", &why)])
        })?;
        self.kept = progress.clone();
        Ok(())
    }

    fn save(&mut self, seen: &RunToSave<'_>) -> Result<String, String> {
        save(self.context, seen, self.original.as_deref())
    }
}
