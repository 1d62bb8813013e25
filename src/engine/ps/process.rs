//! One followed process: its open files, what they last said, and its row.
//!
//! The sampler calls `refresh` again and again; `ps::row` once. Identity is the process, not its
//! PID: `files` keeps to it where they stay open, the start time tells it where they do not.
//!
//! A process that has not run since the last look is not read again: single-threaded, not runnable,
//! `schedstat` (its processor time in ns and its turns) the same. What others can do to it shows in
//! `stat`, which is read at every other look (its nice value, its terminal's foreground, its
//! parent), or nowhere (pages reclaimed, arguments written by a debugger), for which the sampler
//! asks for a whole reading from time to time.
//!
//! Of a process that has run, `stat` is read, and its other files only when `stat` says that its
//! memory moved or some looks have passed: without a page fault it has not executed another program,
//! and what it can do besides (write over its arguments, become another user, give pages back)
//! is seen some tenths of a second later. `status`, which costs as much as the rest and tells locked
//! pages alone, waits even longer, or until the process rests.

use std::io;

use super::columns::{self, Facts};
use super::command;
use super::facts::{MemoryFacts, StatFacts, command_name, has_locked_pages};
use super::files::{Files, is_gone};
use super::host::{Day, Host, Moment};
use crate::trace::PsRow;

/// Looks at a process that goes on running after which its locked pages are asked for again.
const LOCKED_EVERY: u32 = 8;

/// Looks at a process that goes on running after which all its files but `status` are read again.
/// They begin with the PID, so that of many processes each look reads as many.
const OTHERS_EVERY: u32 = 4;

/// Looks at a resting process after which its `stat` is read again. They begin with the PID, so
/// that of many processes each look reads as many.
const STAT_EVERY: u32 = 2;

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
    effective_uid: u32,
    /// Looks at which it had not run.
    rested: u32,
    /// It had run at the last look: whether it has since is not asked for once.
    ran: bool,
    /// Looks since the other files were read.
    others_age: u32,
    /// Looks since `locked` was read at which the process had run.
    locked_age: u32,
    today: Option<Day>,
    row: PsRow,
}

