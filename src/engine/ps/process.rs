//! One followed process: its open files, what they last said, and its row.
//!
//! The sampler calls `refresh` again and again; `ps::row` once. Identity is the process, not its
//! PID: `files` keeps to it where they stay open, the start time tells it where they do not.
//!
//! Reading all four files takes five times as long as reading `stat`, so a process that has not run
//! since the last look is not read again: single-threaded, not runnable, `stat` and `schedstat`
//! (its processor time in ns and its turns) the same. Memory, user and arguments change only by its
//! own doing; where they can be changed from outside (pages reclaimed, a debugger) the sampler asks
//! for a whole reading from time to time.

use std::io;

use super::columns;
use super::command;
use super::facts::{StatFacts, StatusFacts, command_name};
use super::files::{Files, is_gone};
use super::host::{Day, Host, Moment};
use crate::trace::PsRow;

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
    long: Vec<u8>,
}

impl Process {
    pub fn new(pid: i32) -> Process {
        Process {
            pid,
            files: None,
            stat: Vec::new(),
            schedstat: Vec::new(),
            known: None,
        }
    }

    /// The row as last read; `None` before the first reading that succeeded.
    pub fn row(&self) -> Option<&PsRow> {
        self.known.as_ref().map(|known| &known.row)
    }

    /// Clock ticks since boot at which it started.
    pub fn start_ticks(&self) -> Option<u64> {
        self.known.as_ref().map(|known| known.stat.start_ticks)
    }

    /// Descriptors it holds while it keeps its files open.
    pub const DESCRIPTORS: usize = Files::DESCRIPTORS;

    /// Opens its files for good: reading costs a third from then on. Without effect on a process
    /// that is gone, or when descriptors have run out.
    pub fn keep_open(&mut self) {
        if self.files.is_none() {
            self.files = Files::open(self.pid).ok();
        }
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
        if let Some(known) = self.known.as_mut().filter(|known| {
            !whole
                && known.at_rest()
                && !schedstat.is_empty()
                && self.stat == stat
                && self.schedstat == schedstat
        }) {
            return Ok(known.time_passes(host, moment));
        }

        let facts = StatFacts::parse(stat).ok_or(io::ErrorKind::InvalidData)?;
        if self
            .start_ticks()
            .is_some_and(|start| start != facts.start_ticks)
        {
            // Another process has its PID.
            return Ok(Seen::Gone);
        }
        let status = StatusFacts::parse(files.read_status(&mut scratch.long)?)
            .ok_or(io::ErrorKind::InvalidData)?;
        let cmdline = files.read_cmdline(&mut scratch.long)?;
        let command = command::text(cmdline, command_name(stat), facts.is_zombie());
        let row = columns::row(&facts, &status, command, host, moment);

        self.stat.clear();
        self.stat.extend_from_slice(stat);
        self.schedstat.clear();
        self.schedstat.extend_from_slice(schedstat);
        let same = self.row() == Some(&row);
        self.known = Some(Known {
            stat: facts,
            today: moment.today,
            row,
        });
        Ok(if same { Seen::Same } else { Seen::Changed })
    }
}

impl Known {
    /// Whether nothing of it can change without a trace in `stat` or `schedstat`: its threads other
    /// than the first leave none, nor does a running one until the next tick of the clock.
    fn at_rest(&self) -> bool {
        self.stat.threads == 1 && self.stat.state != 'R'
    }

    /// The columns that change by themselves.
    fn time_passes(&mut self, host: &Host, moment: &Moment) -> Seen {
        let cpu = columns::cpu(
            self.stat.busy_ticks,
            host.lived_ticks(self.stat.start_ticks, moment),
        );
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
