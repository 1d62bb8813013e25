//! Why a program does something else under spawn or forkserver than under fork, as its events show it.
//!
//! Each reason rests on what was seen in the run itself: who made an object, how a child died, what it
//! wrote to stderr. Nothing is concluded from the program's text.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use crate::model::Process;
use crate::text::{Lang, clean};
use crate::trace::{Exit, Role, Stream};

/// Somebody made an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Maker {
    /// Line of the program.
    pub(super) at: String,
    pub(super) class: String,
    pub(super) proc: u32,
}

/// One reason, in words.
pub(super) struct Reason {
    pub(super) id: &'static str,
    pub(super) words: String,
}

/// All reasons that are seen.
pub(super) fn reasons(lang: Lang, fork: &Side, side: &Side) -> Vec<Reason> {
    if side.method == fork.method {
        return Vec::new();
    }
    let mut found = own_copies(lang, fork, side);
    found.extend(errors(lang, fork, side));
    let failed = side.children().filter(|child| has_failed(child)).count();
    let main = side.world.process(0).and_then(Process::exit);
    if failed > 0 && main == Some(Exit::Code(0)) {
        found.push(Reason {
            id: "silent",
            words: lang.tell("methods.silent", &[("children", &failed)]),
        });
    }
    found
}

fn has_failed(process: &Process) -> bool {
    process.exit().is_some_and(|exit| exit != Exit::Code(0))
}

/// Objects that under fork one process made and here several did.
fn own_copies(lang: Lang, fork: &Side, side: &Side) -> Vec<Reason> {
    let before = makers(&fork.makers);
    let here = makers(&side.makers);
    // An object's own lock is made with it; the object is what the line is about.
    let is_lock = |class: &str| matches!(class, "Lock" | "RLock");
    let has_other = |at: &str| {
        here.keys()
            .any(|(other, class)| *other == at && !is_lock(class))
    };
    let mut found = Vec::new();
    for ((at, class), procs) in &here {
        let once = before
            .get(&(at, class))
            .is_none_or(|procs| procs.len() == 1);
        if procs.len() < 2 || !once || (is_lock(class) && has_other(at)) {
            continue;
        }
        let own = |proc: &&u32| {
            let role = side.world.process(**proc).map(|process| process.role);
            matches!(role, Some(Role::Process | Role::Worker))
        };
        let (id, key) = if procs.iter().any(|proc| own(&proc)) {
            ("own-copies", "methods.own-copies")
        } else {
            ("server-copy", "methods.server-copy")
        };
        let words = lang.tell(
            key,
            &[
                ("at", &clean(at)),
                ("class", &clean(class)),
                ("processes", &procs.len()),
            ],
        );
        found.push(Reason { id, words });
    }
    found
}

/// By line and class, who made such an object.
fn makers(makers: &[Maker]) -> BTreeMap<(&str, &str), BTreeSet<u32>> {
    let mut found: BTreeMap<_, BTreeSet<u32>> = BTreeMap::new();
    for maker in makers {
        let key = (maker.at.as_str(), maker.class.as_str());
        found.entry(key).or_default().insert(maker.proc);
    }
    found
}

/// What children, or main, died of that did not die of it under fork.
fn errors(lang: Lang, fork: &Side, side: &Side) -> Vec<Reason> {
    let known: BTreeSet<String> = all(fork).map(|(_, error)| error).collect();
    let mut counts: BTreeMap<_, (usize, String)> = BTreeMap::new();
    for (proc, error) in all(side).filter(|(_, error)| !known.contains(error)) {
        let entry = counts.entry(kind(side, proc, &error)).or_insert((0, error));
        entry.0 += 1;
    }
    let words =
        |((id, key), (count, error)): ((&'static str, &'static str), (usize, String))| Reason {
            id,
            words: lang.tell(key, &[("processes", &count), ("error", &clean(&error))]),
        };
    counts.into_iter().map(words).collect()
}

fn all(side: &Side) -> impl Iterator<Item = (u32, String)> {
    let processes = side.world.processes();
    processes.filter_map(|process| Some((process.proc, side.error(process.proc)?)))
}

/// What kind of mistake an error comes from.
fn kind(side: &Side, proc: u32, error: &str) -> (&'static str, &'static str) {
    let lines = side.world.log().lines_of(proc);
    let told: Vec<String> = lines
        .filter(|line| line.stream == Stream::Stderr)
        .map(|line| line.text().into_owned())
        .collect();
    let says = |words: &str| told.iter().any(|line| line.contains(words));
    if says("finished its bootstrapping phase") {
        ("unguarded", "methods.unguarded")
    } else if error.starts_with("FileNotFoundError") && says("_rebuild") {
        ("removed", "methods.removed")
    } else if error.starts_with("NameError") {
        ("no-global", "methods.no-global")
    } else if error.contains("pickle") || error.contains("local object") {
        ("pickle", "methods.pickle")
    } else {
        ("other", "methods.other")
    }
}
