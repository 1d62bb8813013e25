//! `Lesson`: one lesson folder in memory, whether embedded or read from a disk.
//!
//! Owns which files a folder has and how a folder without lesson.toml becomes a lesson. Refuses
//! files beyond a megabyte and folders without a program.

use std::io::{Error, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::error::LessonError;
use super::extremes::extremes;
use super::parse::{MAX_ORDER, Manifest};
use super::questions::Outcome;
use super::scope::{Circumstances, Setting};
use super::section::source::Notes;
use super::words::Words;
use super::{Lang, Parameter, Params, ParamsError, source};

/// No file of a lesson is longer: a text to read, not a download.
const MAX_BYTES: u64 = 1 << 20;

/// How the error begins that names the first line that is not UTF-8.
const NOT_UTF8: &str = "not UTF-8 (line ";

/// Where a lesson comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Embedded,
    Folder(PathBuf),
}

/// The files of a lesson, as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    pub manifest: Option<String>,
    pub en: Option<String>,
    pub zh: Option<String>,
    /// program.py
    pub python: String,
    /// program.rs
    pub rust: Option<String>,
    /// outcomes.toml
    pub outcomes: Option<String>,
    /// Name under probes/ and text, by name.
    pub probes: Vec<(String, String)>,
}

/// A lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// Name of its folder: `06-lock`.
    pub folder: String,
    pub origin: Origin,
    /// Whether the native engine has its program: a built-in lesson's, or the very same files.
    pub twin: bool,
    pub files: Files,
    pub manifest: Manifest,
}

impl Lesson {
    /// Makes a lesson of a folder's files. `file` names its lesson.toml in errors.
    ///
    /// # Errors
    /// lesson.toml is malformed.
    pub fn new(
        folder: &str,
        file: &str,
        origin: Origin,
        files: Files,
    ) -> Result<Lesson, LessonError> {
        let mut manifest = match &files.manifest {
            Some(text) => Manifest::parse(file, text)?,
            None => bare(folder, file),
        };
        manifest.order = manifest.order.or_else(|| number_of(folder));
        Ok(Lesson {
            folder: folder.to_owned(),
            twin: origin == Origin::Embedded && files.rust.is_some(),
            origin,
            files,
            manifest,
        })
    }

    /// Reads a folder. Only program.py must be there.
    ///
    /// # Errors
    /// A file that can't be read, is too long or not UTF-8; a malformed lesson.toml.
    pub fn read(path: &Path) -> Result<Lesson, LessonError> {
        let files = Files {
            manifest: read_part(path, Part::Manifest)?,
            en: read_part(path, Part::En)?,
            zh: read_part(path, Part::Zh)?,
            python: read_part(path, Part::Python)?.unwrap_or_default(),
            rust: read_part(path, Part::Rust)?,
            outcomes: read_part(path, Part::Outcomes)?,
            probes: probes(&path.join("probes"))?,
        };
        let folder = path
            .canonicalize()
            .ok()
            .and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .unwrap_or_else(|| path.to_string_lossy().into_owned());
        let file = path.join("lesson.toml").display().to_string();
        Lesson::new(&folder, &file, Origin::Folder(path.to_owned()), files)
    }

