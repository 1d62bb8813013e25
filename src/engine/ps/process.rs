//! One followed process: its open files, what they last said, and its row.
//!
//! The sampler calls `refresh` again and again; `ps::row` once. Identity is the process, not its
//! PID: `files` keeps to it where they stay open, the start time tells it where they do not.
//!
//! A process that has not run since the last look is not read again: single-threaded, not runnable,
//! `stat` and `schedstat` (its processor time in ns and its turns) the same. Memory, user and
//! arguments change only by its own doing; where they can be changed from outside (pages reclaimed,
//! a debugger) the sampler asks for a whole reading from time to time. Of a process that has run,
//! all is read but `status`, which costs as much as the rest and tells locked pages alone: it waits
//! until the process rests, its memory moves, or some looks have passed.

use std::io;

use super::columns::{self, Facts};
use super::command;
use super::facts::{MemoryFacts, StatFacts, command_name, has_locked_pages};
use super::files::{Files, is_gone};
use super::host::{Day, Host, Moment};
use crate::trace::PsRow;

/// Looks at a process that goes on running after which its locked pages are asked for again.
const LOCKED_EVERY: u32 = 8;

/// A process, known by PID until first read and by its start time from then on.
#[derive(Debug)]
pub struct Process {
    pid: i32,
    /// Kept open between readings, where descriptors are to spare.
    files: Option<Files>,
    /// The texts by which a change is noticed.
    stat: Vec<u8>,
    schedstat: Vec<u8>,
    known: Option<Known>,
}

#[derive(Debug)]
struct Known {
    stat: StatFacts,
    memory: MemoryFacts,
    locked: bool,
    /// Looks since `locked` was read at which the process had run.
    locked_age: u32,
    today: Option<Day>,
    row: PsRow,
}

/// What a look at a process found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Its row is as it was, or could not be read this time.
    Same,
    Changed,
    /// It was reaped. Its row stays as it was last.
    Gone,
}

/// Buffers for reading, shared by all processes of one sampler.
#[derive(Debug, Default)]
pub struct Scratch {
    stat: Vec<u8>,
    schedstat: Vec<u8>,
    other: Vec<u8>,
}

impl Process {
    /// Descriptors it holds while it keeps its files open.
    pub const DESCRIPTORS: usize = Files::DESCRIPTORS;

    pub fn new(pid: i32) -> Process {
        Process {
            pid,
            files: None,
            stat: Vec::new(),
            schedstat: Vec::new(),
            known: None,
        }
    }

    /// The process that has this PID, read once and kept open; `None` when there is none, or when
    /// it cannot be read.
    pub fn read_now(pid: i32, host: &mut Host) -> Option<Process> {
        let mut process = Process::new(pid);
        process.keep_open();
        let moment = host.moment();
        process.refresh(host, &moment, &mut Scratch::default(), false);
        process.row().is_some().then_some(process)
    }

    /// Whether both are readings of one process and not of two that had the same PID. Not known of
    /// one that was never read.
    pub fn is_same(&self, other: &Process) -> bool {
        let start = |process: &Process| process.known.as_ref().map(|known| known.stat.start_ticks);
        self.pid == other.pid && start(self).is_some() && start(self) == start(other)
    }

    /// The row as last read; `None` before the first reading that succeeded.
    pub fn row(&self) -> Option<&PsRow> {
        self.known.as_ref().map(|known| &known.row)
    }

    /// Opens its files for good: reading costs a third from then on. Without effect on a process
    /// that is gone, or when descriptors have run out.
    pub fn keep_open(&mut self) {
        if self.files.is_none() {
            self.files = Files::open(self.pid).ok();
        }
    }

    /// Closes its files; they are opened anew for every look.
    pub fn close(&mut self) {
        self.files = None;
    }

    /// Looks at the process and brings its row up to date; `whole` reads everything even when
    /// nothing seems to have changed.
    pub fn refresh(
        &mut self,
        host: &mut Host,
        moment: &Moment,
        scratch: &mut Scratch,
        whole: bool,
    ) -> Seen {
        let kept = self.files.take();
        let keep = kept.is_some();
        let seen = kept
            .map_or_else(|| Files::open(self.pid), Ok)
            .and_then(|mut files| {
                let seen = self.read(&mut files, host, moment, scratch, whole);
                self.files = keep.then_some(files);
                seen
            });
        match seen {
            Ok(seen) => seen,
            Err(error) if is_gone(&error) => {
                self.files = None;
                Seen::Gone
            }
            // Descriptors have run out, or the kernel writes what cannot be parsed: the row stays.
            Err(_) => Seen::Same,
        }
    }

