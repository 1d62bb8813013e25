//! `Interpreter`: a CPython on this machine, found and asked who it is.
//!
//! What is found may be a shim (pyenv, asdf, conda, uv): a script, or a small program, that starts the
//! Python that is meant. The Python itself says where its own file is, and that is what runs. Refuses
//! other implementations and versions that can't be followed.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::sys::clock;
use crate::trace::StartMethod;

/// How long a Python may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// The oldest version that the package in assets/python follows, and the oldest that is supported.
const OLDEST: u32 = 6;
const SUPPORTED: std::ops::RangeInclusive<u32> = 8..=14;

/// Prints implementation, version and file. The file comes last, as bytes.
const ASK: &str = "import os, sys\n\
                   head = '%s %d.%d.%d ' % ((sys.implementation.name,) + sys.version_info[:3])\n\
                   sys.stdout.buffer.write(head.encode() + os.fsencode(sys.executable))";

/// A version of CPython.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub micro: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

impl Version {
    fn parse(text: &str) -> Option<Version> {
        let mut parts = text.split('.').map(str::parse);
        let mut part = || parts.next()?.ok();
        let (major, minor, micro) = (part()?, part()?, part()?);
        Some(Version {
            major,
            minor,
            micro,
        })
    }

    /// As lessons' expressions have it: 311 for 3.11.
    #[must_use]
    pub fn number(self) -> i64 {
        i64::from(self.major) * 100 + i64::from(self.minor)
    }

    /// Whether runs under it are tested. Older and newer ones may run.
    #[must_use]
    pub fn is_supported(self) -> bool {
        self.major == 3 && SUPPORTED.contains(&self.minor)
    }

    /// How `multiprocessing` starts children on Linux where nobody says.
    #[must_use]
    pub fn default_method(self) -> StartMethod {
        if self.minor >= 14 {
            StartMethod::Forkserver
        } else {
            StartMethod::Fork
        }
    }

    /// Whether `wanted` (`3.11`, `3.11.4`) names it.
    fn is(self, wanted: &str) -> bool {
        let full = self.to_string();
        let rest = full.strip_prefix(wanted);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// A Python that can run lessons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// Its own file, no shim. In a virtual environment the link that stands there.
    pub path: PathBuf,
    pub version: Version,
}

/// Why there is no interpreter.
#[derive(Debug, thiserror::Error)]
pub enum InterpreterError {
    #[error("there is no python3 on the PATH")]
    None,
    #[error("there is no Python `{given}` here")]
    NotFound { given: String },
    #[error("{} is no Python that can be asked: {why}", path.display())]
    NoAnswer { path: PathBuf, why: String },
    #[error("{} is {name} {version}", path.display())]
    Other {
        path: PathBuf,
        name: String,
        version: Version,
    },
}

impl Interpreter {
    /// The one that is meant: a version (`3.11`), a file, a virtual environment's folder or a name on
    /// the PATH; else `python3`.
    ///
    /// # Errors
    /// There is none, or it is none that can run lessons.
    pub fn find(given: Option<&str>) -> Result<Interpreter, InterpreterError> {
        let Some(given) = given else {
            return first(
                on_path("python3").chain(on_path("python")),
                InterpreterError::None,
            );
        };
        let not_found = || InterpreterError::NotFound {
            given: given.to_owned(),
        };
        if is_version(given) {
            let name = format!("python{given}");
            let named = on_path(&name).chain(installed());
            return named
                .filter_map(|path| Interpreter::at(&path).ok())
                .find(|found| found.version.is(given))
                .ok_or_else(not_found);
        }
        let path = Path::new(given);
        if path.is_dir() {
            let inside = path.join("bin/python3");
            return if inside.exists() {
                Interpreter::at(&inside)
            } else {
                Err(not_found())
            };
        }
        if given.contains('/') {
            return if path.exists() {
                Interpreter::at(path)
            } else {
                Err(not_found())
            };
        }
        first(on_path(given), not_found())
    }

    /// All that are found, the one that `find` gives first, each once.
    #[must_use]
    pub fn all() -> Vec<Result<Interpreter, InterpreterError>> {
        let mut found: Vec<Result<Interpreter, InterpreterError>> = Vec::new();
        let first = Interpreter::find(None);
        if !matches!(first, Err(InterpreterError::None)) {
            found.push(first);
        }
        for path in installed() {
            // What works is tried.
            let asked = Interpreter::ask(&path);
            let known = found.iter().flatten().any(|known| {
                asked.as_ref().is_ok_and(|asked| {
                    asked.path == known.path
                        || (asked.version == known.version
                            && !is_environment(&asked.path)
                            && same_file(&asked.path, &known.path))
                })
            });
            if !known {
                found.push(asked);
            }
        }
        found
    }