    /// What a file of it is called, for people: with its folder.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        match &self.origin {
            Origin::Embedded => format!("{}/{name}", self.folder),
            Origin::Folder(path) => path.join(name).display().to_string(),
        }
    }

    #[must_use]
    pub fn slug(&self) -> &str {
        &self.manifest.slug
    }

    /// What lessons are sorted by: those without a place in the course come last.
    pub(super) fn place(&self) -> (u32, &str) {
        (self.manifest.order.unwrap_or(u32::MAX), self.slug())
    }

    /// The text to read, in `lang`; empty where the pack has none.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        let text = match lang {
            Lang::En => &self.files.en,
            Lang::Zh => &self.files.zh,
        };
        text.as_deref().unwrap_or("")
    }

    /// Of each line of the Rust twin the line of program.py it stands for: the first one its mark
    /// names (`// py:8`, `// py:8-9`). Empty without a twin.
    pub fn python_lines(&self) -> Vec<Option<usize>> {
        let line = |text: &str| {
            let (_, mark) = text.rsplit_once("// py:")?;
            let first = mark.split(|c: char| !c.is_ascii_digit()).next()?;
            first.parse().ok()
        };
        let rust = self.files.rust.as_deref().unwrap_or_default();
        rust.lines().map(line).collect()
    }

    /// Where its folder is, for people.
    #[must_use]
    pub fn path(&self) -> String {
        match &self.origin {
            Origin::Embedded => format!("lessons/{}", self.folder),
            Origin::Folder(path) => path.display().to_string(),
        }
    }

    /// Whether `other`'s program is this one's, and takes no value that this one refuses.
    pub(super) fn runs_as(&self, other: &Lesson) -> bool {
        let same = self.files.python == other.files.python && self.files.rust == other.files.rust;
        let known = &other.manifest.parameters;
        same && self.manifest.parameters.iter().all(|parameter| {
            let name = |other: &&Parameter| other.name == parameter.name;
            let found = known.iter().find(name);
            found.is_some_and(|known| known.kind.holds(&parameter.kind))
        })
    }

    /// The defaults, with each `name=value` of `sets` applied.
    ///
    /// # Errors
    /// As `Params::set`.
    pub fn params<S: AsRef<str>>(&self, sets: &[S]) -> Result<Params, ParamsError> {
        let mut params = Params::defaults(&self.manifest.parameters);
        for given in sets {
            params.set(self.slug(), &self.manifest.parameters, given.as_ref())?;
        }
        Ok(params)
    }

    /// The defaults, the ends of every parameter's range, and the rows of the matrix, each in words.
    #[must_use]
    pub fn extremes(&self) -> Vec<(Params, Words)> {
        let parameters = &self.manifest.parameters;
        let mut all = extremes(parameters);
        for row in self.matrix() {
            if !all.iter().any(|(known, _)| *known == row) {
                let said: Vec<String> = row.settings().collect();
                all.push((row, Words::of(|_| said.join(", "))));
            }
        }
        // What is greatest in one is often so in all.
        let mut seen: Vec<Params> = Vec::new();
        all.retain(|(params, _)| {
            let new = !seen.contains(params);
            seen.push(params.clone());
            new
        });
        all
    }

    /// The parameters of each run of a test: the rows of its matrix, or the defaults alone.
    #[must_use]
    pub fn matrix(&self) -> Vec<Params> {
        let parameters = &self.manifest.parameters;
        let rows = self.manifest.matrix.iter().map(|row| {
            let mut params = Params::defaults(parameters);
            for (name, value) in row {
                // The parser admitted it.
                let _ = params.set_value(self.slug(), parameters, name, value);
            }
            params
        });
        let rows: Vec<Params> = rows.collect();
        if rows.is_empty() {
            return vec![Params::defaults(parameters)];
        }
        rows
    }

    /// What its expressions mean for one run.
    #[must_use]
    pub fn setting(&self, params: &Params, circumstances: &Circumstances) -> Setting {
        Setting::new(params, circumstances, &self.manifest.define)
    }

    /// Somebody else's program for this lesson: with the constants at these values, and the names of those it
    /// lacks.
    #[must_use]
    pub fn set_in(&self, program: &str, params: &Params) -> (String, Vec<String>) {
        source::set_all(program, &self.manifest.parameters, params)
    }

    /// program.py with the parameters' constants at these values; unchanged for the defaults, and
    /// with the same number of lines always.
    ///
    /// # Errors
    /// The names of parameters that are no constant of the program.
    pub fn python_source(&self, params: &Params) -> Result<String, Vec<String>> {
        source::with_params(&self.files.python, &self.manifest.parameters, params)
    }
}

/// The place in the course that a folder's name tells: 3 for `03-array`.
fn number_of(folder: &str) -> Option<u32> {
    let (number, _) = folder.split_once('-')?;
    let number = number.parse().ok();
    number.filter(|number| (1..=MAX_ORDER).contains(number))
}

/// A folder without lesson.toml: a program to run and look at, nothing to check.
fn bare(folder: &str, file: &str) -> Manifest {
    let name = folder.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    let name = if name.is_empty() { folder } else { name };
    Manifest {
        file: file.to_owned(),
        slug: name.to_owned(),
        order: None,
        title: Words::new(name, name),
        summary: Words::default(),
        needs: Vec::new(),
        pair: None,
        grep: None,
        parameters: Vec::new(),
        define: Vec::new(),
        listings: Vec::new(),
        outcome: Outcome::Lines,
        checks: Vec::new(),
        predictions: Vec::new(),
        claims: Vec::new(),
        matrix: Vec::new(),
        notes: Notes::default(),
    }
}

