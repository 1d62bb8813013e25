//! The native engine: a lesson's Rust twin as the main process of a run.
//!
//! Called by the cli. It makes the run directory, says what the stage is to play, and leaves the
//! rest to `supervisor`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::directory::run_directory;
use super::error::{StartError, Step};
use super::gate::{GateMode, Scheduler};
use super::launch::Launch;
use super::run::Run;
use crate::protocol::{StageConfig, TITLE_ROOM, subcommand};

/// What to run, and how.
#[derive(Debug)]
pub struct NativeConfig {
    /// Slug of the lesson.
    pub lesson: String,
    /// All of the lesson's parameters, by name.
    pub params: BTreeMap<String, serde_json::Value>,
    /// What multiplies every sleep.
    pub time_scale: f64,
    pub seed: u64,
    /// Instrumented prints are buffered as on a terminal; else as into a pipe.
    pub line_buffered: bool,
    pub gate: GateMode,
    /// Who chooses in a paced run; without one the processes go in turn.
    pub scheduler: Option<Box<dyn Scheduler>>,
    /// The forklore program that becomes guard and stage; `None` is the one that runs now.
    pub forklore: Option<PathBuf>,
    /// Added to the environment of all processes of the run.
    pub environment: Vec<(String, String)>,
}

impl Run {
    /// Starts a lesson's native program.
    ///
    /// The calling thread has to live as long as the run: the guard is bound to it
    /// (`PR_SET_PDEATHSIG`), so that a run never outlives its supervisor.
    ///
    /// # Errors
    /// What kept it from starting; nothing is left of it then.
    pub fn start(config: NativeConfig) -> Result<Run, StartError> {
        let (dir, in_use) = run_directory()?;
        let stage = StageConfig {
            lesson: config.lesson,
            params: config.params,
            time_scale: config.time_scale,
            line_buffered: config.line_buffered,
            seed: config.seed,
            dir: dir.clone(),
            supervisor: std::process::id().cast_signed(),
            zygote: false,
        };
        let json = serde_json::to_string(&stage).map_err(|error| StartError::System {
            doing: Step::Parameters,
            source: error.into(),
        })?;
        let room = " ".repeat(TITLE_ROOM);
        let forklore = config
            .forklore
            .unwrap_or_else(|| PathBuf::from("/proc/self/exe"));
        let argv = ["forklore", subcommand::STAGE, &(json + &room)].map(OsString::from);
        let environment = config.environment.into_iter();
        Run::launch(Launch {
            forklore: forklore.clone(),
            environment: environment
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            in_use,
            gate: Some(config.gate),
            scheduler: config.scheduler,
            ..Launch::new(forklore, argv.to_vec(), dir)
        })
    }
}
