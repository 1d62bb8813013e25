//! Which processes have a row: all but the many short ones that told nothing.
//!
//! A program may start thousands of commands, and a launcher (pyenv, a shell script) some forty before it
//! becomes Python. Those that have ended, have done no operation and have started nobody who has a row are
//! folded into the last of them, which says how many they are.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::{Process, World};
use crate::trace::Role;

/// Fewer of one parent are shown as they are.
const FEW: usize = 4;

/// Processes in the order they were started in: a row each.
pub(crate) fn started_order(world: &World) -> Vec<&Process> {
    let mut processes = rows(world).0;
    processes.sort_by_key(|process| (process.forked_seq(), process.proc));
    processes
}

/// How many more a row stands for, by its process.
pub(crate) fn folded(world: &World) -> HashMap<u32, usize> {
    rows(world).1
}

fn is_quiet(process: &Process) -> bool {
    !process.is_alive() && process.role == Role::Foreign && process.counts.ops == 0
}

fn rows(world: &World) -> (Vec<&Process>, HashMap<u32, usize>) {
    if !world.processes().any(is_quiet) {
        return (world.processes().collect(), HashMap::new());
    }
    // Children are born after their parents.
    let mut needed: HashSet<u32> = HashSet::new();
    for process in world.processes().rev() {
        if !is_quiet(process) || needed.contains(&process.proc) {
            needed.insert(process.proc);
            needed.extend(process.parent);
        }
    }
    let owner = |process: &Process| {
        let mut parent = process.parent;
        while let Some(proc) = parent.filter(|proc| !needed.contains(proc)) {
            parent = world.process(proc).and_then(|process| process.parent);
        }
        parent
    };
    let mut quiet: BTreeMap<Option<u32>, Vec<u32>> = BTreeMap::new();
    for process in world.processes() {
        if !needed.contains(&process.proc) {
            quiet.entry(owner(process)).or_default().push(process.proc);
        }
    }
    let mut folded = HashMap::new();
    let mut hidden: HashSet<u32> = HashSet::new();
    for many in quiet.values().filter(|many| many.len() >= FEW) {
        let Some((last, others)) = many.split_last() else {
            continue;
        };
        folded.insert(*last, others.len());
        hidden.extend(others);
    }
    let rows = world.processes();
    let rows = rows.filter(|process| !hidden.contains(&process.proc));
    (rows.collect(), folded)
}
