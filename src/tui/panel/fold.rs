//! Which processes have a row: all but the many short ones that told nothing.
//!
//! A program may start thousands of commands, and a launcher (pyenv, a shell script) some forty before it
//! becomes Python. Those that have ended, have done no operation and have started nobody who has a row are
//! folded into the last of them, which says how many they are. So are children of any kind that ended well,
//! where one parent has had very many.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Process, World};
use crate::trace::{Exit, Role};

/// Fewer of one parent are shown as they are.
const FEW: usize = 4;
/// From so many children of one parent on, those that ended well are folded.
const MANY: usize = 100;

/// The rows, in the order the processes were started in.
#[derive(Default)]
pub(crate) struct Shown<'a> {
    pub order: Vec<&'a Process>,
    /// How many more a row stands for, by its process.
    pub folded: HashMap<u32, usize>,
}

/// Processes in the order they were started in: a row each.
pub(crate) fn started_order(world: &World) -> Vec<&Process> {
    shown(world).order
}

fn is_quiet(process: &Process) -> bool {
    !process.is_alive() && process.role == Role::Foreign && process.counts.ops == 0
}

fn ended_well(process: &Process) -> bool {
    process.exit() == Some(Exit::Code(0))
}

/// Which processes have a row, and for how many each stands.
pub(crate) fn shown(world: &World) -> Shown<'_> {
    let mut shown = rows(world);
    let place = |process: &&Process| (process.forked_seq(), process.proc);
    shown.order.sort_by_key(place);
    shown
}

fn rows(world: &World) -> Shown<'_> {
    let all: Vec<&Process> = world.processes().collect();
    // Birth numbers are places in that list, but for a recording that leaves some out.
    let is_dense = |(place, process): (usize, &&Process)| process.proc as usize == place;
    let places: HashMap<u32, usize> = if all.iter().enumerate().all(is_dense) {
        HashMap::new()
    } else {
        let numbers = all.iter().map(|process| process.proc);
        numbers.zip(0..).collect()
    };
    let place_of = |proc: u32| {
        if places.is_empty() {
            Some(proc as usize).filter(|place| *place < all.len())
        } else {
            places.get(&proc).copied()
        }
    };
    let parents: Vec<Option<usize>> = all
        .iter()
        .map(|process| process.parent.and_then(place_of))
        .collect();
    let mut children = vec![0_usize; all.len()];
    for (process, parent) in all.iter().zip(&parents) {
        if let Some(parent) = parent.filter(|_| ended_well(process)) {
            children[parent] += 1;
        }
    }
    let is_quiet = |place: usize| {
        let one_of_many = parents[place].is_some_and(|parent| children[parent] >= MANY);
        is_quiet(all[place]) || one_of_many && ended_well(all[place])
    };
    // Children are born after their parents.
    let mut needed = vec![false; all.len()];
    for place in (0..all.len()).rev() {
        if needed[place] || !is_quiet(place) {
            needed[place] = true;
            if let Some(parent) = parents[place] {
                needed[parent] = true;
            }
        }
    }
    let mut quiet: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for place in (0..all.len()).filter(|place| !needed[*place]) {
        let mut owner = parents[place];
        while let Some(parent) = owner.filter(|parent| !needed[*parent]) {
            owner = parents[parent];
        }
        quiet.entry(owner).or_default().push(place);
    }
    let mut folded = HashMap::new();
    let mut hidden = vec![false; all.len()];
    for many in quiet.values().filter(|many| many.len() >= FEW) {
        let Some((last, others)) = many.split_last() else {
            continue;
        };
        folded.insert(all[*last].proc, others.len());
        for other in others {
            hidden[*other] = true;
        }
    }
    let rows = all.into_iter().zip(hidden);
    let order = rows.filter_map(|(process, hidden)| (!hidden).then_some(process));
    Shown {
        order: order.collect(),
        folded,
    }
}

#[cfg(test)]
mod tests {
    use super::{MANY, shown};
    use crate::model::World;
    use crate::trace::{Event, Exit, Kind, ProcessStart, Role, StartMethod};

    fn event(proc: u32, kind: Kind) -> Event {
        Event {
            seq: 0,
            t: 0,
            proc: Some(proc),
            pid: 100 + proc.cast_signed(),
            tid: None,
            kind,
        }
    }

    /// A main process and so many children of it; the first one failed.
    fn world(children: u32) -> World {
        let mut world = World::default();
        let mut seq = 0;
        let mut apply = |mut event: Event| {
            seq += 1;
            event.seq = seq;
            world.apply(&event);
        };
        for proc in 0..=children {
            apply(event(
                proc,
                Kind::ProcessStart(ProcessStart {
                    ppid: if proc == 0 { 1 } else { 100 },
                    name: format!("p{proc}"),
                    role: if proc == 0 { Role::Main } else { Role::Process },
                    daemon: false,
                    method: StartMethod::Fork,
                }),
            ));
            if proc > 0 {
                let exit = Exit::Code(i32::from(proc == 1));
                apply(event(proc, Kind::ProcessExit(exit)));
            }
        }
        world
    }

    #[test]
    fn very_many_children_that_ended_well_are_one_row() {
        let few = world(100);
        assert_eq!(shown(&few).order.len(), MANY + 1);
        let many = world(10_000);
        let rows = shown(&many);
        let procs: Vec<u32> = rows.order.iter().map(|process| process.proc).collect();
        assert_eq!(procs, [0, 1, 10_000]);
        assert_eq!(rows.folded.get(&10_000), Some(&9998));
    }
}
