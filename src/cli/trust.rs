//! Trust: a pack's programs run as the user, so the user is asked once for each lesson folder.
//!
//! The answer is kept with the folder's path and a hash of its files, under the state directory; files that changed
//! are asked about again. `--trust` says yes for one command, and is not kept. A built-in lesson's program, and a
//! Rust twin, is forklore's own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::context::Context;
use super::xdg;
use crate::error::{Code, Failure};
use crate::lesson::{Lesson, Library, Origin};
use crate::sys::private;

/// Folders that were said yes to, by path, with the hash of their files.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Trusted {
    forklore_trust: u32,
    folders: BTreeMap<PathBuf, String>,
}

/// Largest file that is read, and the most folders that are kept.
const LARGEST: u64 = 1 << 20;
const MOST: usize = 1_000;

/// Files of a folder, and folders within each other, that a hash covers.
const MOST_FILES: usize = 5_000;
const DEEPEST: usize = 8;

/// Refuses a lesson whose programs nobody said yes to.
pub(super) fn require(context: &Context, lesson: &Lesson) -> Result<(), Failure> {
    let Origin::Folder(folder) = &lesson.origin else {
        return Ok(());
    };
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.clone());
    let hash = hash(&folder);
    if context.trusts_all() || is_kept(&folder, &hash) {
        return Ok(());
    }
    let lang = context.lang;
    let path = folder.display();
    let terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !(terminal && context.may_ask()) {
        let what = lang.tell("trust.headless", &[("path", &path)]);
        return Err(Failure::new(Code::NotStarted, what).remedy(lang.phrase("trust.remedy")));
    }
    let changed = read().folders.contains_key(&folder);
    let question = if changed {
        lang.tell("trust.changed", &[("path", &path)])
    } else {
        lang.tell("trust.question", &[("path", &path)])
    };
    if !asked(&question) {
        let what = lang.tell("trust.refused", &[("path", &path)]);
        return Err(Failure::new(Code::NotStarted, what));
    }
    keep(&folder);
    Ok(())
}

/// Asks of every lesson that Python would run, before the session has the terminal: from then on nobody is asked.
/// What was not said yes to can be read, and is refused when it is to run.
pub(super) fn settle(context: &Context, library: &Library) {
    for lesson in library.iter().filter(|lesson| !lesson.twin) {
        // A no keeps the lesson from running, and nothing else.
        let _ = require(context, lesson);
    }
    context.ask_no_more();
}

/// Whether it was said yes to this folder with these files.
fn is_kept(folder: &Path, hash: &str) -> bool {
    read()
        .folders
        .get(folder)
        .is_some_and(|known| known == hash)
}

/// Asks at the terminal; what is no yes is a no.
fn asked(question: &str) -> bool {
    let mut terminal = io::stderr();
    let _ = write!(terminal, "{} ", crate::text::clean_text(question));
    let _ = terminal.flush();
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    let yes = ["y", "yes", "是"];
    read.is_ok() && yes.contains(&answer.trim().to_lowercase().as_str())
}

/// SHA-256 over the names and texts of all files in the folder: a program may import any of them. Of what is too
/// large to be read at once, size and time stand for the text.
fn hash(folder: &Path) -> String {
    let mut digest = Sha256::new();
    let mut left = MOST_FILES;
    add(folder, &mut digest, &mut left, DEEPEST);
    digest
        .finalize()
        .iter()
        .fold(String::new(), |mut hex, byte| {
            // Writing to a String does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

fn add(folder: &Path, digest: &mut Sha256, left: &mut usize, depth: usize) {
    let mut entries: Vec<_> = match std::fs::read_dir(folder) {
        Ok(entries) => entries.flatten().collect(),
        Err(_) => return,
    };
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        // What running it writes there.
        if name == "__pycache__" || *left == 0 {
            continue;
        }
        *left -= 1;
        let path = entry.path();
        let mut part = |bytes: &[u8]| {
            digest.update(bytes.len().to_le_bytes());
            digest.update(bytes);
        };
        part(name.as_encoded_bytes());
        if let Ok(target) = std::fs::read_link(&path) {
            part(target.as_os_str().as_encoded_bytes());
        }
        let Ok(data) = std::fs::metadata(&path) else {
            continue;
        };
        if data.is_file() && data.len() <= LARGEST {
            part(&std::fs::read(&path).unwrap_or_default());
        } else if data.is_dir() && depth > 0 {
            add(&path, digest, left, depth - 1);
        } else {
            let of = (data.len(), data.modified().ok());
            part(format!("{of:?}").as_bytes());
        }
    }
}

fn file() -> Option<PathBuf> {
    Some(xdg::own(xdg::Kind::State)?.join("forklore/trusted.json"))
}

/// What was kept; nothing where it can't be read: then it is asked again.
fn read() -> Trusted {
    let text = file()
        .filter(|path| {
            let data = std::fs::metadata(path);
            data.is_ok_and(|data| data.is_file() && data.len() <= LARGEST)
        })
        .and_then(|path| std::fs::read(path).ok());
    let read = text.and_then(|text| serde_json::from_slice(&text).ok());
    read.unwrap_or_default()
}

/// Keeps a yes to the folder as it is now; where that is not possible, it is asked again the next time.
pub(super) fn keep(folder: &Path) {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let hash = hash(&folder);
    let mut trusted = read();
    trusted.forklore_trust = 1;
    trusted.folders.retain(|folder, _| folder.exists());
    if trusted.folders.len() < MOST {
        trusted.folders.insert(folder, hash);
    }
    let _ = write(&trusted);
}

fn write(trusted: &Trusted) -> io::Result<()> {
    let path = file().ok_or(io::ErrorKind::NotFound)?;
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    private::directory(folder)?;
    // Written beside it and moved: two at once leave one of the two, whole.
    let beside = folder.join(format!("trusted.{}.tmp", std::process::id()));
    let written = private::write(&beside, serde_json::to_vec(trusted)?);
    let moved = written.and_then(|()| std::fs::rename(&beside, &path));
    moved.inspect_err(|_| {
        let _ = std::fs::remove_file(&beside);
    })
}