/// The program of a folder that may be no lesson.
#[must_use]
pub fn program_text(folder: &Path) -> Option<String> {
    read_part(folder, Part::Python).ok().flatten()
}

/// A file of a lesson folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Manifest,
    Python,
    En,
    Zh,
    Rust,
    Outcomes,
    /// Every probe; there is no text to give.
    Probes,
}

impl Part {
    pub(super) const ALL: [Part; 7] = [
        Part::Manifest,
        Part::Python,
        Part::En,
        Part::Zh,
        Part::Rust,
        Part::Outcomes,
        Part::Probes,
    ];

    pub(super) fn file(self) -> &'static str {
        match self {
            Part::Manifest => "lesson.toml",
            Part::Python => "program.py",
            Part::En => "en.md",
            Part::Zh => "zh.md",
            Part::Rust => "program.rs",
            Part::Outcomes => "outcomes.toml",
            Part::Probes => "probes",
        }
    }
}

/// The text of one file; `None` where it is not there and need not be.
pub(super) fn read_part(folder: &Path, part: Part) -> Result<Option<String>, LessonError> {
    let path = folder.join(part.file());
    let needs = match part {
        Part::Probes => return entries(&path).map(|_| None),
        Part::Python => "a program.py",
        _ => "files",
    };
    match read_text(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound && part != Part::Python => Ok(None),
        Err(source) => Err(LessonError::Unreadable {
            path,
            needs,
            source,
        }),
    }
}

/// The text of a file that may be anything: no more than a megabyte of UTF-8.
///
/// # Errors
/// What `why_unreadable` puts into words.
pub fn read_text(path: &Path) -> Result<String, Error> {
    // Opening a FIFO without a writer, or a terminal, would keep us waiting.
    let file = std::fs::File::options()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)?;
    let data = file.metadata()?;
    if data.is_dir() {
        return Err(Error::new(ErrorKind::InvalidInput, "is a directory"));
    }
    if !data.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::new(ErrorKind::InvalidData, "longer than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..good]);
        let line = before.matches('\n').count() + 1;
        Error::new(ErrorKind::InvalidData, format!("{NOT_UTF8}{line})"))
    })
}

/// Why a file can't be read, in the user's language where the words are ours.
#[must_use]
pub fn why_unreadable(lang: Lang, why: &Error) -> String {
    let why = why.to_string();
    let line = why
        .strip_prefix(NOT_UTF8)
        .and_then(|rest| rest.strip_suffix(')'));
    match line {
        Some(line) => lang.tell("lesson-error.not-utf8", &[("line", &line)]),
        None => lang.term("lesson-error.why", &why),
    }
}

fn probes(path: &Path) -> Result<Vec<(String, String)>, LessonError> {
    each_probe(path)?.into_iter().collect()
}

/// A probe's name and text, or why it can't be read.
type Probe = Result<(String, String), LessonError>;

/// Every probe of a folder.
pub(super) fn each_probe(path: &Path) -> Result<Vec<Probe>, LessonError> {
    let files = entries(path)?.into_iter();
    let python = files.filter(|(_, path)| path.extension().is_some_and(|ending| ending == "py"));
    let read = |(name, path): (String, PathBuf)| match read_text(&path) {
        Ok(text) => Ok((name, text)),
        Err(source) => Err(LessonError::Unreadable {
            path,
            needs: "probes",
            source,
        }),
    };
    Ok(python.map(read).collect())
}

/// Names and paths in a folder, by name; none where there is no folder.
pub(super) fn entries(path: &Path) -> Result<Vec<(String, PathBuf)>, LessonError> {
    let unreadable = |source| LessonError::Unreadable {
        path: path.to_owned(),
        needs: "entries",
        source,
    };
    let listing = match std::fs::read_dir(path) {
        Ok(listing) => listing,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut found = Vec::new();
    for entry in listing {
        let entry = entry.map_err(unreadable)?;
        found.push((
            entry.file_name().to_string_lossy().into_owned(),
            entry.path(),
        ));
    }
    found.sort();
    Ok(found)
}
