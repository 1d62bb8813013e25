//! The semaphores of `multiprocessing`: their value, who shares them and who holds them.
//!
//! A semaphore is a mapping of a file in /dev/shm, often deleted; its inode says which processes share
//! it. Its first word is its value, the second the number of its waiters (glibc, 64 bit). Each process
//! that knows a lock has a `SemLock` record for it, with the number of times that it holds it
//! (Modules/_multiprocessing/semaphore.c).

use std::collections::{BTreeMap, BTreeSet};

use super::process::Process;
use super::program::Program;
use crate::proc::Mapping;

/// Bytes of one process that are searched for records.
const MOST: u64 = 512 << 20;
const CHUNK: usize = 1 << 20;

/// A record of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub pid: i32,
    /// The pthread that took it last, as `threading.get_ident` gives it.
    pub ident: u64,
    /// How often this process holds it; less than 0 where it released what another took.
    pub count: i32,
    pub greatest: i32,
    pub recursive: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Semaphore {
    pub value: i32,
    pub sharers: Vec<i32>,
    pub records: Vec<Record>,
    /// A process was too large to be searched whole.
    pub bounded: bool,
}

impl Semaphore {
    /// Who holds it.
    pub(crate) fn holders(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| record.count > 0)
    }

    /// A `Lock` or an `RLock`.
    pub(crate) fn is_lock(&self) -> bool {
        self.records
            .first()
            .is_some_and(|record| record.greatest == 1)
    }
}

/// The address and the inode of the semaphore that a futex address lies in.
pub(crate) fn at(process: &Process, address: u64) -> Option<u64> {
    let mapping = process
        .mappings
        .iter()
        .find(|mapping| mapping.contains(address))?;
    mapping.is_semaphore().then_some(mapping.inode)
}

/// What is known of these semaphores.
pub(crate) fn look(program: &Program, inodes: &BTreeSet<u64>) -> BTreeMap<u64, Semaphore> {
    let mut found: BTreeMap<u64, Semaphore> = BTreeMap::new();
    let known = known_objects(program);
    for (place, process) in program.processes.iter().enumerate() {
        let mut missing: BTreeMap<u64, u64> = BTreeMap::new();
        // A process may have opened one more than once.
        let mappings = process.mappings.iter();
        for mapping in mappings.filter(|mapping| mapping.is_semaphore()) {
            if !inodes.contains(&mapping.inode) {
                continue;
            }
            let address = mapping.start;
            let semaphore = found.entry(mapping.inode).or_default();
            if semaphore.sharers.last() != Some(&process.pid) {
                semaphore.sharers.push(process.pid);
            }
            semaphore.value = process.memory.int(address).unwrap_or(semaphore.value);
            let named = program.names[place].semlocks.get(&address).copied();
            let elsewhere = known.get(&address).into_iter().flatten().copied();
            let record = named
                .into_iter()
                .chain(elsewhere)
                .filter(|object| process.memory.pointer(object + 16) == Some(address))
                .find_map(|object| record_at(process, object));
            match record {
                Some(record) => semaphore.records.push(record),
                None => drop(missing.insert(address, mapping.inode)),
            }
        }
        if missing.is_empty() || process.python.is_none() && process.unknown_python.is_none() {
            continue;
        }
        let bounded = search(process, &mut missing, &mut found);
        for inode in missing.values() {
            found.entry(*inode).or_default().bounded |= bounded;
        }
    }
    found
}

/// Where the processes have the records of semaphores, by the address where these lie: a forked child
/// has its parent's objects where they were.
fn known_objects(program: &Program) -> BTreeMap<u64, BTreeSet<u64>> {
    let mut known: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    for (address, object) in program.names.iter().flat_map(|names| &names.semlocks) {
        known.entry(*address).or_default().insert(*object);
    }
    known
}

/// The record of a `SemLock` object.
pub(crate) fn record_at(process: &Process, object: u64) -> Option<Record> {
    let memory = &process.memory;
    let references = memory.word(object)?;
    let class = memory.pointer(object + 8)?;
    let name = memory.pointer(class + 24)?;
    // Immortal objects have higher counts, but no lock is one.
    if !memory.holds(name, b"_multiprocessing.SemLock\0") || !(1..1 << 30).contains(&references) {
        return None;
    }
    Some(Record {
        pid: process.pid,
        ident: memory.word(object + 24)?,
        count: memory.int(object + 32)?,
        greatest: memory.int(object + 36)?,
        recursive: memory.int(object + 40)? == 0,
    })
}

/// Searches the memory of a process for the records of semaphores at these addresses. Whether it was
/// too large.
fn search(
    process: &Process,
    missing: &mut BTreeMap<u64, u64>,
    found: &mut BTreeMap<u64, Semaphore>,
) -> bool {
    let mut buffer = vec![0; CHUNK];
    let mut left = MOST;
    // Small ones first: what is large holds no objects of this size.
    let mut heaps: Vec<&Mapping> = process.mappings.iter().collect();
    heaps.retain(|mapping| mapping.is_heap());
    heaps.sort_by_key(|mapping| mapping.end - mapping.start);
    for mapping in heaps {
        let mut at = mapping.start;
        while at < mapping.end {
            if left == 0 {
                return true;
            }
            let length = usize::try_from(mapping.end - at)
                .unwrap_or(CHUNK)
                .min(CHUNK);
            left = left.saturating_sub(length as u64);
            let read = process.memory.fill(at, &mut buffer[..length]).unwrap_or(0);
            for (place, word) in buffer[..read].chunks_exact(8).enumerate() {
                let word = u64::from_le_bytes([
                    word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7],
                ]);
                let Some(inode) = missing.get(&word) else {
                    continue;
                };
                let object = (at + 8 * place as u64).checked_sub(16);
                if let Some(record) = object.and_then(|object| record_at(process, object)) {
                    found.entry(*inode).or_default().records.push(record);
                    missing.remove(&word);
                }
            }
            if missing.is_empty() {
                return false;
            }
            at += length as u64;
        }
    }
    false
}