    /// What is at `path`; asked only where its files do not say it.
    fn at(path: &Path) -> Result<Interpreter, InterpreterError> {
        known(path).map_or_else(|| Interpreter::ask(path), Ok)
    }

    /// Asks the program at `path` who it is.
    fn ask(path: &Path) -> Result<Interpreter, InterpreterError> {
        let no_answer = |why: String| InterpreterError::NoAnswer {
            path: path.to_owned(),
            why,
        };
        let said = answer(path).map_err(|why| no_answer(why.to_string()))?;
        let mut parts = said.splitn(3, |byte| *byte == b' ');
        let mut part = || parts.next().unwrap_or_default();
        let name = String::from_utf8_lossy(part()).into_owned();
        let version = Version::parse(&String::from_utf8_lossy(part()));
        let file = Path::new(OsStr::from_bytes(part())).to_owned();
        let Some(version) = version.filter(|_| file.is_absolute()) else {
            let line = String::from_utf8_lossy(&said).into_owned();
            return Err(no_answer(
                line.lines().next().unwrap_or_default().to_owned(),
            ));
        };
        if name != "cpython" || version.major != 3 || version.minor < OLDEST {
            return Err(InterpreterError::Other {
                path: file,
                name,
                version,
            });
        }
        Ok(Interpreter {
            path: file,
            version,
        })
    }
}

/// The real file of a Python that is started by a script; `None` where `program` is no such script.
pub(super) fn behind_shim(program: &OsStr) -> Option<PathBuf> {
    let path = Path::new(program);
    let name = path.file_name()?.to_str()?;
    let rest = name.strip_prefix("python")?;
    if !rest.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let file = if path.components().count() > 1 {
        path.to_owned()
    } else {
        on_path(name).next()?
    };
    is_script(&file)
        .then(|| Interpreter::ask(&file).ok())?
        .map(|found| found.path)
}

/// A Python whose own headers say its version: to ask it would take nearly as long as to start it.
fn known(path: &Path) -> Option<Interpreter> {
    let real = path.canonicalize().ok().filter(|_| !is_script(path))?;
    let name = real.file_name()?.to_str()?;
    let minor: u32 = name.strip_prefix("python3.")?.parse().ok()?;
    let header = format!("include/{name}/patchlevel.h");
    let text = std::fs::read_to_string(real.parent()?.parent()?.join(header)).ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("#define PY_VERSION"))?;
    let version = Version::parse(line.split('"').nth(1)?)?;
    let fits = (version.major, version.minor) == (3, minor) && minor >= OLDEST;
    fits.then_some(Interpreter {
        path: std::path::absolute(path).ok()?,
        version,
    })
}

fn is_script(path: &Path) -> bool {
    let mut head = [0; 2];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == *b"#!"
}

/// The first that can be had; else why the first can't, or `none`.
fn first(
    paths: impl Iterator<Item = PathBuf>,
    none: InterpreterError,
) -> Result<Interpreter, InterpreterError> {
    let mut why = None;
    for path in paths {
        match Interpreter::at(&path) {
            Ok(found) => return Ok(found),
            Err(error) => why = why.or(Some(error)),
        }
    }
    Err(why.unwrap_or(none))
}

fn is_version(given: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    given.contains('.') && given.split('.').all(number)
}

fn is_environment(python: &Path) -> bool {
    let root = python.parent().and_then(Path::parent);
    root.is_some_and(|root| root.join("pyvenv.cfg").exists())
}