    fn read(
        &mut self,
        files: &mut Files,
        host: &mut Host,
        moment: &Moment,
        scratch: &mut Scratch,
        whole: bool,
    ) -> io::Result<Seen> {
        let stat = files.read_stat(&mut scratch.stat)?;
        // Read before everything that is only read after a change: what a process does in between
        // must count as a change at the next look.
        let schedstat = files.read_schedstat(&mut scratch.schedstat)?;
        let known = self.known.as_mut();
        let rests = known.as_ref().is_some_and(|known| known.can_rest())
            && !schedstat.is_empty()
            && self.stat == stat
            && self.schedstat == schedstat;
        if let Some(known) = known.filter(|known| rests && !whole && known.locked_age == 0) {
            return Ok(known.time_passes(host, moment));
        }

        let facts = StatFacts::parse(stat).ok_or(io::ErrorKind::InvalidData)?;
        let before = self.known.as_ref();
        if before.is_some_and(|before| before.stat.start_ticks != facts.start_ticks) {
            // Another process has its PID.
            return Ok(Seen::Gone);
        }
        let effective_uid = files.effective_uid()?;
        let memory = MemoryFacts::parse(files.read_statm(&mut scratch.other)?)
            .ok_or(io::ErrorKind::InvalidData)?;
        let (locked, locked_age) = match before {
            Some(before) if !whole && !rests && before.keeps_locked(&facts, memory) => {
                (before.locked, before.locked_age + 1)
            }
            _ => (has_locked_pages(files.read_status(&mut scratch.other)?), 0),
        };
        let command = command::text(
            files.read_cmdline(&mut scratch.other)?,
            command_name(stat),
            facts.is_zombie(),
        );
        let row = columns::row(
            &Facts {
                stat: &facts,
                memory,
                effective_uid,
                locked,
            },
            command,
            host,
            moment,
        );

        self.stat.clear();
        self.stat.extend_from_slice(stat);
        self.schedstat.clear();
        self.schedstat.extend_from_slice(schedstat);
        let same = self.row() == Some(&row);
        self.known = Some(Known {
            stat: facts,
            memory,
            locked,
            locked_age,
            today: moment.today,
            row,
        });
        Ok(if same { Seen::Same } else { Seen::Changed })
    }
}

impl Known {
    /// Whether nothing of it can change without a trace in `stat` or `schedstat`: its threads other
    /// than the first leave none, nor does a running one until the next tick of the clock.
    fn can_rest(&self) -> bool {
        self.stat.threads == 1 && self.stat.state != 'R'
    }

    /// Whether the locked pages may be taken for those they were: a process that locks pages
    /// mostly brings them into memory by it.
    fn keeps_locked(&self, stat: &StatFacts, memory: MemoryFacts) -> bool {
        self.locked_age < LOCKED_EVERY && self.stat.faults == stat.faults && self.memory == memory
    }

    /// The columns that change by themselves.
    fn time_passes(&mut self, host: &Host, moment: &Moment) -> Seen {
        let lived = host.lived_ticks(self.stat.start_ticks, moment);
        let cpu = columns::cpu(self.stat.busy_ticks, lived);
        let mut seen = Seen::Same;
        if cpu != self.row.cpu {
            self.row.cpu = cpu;
            seen = Seen::Changed;
        }
        if self.today != moment.today {
            self.today = moment.today;
            self.row.start = columns::start(host.start_unix(self.stat.start_ticks), moment.today);
            seen = Seen::Changed;
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::{Process, Scratch, Seen};
    use crate::engine::ps::host::{Day, Host};

    fn own_pid() -> i32 {
        std::process::id().cast_signed()
    }

    #[test]
    fn another_start_time_is_another_process() {
        let mut host = Host::new().unwrap();
        let moment = host.moment();
        let mut process = Process::read_now(own_pid(), &mut host).unwrap();
        process.close();
        let again = Process::read_now(own_pid(), &mut host).unwrap();
        assert!(process.is_same(&again));

        process.known.as_mut().unwrap().stat.start_ticks += 1;
        assert!(!process.is_same(&again));
        let seen = process.refresh(&mut host, &moment, &mut Scratch::default(), true);
        assert_eq!(seen, Seen::Gone);
    }

    #[test]
    fn a_new_day_changes_the_start() {
        let mut host = Host::new().unwrap();
        let mut process = Process::read_now(own_pid(), &mut host).unwrap();
        let mut moment = host.moment();
        let known = process.known.as_mut().unwrap();
        known.time_passes(&host, &moment);
        let started = known.row.start.clone();
        assert_eq!(known.time_passes(&host, &moment), Seen::Same);

        let today = moment.today.unwrap();
        moment.today = Some(Day {
            year: today.year + 1,
            ..today
        });
        assert_eq!(known.time_passes(&host, &moment), Seen::Changed);
        assert_eq!(known.row.start.len(), 4, "{}", known.row.start);
        assert_ne!(known.row.start, started);
    }
}
