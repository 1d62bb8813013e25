//! A program of one's own as the main process of a run: `forklore trace`.
//!
//! Called by the cli. The program runs as it is; it and everything it starts is followed from outside
//! (`guard::follow`). Pythons among them find a small package of ours first on their path, which tells
//! the operations of `multiprocessing` as `mp` does.

mod package;

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use super::directory::run_directory;
use super::dispatcher::Following;
use super::error::{StartError, Step};
pub use super::greeting::Buffering;
use super::greeting::Greeting;
use super::interpreter::behind_shim;
use super::launch::Launch;
use super::run::Run;
use crate::protocol::{environment as variables, files};

/// What to run, and how.
#[derive(Debug)]
pub struct TraceConfig {
    /// The program, looked for as a shell does, and its arguments.
    pub argv: Vec<OsString>,
    pub buffering: Buffering,
    /// What it may read on descriptor 0; nothing, where there is none.
    pub input: Option<OwnedFd>,
    /// Processes that outlive the program are waited for even where they hold none of its output.
    pub wait: bool,
    /// The forklore program that becomes guard; `None` is the one that runs now.
    pub forklore: Option<PathBuf>,
    /// Added to the environment of all processes of the run.
    pub environment: Vec<(OsString, OsString)>,
}

impl Run {
    /// Starts a program of one's own. The calling thread has to live as long as the run, as for
    /// `Run::start`.
    ///
    /// # Errors
    /// What kept it from starting; nothing is left of it then.
    pub fn trace(config: TraceConfig) -> Result<Run, StartError> {
        let main_name = name_of(&config.argv);
        let mut argv = config.argv;
        // What is behind a shim is the program; the shim's own processes are nobody's business.
        if let Some((program, real)) = argv.first_mut().and_then(|program| {
            let real = behind_shim(program)?;
            Some((program, real))
        }) {
            *program = real.into();
        }
        let (dir, in_use) = run_directory()?;
        Run::launch(Launch {
            main_name,
            in_use,
            wait: config.wait,
            input: config.input,
            door: Some(Greeting::new(config.buffering)),
            ..prepared(dir, argv, config.environment, config.forklore)?
        })
    }
}

/// A program that is followed, with the package for its Pythons in place. What fails leaves nothing.
pub(super) fn prepared(
    dir: PathBuf,
    argv: Vec<OsString>,
    mut environment: Vec<(OsString, OsString)>,
    forklore: Option<PathBuf>,
) -> Result<Launch, StartError> {
    let unpacked = package::unpack(&dir).map_err(|source| {
        let _ = std::fs::remove_dir_all(&dir);
        StartError::new(Step::Package, source)
    })?;
    environment.push((variables::TRACE.into(), dir.join(files::DOOR).into()));
    environment.push((variables::PYTHON_PATH.into(), first_on_path(&unpacked)));
    let forklore = forklore.unwrap_or_else(|| PathBuf::from("/proc/self/exe"));
    Ok(Launch {
        forklore: forklore.clone(),
        environment,
        introduced: false,
        follow: Some(Following::UsersOwn),
        gate: None,
        ..Launch::new(forklore, argv, dir)
    })
}

/// The program's name without its folder.
pub fn name_of(argv: &[OsString]) -> String {
    let program = argv.first().map(Path::new);
    let name = program.and_then(Path::file_name).unwrap_or(OsStr::new("?"));
    name.to_string_lossy().into_owned()
}

/// `PYTHONPATH` as it is, with a folder in front.
fn first_on_path(folder: &Path) -> OsString {
    let mut path = folder.as_os_str().to_owned();
    if let Some(rest) = std::env::var_os(variables::PYTHON_PATH).filter(|rest| !rest.is_empty()) {
        path.push(":");
        path.push(rest);
    }
    path
}
