//! The Python engine: a lesson's program.py, under CPython, as the main process of a run.
//!
//! Called by the cli. The program is followed from outside as any traced program is (`traced`), but its
//! run is a lesson's: a deadlock ends it, and so do processes that outlive it. program.py stays as it is
//! on the disk: with other parameters, a copy in the run's directory runs.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::directory::run_directory;
use super::dispatcher::Following;
use super::error::{StartError, Step};
use super::gate::{GateMode, Scheduler};
use super::greeting::{Buffering, Greeting};
use super::launch::Launch;
use super::run::Run;
use super::traced::prepared;
use crate::protocol::{environment as variables, files};
use crate::sys::private;
use crate::trace::StartMethod;

/// The text that runs.
#[derive(Debug, Clone)]
pub enum Program {
    /// The file of a lesson folder, as it is.
    InPlace(PathBuf),
    /// This text, beside links to whatever else the lesson's folder holds, where it has one.
    Copy { text: String, of: Option<PathBuf> },
}

/// What to run, and how.
#[derive(Debug)]
pub struct PythonConfig {
    /// Slug of the lesson.
    pub lesson: String,
    /// The interpreter's own file, no shim.
    pub interpreter: PathBuf,
    pub program: Program,
    pub buffering: Buffering,
    /// How `multiprocessing` starts children where the program does not say; `None`: as this Python does.
    pub method: Option<StartMethod>,
    /// What multiplies every sleep of the program.
    pub time_scale: f64,
    /// The lines of program.py at which the processes are become events.
    pub lines: bool,
    pub gate: GateMode,
    /// Who chooses in a paced run; without one the processes go in turn.
    pub scheduler: Option<Box<dyn Scheduler>>,
    /// The forklore program that becomes guard; `None` is the one that runs now.
    pub forklore: Option<PathBuf>,
    /// Added to the environment of all processes of the run.
    pub environment: Vec<(OsString, OsString)>,
}

impl Run {
    /// Starts a lesson's program.py. The calling thread has to live as long as the run, as for
    /// `Run::start`.
    ///
    /// # Errors
    /// What kept it from starting; nothing is left of it then.
    pub fn python(config: PythonConfig) -> Result<Run, StartError> {
        let (dir, in_use) = run_directory()?;
        let program = placed(&dir, &config).map_err(|source| {
            let _ = std::fs::remove_dir_all(&dir);
            StartError::new(Step::Program, source)
        })?;
        let mut environment = config.environment;
        if config.lines {
            environment.push((variables::LINES.into(), program.clone().into()));
        }
        let argv = vec![config.interpreter.into(), program.into()];
        // How stdout is buffered is the run's to say, and the lessons' texts are UTF-8.
        environment.push(("PYTHONUNBUFFERED".into(), OsString::new()));
        environment.push(("PYTHONIOENCODING".into(), "utf-8".into()));
        Run::launch(Launch {
            in_use,
            follow: Some(Following::Lesson),
            gate: Some(config.gate),
            scheduler: config.scheduler,
            door: Some(Greeting {
                method: config.method,
                scale: config.time_scale,
                ..Greeting::new(config.buffering)
            }),
            ..prepared(dir, argv, environment, config.forklore)?
        })
    }
}

/// Where the program is, once it is there.
fn placed(dir: &Path, config: &PythonConfig) -> io::Result<PathBuf> {
    let (text, of) = match &config.program {
        Program::InPlace(path) => return std::path::absolute(path),
        Program::Copy { text, of } => (text, of),
    };
    // The folder's name is in the command line: `ps aux | grep pool` finds the lesson's processes.
    let folder = dir.join(files::LESSON).join(&config.lesson);
    private::directory(&folder)?;
    let program = folder.join("program.py");
    private::write(&program, text)?;
    if let Some(of) = of {
        for entry in std::fs::read_dir(of)?.flatten() {
            let name = entry.file_name();
            if name != "program.py" && name != "__pycache__" {
                std::os::unix::fs::symlink(std::path::absolute(entry.path())?, folder.join(name))?;
            }
        }
    }
    Ok(program)
}