/// How closely to look at a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// At what may have changed since the last look.
    Usual,
    /// At everything.
    Whole,
    /// In the least time, at a process just started: it has no locked pages, which neither fork
    /// nor exec hands on (mlock(2)). The next look catches up.
    Newborn,
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
    pub fn read_now(pid: i32, host: &mut Host, look: Look) -> Option<Process> {
        let mut process = Process::new(pid);
        process.keep_open();
        let moment = host.moment();
        process.refresh(host, &moment, &mut Scratch::default(), look);
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

    /// Looks at the process and brings its row up to date.
    pub fn refresh(
        &mut self,
        host: &mut Host,
        moment: &Moment,
        scratch: &mut Scratch,
        look: Look,
    ) -> Seen {
        let kept = self.files.take();
        let keep = kept.is_some();
        let seen = kept
            .map_or_else(|| Files::open(self.pid), Ok)
            .and_then(|mut files| {
                let seen = self.read(&mut files, host, moment, scratch, look);
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
        look: Look,
    ) -> io::Result<Seen> {
        // Read before everything else: what a process does in between must count as a change at
        // the next look.
        let schedstat = if look == Look::Newborn || look == Look::Usual && !self.may_rest() {
            &[]
        } else {
            files.read_schedstat(&mut scratch.schedstat)?
        };
        let rests = !schedstat.is_empty()
            && self.schedstat == schedstat
            && self.known.as_ref().is_some_and(Known::can_rest);
        let resting = self
            .known
            .as_mut()
            .filter(|known| rests && look == Look::Usual && known.locked_age == 0);
        if let Some(known) = resting {
            known.rested = known.rested.wrapping_add(1);
            if !known.rested.is_multiple_of(STAT_EVERY)
                || self.stat == files.read_stat(&mut scratch.stat)?
            {
                return Ok(known.time_passes(host, moment));
            }
        }
        let reading = Reading {
            stat: files.read_stat(&mut scratch.stat)?,
            schedstat,
            look,
            usual: look == Look::Usual && !rests,
        };
        if let Some(known) = &mut self.known
            && reading.usual
            && self.stat == reading.stat
            && known.goes_on()
        {
            known.ran = !schedstat.is_empty();
            reading.keep_schedstat(&mut self.schedstat);
            return Ok(known.time_passes(host, moment));
        }
        self.read_on(files, host, moment, &reading, &mut scratch.other)
    }

    /// Whether it is worth asking if it has run: not of one that had at the last look, nor of one
    /// that does not tell.
    fn may_rest(&mut self) -> bool {
        self.known
            .as_mut()
            .is_none_or(|known| !std::mem::take(&mut known.ran) && known.can_rest())
    }

    /// Reads what is wanted beside `stat`, and writes the row.
    fn read_on(
        &mut self,
        files: &mut Files,
        host: &mut Host,
        moment: &Moment,
        reading: &Reading<'_>,
        buffer: &mut Vec<u8>,
    ) -> io::Result<Seen> {
        let facts = StatFacts::parse(reading.stat).ok_or(io::ErrorKind::InvalidData)?;
        let before = self.known.as_ref();
        if before.is_some_and(|before| before.stat.start_ticks != facts.start_ticks) {
            // Another process has its PID.
            return Ok(Seen::Gone);
        }
        let before = before.filter(|_| reading.usual);
        let others = before.filter(|before| before.keeps_others(&facts));
        let (effective_uid, memory) = match others {
            Some(before) => (before.effective_uid, before.memory),
            None => (
                files.effective_uid()?,
                MemoryFacts::parse(files.read_statm(buffer)?).ok_or(io::ErrorKind::InvalidData)?,
            ),
        };
        let (locked, locked_age) = match before.filter(|it| it.keeps_locked(&facts, memory)) {
            Some(before) => (before.locked, before.locked_age + 1),
            None if reading.look == Look::Newborn => (false, LOCKED_EVERY),
            None => (has_locked_pages(files.read_status(buffer)?), 0),
        };
        let (command, others_age) = match (others, &self.known) {
            (Some(before), _) => (before.row.command.clone(), before.others_age + 1),
            (None, known) => {
                let name = command_name(reading.stat);
                let command = command::text(files.read_cmdline(buffer)?, name, facts.is_zombie());
                let first = self.pid.cast_unsigned() % OTHERS_EVERY;
                (command, if known.is_some() { 0 } else { first })
            }
        };
        let seen = Facts {
            stat: &facts,
            memory,
            effective_uid,
            locked,
        };
        let row = columns::row(&seen, command, host, moment);

        self.stat.clear();
        self.stat.extend_from_slice(reading.stat);
        reading.keep_schedstat(&mut self.schedstat);
        let same = self.row() == Some(&row);
        self.known = Some(Known {
            stat: facts,
            memory,
            locked,
            effective_uid,
            rested: self.pid.cast_unsigned(),
            ran: reading.usual && !reading.schedstat.is_empty(),
            others_age,
            locked_age,
            today: moment.today,
            row,
        });
        Ok(if same { Seen::Same } else { Seen::Changed })
    }
}

/// What one look has read so far.
struct Reading<'a> {
    stat: &'a [u8],
    /// Empty when it was not asked for.
    schedstat: &'a [u8],
    look: Look,
    /// A usual look at a process that may have run.
    usual: bool,
}

impl Reading<'_> {
    /// One that was not read leaves the older: at the next look the process counts as having run.
    fn keep_schedstat(&self, kept: &mut Vec<u8>) {
        if !self.schedstat.is_empty() {
            kept.clear();
            kept.extend_from_slice(self.schedstat);
        }
    }
}

impl Known {
    /// Whether it can do nothing without a trace in `schedstat`: its threads other than the first
    /// leave none, nor does a running one until the next tick of the clock.
    fn can_rest(&self) -> bool {
        self.stat.threads == 1 && self.stat.state != 'R'
    }

    /// Counts a look at which it had run and `stat` said nothing new; false when it is time to read
    /// the other files again.
    fn goes_on(&mut self) -> bool {
        let goes_on = self.others_age < OTHERS_EVERY && self.locked_age < LOCKED_EVERY;
        if goes_on {
            self.others_age += 1;
            self.locked_age += 1;
        }
        goes_on
    }

    /// Whether what the other files said may be taken to hold still.
    fn keeps_others(&self, stat: &StatFacts) -> bool {
        self.others_age < OTHERS_EVERY
            && self.stat.faults == stat.faults
            && self.stat.size == stat.size
            && self.stat.resident == stat.resident
            && self.stat.is_zombie() == stat.is_zombie()
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
    use super::{Look, Process, Scratch, Seen};
    use crate::engine::ps::host::{Day, Host};

    fn own_pid() -> i32 {
        std::process::id().cast_signed()
    }

    #[test]
    fn another_start_time_is_another_process() {
        let mut host = Host::new().unwrap();
        let moment = host.moment();
        let mut process = Process::read_now(own_pid(), &mut host, Look::Usual).unwrap();
        process.close();
        let again = Process::read_now(own_pid(), &mut host, Look::Usual).unwrap();
        assert!(process.is_same(&again));

        process.known.as_mut().unwrap().stat.start_ticks += 1;
        assert!(!process.is_same(&again));
        let seen = process.refresh(&mut host, &moment, &mut Scratch::default(), Look::Whole);
        assert_eq!(seen, Seen::Gone);
    }

    #[test]
    fn a_new_day_changes_the_start() {
        let mut host = Host::new().unwrap();
        let mut process = Process::read_now(own_pid(), &mut host, Look::Usual).unwrap();
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