fn same_file(a: &Path, b: &Path) -> bool {
    !is_environment(b) && matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Files of this name in the folders of the PATH.
fn on_path(name: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let name = name.to_owned();
    folders
        .into_iter()
        .map(move |folder| folder.join(&name))
        .filter(|file| file.is_file())
}

/// Pythons where they are usually installed: active and local environments, those of the PATH that say
/// their version, pyenv's, uv's and conda's.
fn installed() -> impl Iterator<Item = PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = variable("HOME").unwrap_or_default();
    let mut found: Vec<PathBuf> = Vec::new();
    let python = |root: PathBuf| root.join("bin/python3");
    found.extend(variable("VIRTUAL_ENV").map(python));
    found.extend(variable("CONDA_PREFIX").map(python));
    found.push(python(PathBuf::from(".venv")));
    for folder in std::env::split_paths(&variable("PATH").unwrap_or_default()) {
        found.extend(below(&folder).into_iter().filter(|path| {
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
            name.strip_prefix("python").is_some_and(is_version) && !is_script(path)
        }));
    }
    let pyenv = variable("PYENV_ROOT").unwrap_or_else(|| home.join(".pyenv"));
    found.extend(below(&pyenv.join("versions")).into_iter().map(python));
    found.extend(
        below(&home.join(".local/share/uv/python"))
            .into_iter()
            .map(python),
    );
    for conda in ["miniconda3", "miniforge3", "anaconda3"] {
        let root = home.join(conda);
        found.extend(below(&root.join("envs")).into_iter().map(python));
        found.push(python(root));
    }
    found.into_iter().filter(|path| path.is_file())
}

/// What a folder holds, the highest version first; nothing where there is none.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    let numbers = |path: &PathBuf| -> Vec<u32> {
        let name = path.to_string_lossy().into_owned();
        let digits = name.split(|c: char| !c.is_ascii_digit());
        digits.filter_map(|part| part.parse().ok()).collect()
    };
    paths.sort_by_key(|path| std::cmp::Reverse(numbers(path)));
    paths
}

/// What it prints.
fn answer(path: &Path) -> io::Result<Vec<u8>> {
    let mut child = Command::new(path)
        .args(["-I", "-S", "-c", ASK])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let group = Pid::from_raw(child.id().cast_signed());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let said = read_until(stdout, clock::instant() + PATIENCE);
    if said.is_err() {
        // Not collected yet, so the number is still its own.
        let _ = killpg(group, Signal::SIGKILL);
    }
    let status = child.wait()?;
    let said = said?;
    if status.success() {
        return Ok(said);
    }
    let mut words = String::new();
    if let Some(stderr) = stderr {
        let _ = stderr.take(4096).read_to_string(&mut words);
    }
    Err(io::Error::other(
        words
            .trim()
            .lines()
            .next_back()
            .unwrap_or("it fails")
            .to_owned(),
    ))
}

fn read_until(stdout: Option<std::process::ChildStdout>, deadline: Instant) -> io::Result<Vec<u8>> {
    let mut said = Vec::new();
    let Some(mut stdout) = stdout else {
        return Ok(said);
    };
    loop {
        let left = deadline.saturating_duration_since(clock::instant());
        let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
        let mut fds = [PollFd::new(stdout.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, left)? == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut some = [0; 4096];
        match stdout.read(&mut some)? {
            0 => return Ok(said),
            length => said.extend_from_slice(&some[..length]),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::{Interpreter, InterpreterError, Version, is_version};

    #[test]
    fn a_version_is_named_by_its_beginning() {
        let version = Version::parse("3.11.4").unwrap();
        for (wanted, is) in [
            ("3.11", true),
            ("3.11.4", true),
            ("3.1", false),
            ("3.11.40", false),
        ] {
            assert_eq!(version.is(wanted), is, "{wanted}");
        }
        assert_eq!(version.number(), 311);
        assert!(is_version("3.14") && !is_version("python3") && !is_version("./3.11"));
    }

    /// What comes of a program that answers so.
    fn asked(script: &str) -> Result<Interpreter, InterpreterError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("python3");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Interpreter::find(path.to_str())
    }

    #[test]
    fn a_shim_leads_to_the_file_that_python_names() {
        let found = asked("printf 'cpython 3.9.2 /opt/real/python3.9'").unwrap();
        assert_eq!(found.path.to_str(), Some("/opt/real/python3.9"));
        assert_eq!(found.version.to_string(), "3.9.2");
    }

    #[test]
    fn what_is_no_python_is_refused_with_its_own_words() {
        let why = |script| asked(script).unwrap_err().to_string();
        assert!(why("echo 'command not found' >&2; exit 127").contains("command not found"));
        assert!(why("echo hello").contains("hello"));
        assert!(why("printf 'pypy 3.9.2 /p'").ends_with("/p is pypy 3.9.2"));
        assert!(why("printf 'cpython 2.7.18 /p'").ends_with("cpython 2.7.18"));
        assert!(matches!(
            Interpreter::find(Some("/no/such/python")),
            Err(InterpreterError::NotFound { .. })
        ));
    }
}
