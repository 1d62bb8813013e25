//! What exploring a lesson takes, whoever asks: its processes' configuration, a directory, and names for
//! what its executions come to.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::args::StdoutArg;
use super::context::Context;
use super::engine::Played;
use super::words;
use crate::check::{Facts, outcome_name};
use crate::engine::StartError;
use crate::engine::directory::run_directory;
use crate::error::{Code, Failure};
use crate::explore::native::{Config, Launch, Native, NativeError, Projection, Why};
use crate::explore::search::SearchError;
use crate::explore::{Came, Explored};
use crate::lesson::{Circumstances, Lesson, Outcome, Params, Setting};
use crate::model::World;
use crate::protocol::{StageConfig, subcommand};
use crate::sys::clock;
use crate::text::Lang;

/// A lesson that is explored, with its parameters and the directory of its processes, which is removed
/// at the end.
pub(crate) struct Exploring<'a> {
    pub lesson: &'a Lesson,
    pub params: Params,
    setting: Setting,
    circumstances: Circumstances,
    line_buffered: bool,
    seed: u64,
    dir: PathBuf,
    _in_use: Option<File>,
}

impl<'a> Exploring<'a> {
    pub(crate) fn new(
        context: &Context,
        lesson: &'a Lesson,
        params: Params,
        stdout: StdoutArg,
        seed: u64,
    ) -> Result<Exploring<'a>, Failure> {
        // Refuses a lesson that has no twin.
        Played::native(context, lesson).map_err(|failure| {
            // `--engine python` explores nothing yet.
            let many = format!("forklore test {} --runs 20", lesson.slug());
            let words = context
                .lang
                .tell("explore.no-twin-remedy", &[("command", &many)]);
            failure.remedy(words)
        })?;
        Exploring::start(lesson, params, stdout, seed)
            .map_err(|error| Failure::new(Code::NotStarted, words::starting(context.lang, &error)))
    }

    /// The same of a lesson that is known to have a twin.
    pub(crate) fn start(
        lesson: &'a Lesson,
        params: Params,
        stdout: StdoutArg,
        seed: u64,
    ) -> Result<Exploring<'a>, StartError> {
        let (dir, in_use) = run_directory()?;
        let circumstances = Circumstances {
            stdout: stdout.word().to_owned(),
            ..Circumstances::default()
        };
        Ok(Exploring {
            lesson,
            setting: Setting::new(&params, &circumstances, &lesson.manifest.define),
            params,
            circumstances,
            line_buffered: matches!(stdout, StdoutArg::Tty),
            seed,
            _in_use: in_use,
            dir,
        })
    }

    /// What an outcome of these is called: of a run, or of a listing.
    pub(crate) fn setting(&self) -> &Setting {
        &self.setting
    }

    /// What the order of prints means for the lesson's outcomes.
    pub(crate) fn projection(&self) -> Projection {
        match self.lesson.manifest.outcome {
            Outcome::Lines | Outcome::Blocks { .. } => Projection::Output,
            Outcome::Multiset | Outcome::Value { .. } => Projection::Processes,
        }
    }

    pub(crate) fn config(&self) -> Config {
        Config {
            launch: Launch {
                program: PathBuf::from("/proc/self/exe"),
                argv: vec!["forklore".into(), subcommand::STAGE.into()],
                stage: StageConfig {
                    lesson: self.lesson.slug().to_owned(),
                    params: self.params.to_json(),
                    time_scale: 1.0,
                    line_buffered: self.line_buffered,
                    seed: self.seed,
                    dir: self.dir.clone(),
                    supervisor: 0,
                    zygote: true,
                },
            },
            projection: self.projection(),
            listing: None,
            any_timing: false,
        }
    }

    /// What an execution came to, under the lesson's projection.
    pub(crate) fn came(&self, native: &Native, schedule: &[u32]) -> Came {
        Came {
            label: self.name(native.world()),
            schedule: native.births(schedule),
        }
    }

    /// The outcome of a run.
    pub(crate) fn name(&self, world: &World) -> String {
        named(self.lesson, &self.setting, world)
    }

    /// `came`, for threads: a setting belongs to one.
    pub(crate) fn namer(&self) -> impl Fn(&Native, &[u32]) -> Came + Sync + use<'a> {
        let (lesson, params) = (self.lesson, self.params.clone());
        let circumstances = self.circumstances.clone();
        move |native, schedule| {
            let setting = Setting::new(&params, &circumstances, &lesson.manifest.define);
            Came {
                label: named(lesson, &setting, native.world()),
                schedule: native.births(schedule),
            }
        }
    }

    /// Why it could not be explored.
    pub(crate) fn failed(&self, context: &Context, error: &SearchError<NativeError>) -> Failure {
        let why = reason(context.lang, error);
        let what = context.lang.tell(
            "explore.failed",
            &[("lesson", &self.lesson.slug()), ("why", &why)],
        );
        Failure::new(Code::NotStarted, what)
    }
}

fn named(lesson: &Lesson, setting: &Setting, world: &World) -> String {
    let facts = Facts {
        lesson,
        setting,
        world,
    };
    outcome_name(&facts).unwrap_or_else(|error| error.to_string())
}

/// Why a program can't be explored, and what can be done about it, for people.
pub(crate) fn reason(lang: Lang, error: &SearchError<NativeError>) -> String {
    let SearchError::Machine(error) = error else {
        return error.to_string();
    };
    match error {
        NativeError::Unsupported { process, op, why } => {
            let key = match why {
                Why::Operation => "explore.why-operation",
                Why::Callback => "explore.why-callback",
                Why::FirstResult => "explore.why-first-result",
                Why::Dying => "explore.why-dying",
                Why::KilledWaiting => "explore.why-killed-waiting",
                Why::Replaced => "explore.why-replaced",
                Why::Text => "explore.why-text",
            };
            lang.tell(key, &[("who", process), ("op", op)])
        }
        NativeError::Outside { process } => lang.tell("explore.why-outside", &[("who", process)]),
        error => error.to_string(),
    }
}

impl Drop for Exploring<'_> {
    fn drop(&mut self) {
        // What can't be removed is found and removed by a later start.
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Machines beside the first: together as many as there are processors, and never many.
pub(crate) fn helpers() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    processors.min(8) - 1
}

/// A line on stderr that says how far an exploration is. It is shown on a terminal only, and gone at the
/// end.
pub(crate) struct Progress {
    lang: Lang,
    began: Instant,
    /// When it is to be written again; `None` where nobody looks.
    due: Option<Instant>,
    written: bool,
}

/// How often the line changes.
const PACE: Duration = Duration::from_millis(200);

impl Progress {
    pub(crate) fn new(lang: Lang) -> Progress {
        let began = clock::instant();
        let watched = io::stderr().is_terminal();
        Progress {
            lang,
            began,
            due: watched.then_some(began + PACE),
            written: false,
        }
    }

    pub(crate) fn tell(&mut self, found: &Explored) {
        let now = clock::instant();
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = Some(now + PACE);
        self.written = true;
        let seconds = (now - self.began).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = (found.executions + found.drawn) as f64 / seconds;
        let told = self.lang.tell(
            "explore.progress",
            &[
                ("executions", &(found.executions + found.drawn)),
                ("estimate", &found.estimate),
                ("outcomes", &found.outcomes.len()),
                ("rate", &format!("{rate:.0}")),
                ("seconds", &format!("{seconds:.0}")),
            ],
        );
        // A terminal that is gone needs no progress.
        let _ = write!(io::stderr(), "\r{told}\x1b[K");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.written {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
