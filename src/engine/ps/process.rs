//! One followed process: its open files, their last contents, and its row.
//!
//! The sampler calls `refresh` for every sample; `ps::row` calls it once. A `Process` is bound to
//! the process and not to its PID: by the open files, or by the start time where they are closed.
//!
//! A process that has not run since the last sample is not read again. That is known of a
//! single-threaded process that is not runnable and whose `schedstat` (processor time in ns and time
//! slices) is unchanged. What others can do to it (its nice value, its terminal's foreground, its
//! parent) is in `stat`, which is read at every other sample. Some changes are in no file (pages
//! reclaimed, arguments written by a debugger); for these the sampler sometimes asks for a full
//! reading.
//!
//! Of a process that has run, `stat` is read. The other files are read only when `stat` says that
//! its memory changed, or after some samples: without a page fault it has not executed another
//! program. What else it can do (write over its arguments, become another user, give pages back) is
//! seen some tenths of a second later. `status` costs as much as the rest and tells only locked
//! pages, so it is read more rarely still, or when the process rests.

use std::io;

use super::columns::{self, Facts};
use super::command;
use super::facts::{MemoryFacts, StatFacts, command_name, has_locked_pages};
use super::files::{Files, is_gone};
use super::host::{Day, Host, Moment};
use crate::trace::PsRow;

/// Samples of a running process after which its locked pages are read again.
const LOCKED_EVERY: u32 = 8;

/// Samples of a running process after which all its files but `status` are read again. The count
/// starts at the PID, so that the readings of many processes are spread over the samples.
const OTHERS_EVERY: u32 = 4;

/// Samples of a resting process after which its `stat` is read again. The count starts at the PID,
/// so that the readings of many processes are spread over the samples.
const STAT_EVERY: u32 = 2;

/// A process: known by its PID until the first reading, by its start time from then on.
#[derive(Debug)]
pub struct Process {
    pid: i32,
    /// Open files, where enough descriptors are left.
    files: Option<Files>,
    /// The texts that show a change.
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
    /// Samples at which it had not run.
    rested: u32,
    /// It had run at the last sample, so the next one does not ask whether it has.
    ran: bool,
    /// Samples since the other files were read.
    others_age: u32,
    /// Samples since `locked` was read at which the process had run.
    locked_age: u32,
    today: Option<Day>,
    row: PsRow,
}

/// How much of a process to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// What may have changed since the last sample.
    Usual,
    /// Everything.
    Whole,
    /// As little as possible, for a process that has just started. It has no locked pages: neither fork
    /// nor exec passes them on (mlock(2)). The next sample reads the rest.
    Newborn,
}

/// The result of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The row is unchanged, or could not be read this time.
    Same,
    Changed,
    /// The process was reaped. Its last row stays.
    Gone,
}

/// Read buffers, shared by all processes of one sampler.
#[derive(Debug, Default)]
pub struct Scratch {
    stat: Vec<u8>,
    schedstat: Vec<u8>,
    other: Vec<u8>,
}

impl Process {
    /// Descriptors that a process holds while its files are open.
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

    /// The process with this PID, read once and kept open. `None` when there is none, or when it
    /// cannot be read.
    pub fn read_now(pid: i32, host: &mut Host, look: Look) -> Option<Process> {
        let mut process = Process::new(pid);
        process.keep_open();
        let moment = host.moment();
        process.refresh(host, &moment, &mut Scratch::default(), look);
        process.row().is_some().then_some(process)
    }

    /// Whether both are readings of one process, and not of two with the same PID. `None` where one
    /// was never read.
    pub fn is_same(&self, other: &Process) -> bool {
        let start = |process: &Process| process.known.as_ref().map(|known| known.stat.start_ticks);
        self.pid == other.pid && start(self).is_some() && start(self) == start(other)
    }

    /// The last row. `None` before the first successful reading.
    pub fn row(&self) -> Option<&PsRow> {
        self.known.as_ref().map(|known| &known.row)
    }

    /// Keeps its files open: readings cost a third from then on. Does nothing for a process that is
    /// gone, or when no descriptors are left.
    pub fn keep_open(&mut self) {
        if self.files.is_none() {
            self.files = Files::open(self.pid).ok();
        }
    }

    /// Closes its files. They are opened for every sample.
    pub fn close(&mut self) {
        self.files = None;
    }

    /// Reads the process and updates its row.
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
            // No descriptors are left, or the text cannot be parsed: the row stays.
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
        // Read first: what the process does during this reading must count as a change at the next
        // sample.
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

    /// Whether to ask if it has run. Not for a process that had run at the last sample, nor for one
    /// whose `schedstat` does not tell.
    fn may_rest(&mut self) -> bool {
        self.known
            .as_mut()
            .is_none_or(|known| !std::mem::take(&mut known.ran) && known.can_rest())
    }

    /// Reads what is needed besides `stat`, and writes the row.
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
            // Another process has the PID now.
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

/// What one reading has so far.
struct Reading<'a> {
    stat: &'a [u8],
    /// Empty when it was not read.
    schedstat: &'a [u8],
    look: Look,
    /// An ordinary sample of a process that may have run.
    usual: bool,
}

impl Reading<'_> {
    /// A text that was not read leaves the older one: at the next sample the process counts as having run.
    fn keep_schedstat(&self, kept: &mut Vec<u8>) {
        if !self.schedstat.is_empty() {
            kept.clear();
            kept.extend_from_slice(self.schedstat);
        }
    }
}

impl Known {
    /// Whether everything it does shows in `schedstat`. Threads other than the first do not show there,
    /// and a running thread shows only at the next clock tick.
    fn can_rest(&self) -> bool {
        self.stat.threads == 1 && self.stat.state != 'R'
    }

    /// Counts a sample at which it had run and `stat` was unchanged. False when it is time to read the
    /// other files again.
    fn goes_on(&mut self) -> bool {
        let goes_on = self.others_age < OTHERS_EVERY && self.locked_age < LOCKED_EVERY;
        if goes_on {
            self.others_age += 1;
            self.locked_age += 1;
        }
        goes_on
    }

    /// Whether the last contents of the other files may be assumed to hold.
    fn keeps_others(&self, stat: &StatFacts) -> bool {
        self.others_age < OTHERS_EVERY
            && self.stat.faults == stat.faults
            && self.stat.size == stat.size
            && self.stat.resident == stat.resident
            && self.stat.is_zombie() == stat.is_zombie()
    }

    /// Whether its locked pages may be assumed unchanged: locking pages usually faults them in, which
    /// `stat` shows.
    fn keeps_locked(&self, stat: &StatFacts, memory: MemoryFacts) -> bool {
        self.locked_age < LOCKED_EVERY && self.stat.faults == stat.faults && self.memory == memory
    }

    /// The columns that change with time alone.
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
