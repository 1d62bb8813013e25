//! Which program is meant: by a name, or none given, those that run.

use std::collections::BTreeMap;

use super::program::root_of;
use crate::proc::{file, numbers};
use crate::sys::stat::Stat;
use crate::text::clean;

/// A Python program that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its first process.
    pub pid: i32,
    pub command: String,
}

fn words(pid: i32) -> Vec<String> {
    let line = file(pid, "cmdline");
    let line = String::from_utf8_lossy(&line);
    let words = line.trim_end_matches('\0').split('\0');
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_python(pid: i32) -> bool {
    let exe = std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    let name = exe
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    name.starts_with("python")
}

/// The first processes of the programs that some processes belong to.
fn programs(chosen: impl Fn(i32, &Stat) -> bool) -> Vec<Running> {
    let own = std::process::id().cast_signed();
    let all: BTreeMap<i32, Stat> = numbers("/proc")
        .into_iter()
        .filter(|pid| *pid != own)
        .filter_map(|pid| Some((pid, Stat::of(pid).filter(|stat| !stat.is_dead())?)))
        .collect();
    let mut found = BTreeMap::new();
    for (pid, stat) in &all {
        if chosen(*pid, stat) {
            let root = root_of(*pid, &all);
            let command = clean(&words(root).join(" ")).into_owned();
            found.insert(root, command);
        }
    }
    found
        .into_iter()
        .map(|(pid, command)| Running { pid, command })
        .collect()
}

/// The Python programs that run and may be looked at.
#[must_use]
pub fn running() -> Vec<Running> {
    programs(|pid, _| is_python(pid) && std::fs::File::open(format!("/proc/{pid}/mem")).is_ok())
}

/// Programs of this name: a command, or the script of an interpreter, with its ending or without.
/// Ours and the shells above us are no candidates.
#[must_use]
pub fn named(name: &str) -> Vec<Running> {
    let above = ancestors();
    programs(|pid, stat| {
        let fits = |word: &String| {
            let base = word.rsplit('/').next().unwrap_or(word);
            base == name || base.strip_suffix(".py") == Some(name)
        };
        !above.contains(&pid) && (stat.name == name || words(pid).iter().take(4).any(fits))
    })
}

fn ancestors() -> Vec<i32> {
    let mut found = Vec::new();
    let mut pid = std::process::id().cast_signed();
    while let Some(stat) = Stat::of(pid)
        && found.len() < 1000
    {
        found.push(pid);
        pid = stat.ppid;
    }
    found
}
