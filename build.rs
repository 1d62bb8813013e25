//! Lists files, so that nobody has to: every file under `lessons/` and `assets/python/` and every
//! recording under `assets/recordings/` becomes part of the binary because it is there.
//!
//! Writes four files of Rust to `OUT_DIR`. It only lists; it reads no file and judges nothing. The
//! include_dir crate would list the texts, but a lesson's program.rs is a module and has to be
//! declared, so one script does both.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo runs this")?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo runs this")?);
    for watched in ["build.rs", "lessons", "assets/recordings", "assets/python"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let lessons = root.join("lessons");
    let mut paths = Vec::new();
    walk(&lessons, "", &mut paths)?;
    fs::write(out.join("lessons.rs"), files(&lessons, &paths)?)?;
    fs::write(out.join("programs.rs"), programs(&lessons, &paths)?)?;
    let package = root.join("assets/python");
    let mut paths = Vec::new();
    walk(&package, "", &mut paths)?;
    fs::write(out.join("python.rs"), files(&package, &paths)?)?;
    let recordings = root.join("assets/recordings");
    fs::write(out.join("recordings.rs"), examples(&recordings)?)?;
    Ok(())
}

/// The files under `folder`, as paths joined by `/`, sorted. What a run of Python or an editor left
/// there is no part of a lesson.
fn walk(folder: &Path, under: &str, found: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_str().ok_or("a file name is not UTF-8")?;
        let path = format!("{under}{name}");
        if name.starts_with('.') || name == "__pycache__" || name.ends_with('~') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{path}/"), found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

/// A path as a Rust literal.
fn literal(path: &Path) -> Result<String, Box<dyn Error>> {
    let path = path
        .to_str()
        .ok_or("the path of this package is not UTF-8")?;
    Ok(format!("{path:?}"))
}

/// Path under the folder and text of every file.
fn files(folder: &Path, paths: &[String]) -> Result<String, Box<dyn Error>> {
    let mut text = String::from("&[\n");
    for path in paths {
        let place = literal(&folder.join(path))?;
        writeln!(text, "    ({path:?}, include_str!({place})),")?;
    }
    text.push_str("]\n");
    Ok(text)
}

/// A module for every program.rs, and `find`: from a lesson's slug to its `main`.
fn programs(lessons: &Path, paths: &[String]) -> Result<String, Box<dyn Error>> {
    let (mut modules, mut arms) = (String::new(), String::new());
    for path in paths {
        let Some(folder) = path.strip_suffix("/program.rs") else {
            continue;
        };
        let slug = slug(folder);
        let module = format!("lesson_{}", slug.replace('-', "_"));
        let place = literal(&lessons.join(path))?;
        writeln!(modules, "#[path = {place}]\nmod {module};")?;
        writeln!(arms, "        {slug:?} => {module}::main,")?;
    }
    Ok(format!(
        "{modules}
/// The program of the lesson with this slug.
pub fn find(slug: &str) -> Option<Program> {{
    Some(match slug {{
{arms}        _ => return None,
    }})
}}
"
    ))
}

/// `06-lock` → `lock`; `lessons check` sees to it that lesson.toml says the same.
fn slug(folder: &str) -> &str {
    let name = folder.trim_start_matches(|c: char| c.is_ascii_digit());
    name.strip_prefix('-').unwrap_or(folder)
}

/// Slug and bytes of every recording.
fn examples(recordings: &Path) -> Result<String, Box<dyn Error>> {
    let mut paths = Vec::new();
    walk(recordings, "", &mut paths)?;
    let mut text = String::from("&[\n");
    for path in &paths {
        if let Some(slug) = path.strip_suffix(".jsonl.zst") {
            let place = literal(&recordings.join(path))?;
            writeln!(text, "    ({slug:?}, include_bytes!({place})),")?;
        }
    }
    text.push_str("]\n");
    Ok(text)
}
