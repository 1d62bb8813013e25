//! The set of followed processes and the rows of ps that changed since the last look.
//!
//! The supervisor adds and removes PIDs and takes `PsUpdate`s, by hand or from `SamplerThread`,
//! which looks ten times a second. It refuses to number events and to know what a process is for.

use std::collections::BTreeMap;

use nix::sys::resource::{Resource, getrlimit};

use super::ps::{Host, HostError, Look, Process, Scratch, Seen};
use crate::trace::{PsRow, PsUpdate};

/// Every process is read whole at least each so many samples: what was changed from outside (pages
/// reclaimed, arguments written by a debugger) is seen within three seconds at ten samples a second.
const WHOLE_EVERY: usize = 32;

/// Descriptors that the sampler leaves to the rest of the process. Of those above it keeps half at most.
const LEFT: u64 = 64;

/// Followed processes and their last rows.
///
/// A PID that was reaped and given to another process is not mistaken for the old one: the old one
/// is reported gone, and the new one is followed only if it is added.
#[derive(Debug)]
pub struct Sampler {
    host: Host,
    scratch: Scratch,
    followed: BTreeMap<i32, Followed>,
    /// Processes whose files may still be kept open.
    spare: usize,
    samples: usize,
    /// Gone since the last sample without one having noticed: their PID was added anew.
    replaced: Vec<i32>,
}

#[derive(Debug)]
struct Followed {
    process: Process,
    /// Its files count among those kept open.
    kept_open: bool,
    /// Somebody was told a row of it.
    told: bool,
    /// Its row changed, or was never read, since.
    news: bool,
}

impl Sampler {
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn new() -> Result<Sampler, HostError> {
        let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(256, |(soft, _)| soft);
        let descriptors = usize::try_from(limit.saturating_sub(LEFT) / 2).unwrap_or(usize::MAX);
        Ok(Sampler {
            host: Host::new()?,
            scratch: Scratch::default(),
            followed: BTreeMap::new(),
            spare: descriptors / Process::DESCRIPTORS,
            samples: 0,
            replaced: Vec::new(),
        })
    }

    /// Follows the process that has this PID now; its first row comes with the next sample.
    pub fn add(&mut self, pid: i32) {
        if let Some(known) = self.followed.get_mut(&pid) {
            let moment = self.host.moment();
            let seen =
                known
                    .process
                    .refresh(&mut self.host, &moment, &mut self.scratch, Look::Usual);
            if seen != Seen::Gone {
                known.news |= seen == Seen::Changed;
                return;
            }
        }
        self.insert(pid, Process::new(pid), false);
    }

    /// Follows a process just started and gives its first row at once, to be told without waiting for the next
    /// sample; `None` when there is no such process.
    pub fn row(&mut self, pid: i32) -> Option<PsRow> {
        let process = Process::read_now(pid, &mut self.host, Look::Newborn)?;
        let row = process.row().cloned();
        self.adopt(pid, process);
        row
    }

    /// Follows a process whose row, as it was read, somebody was told.
    pub(super) fn adopt(&mut self, pid: i32, process: Process) {
        self.insert(pid, process, true);
    }

    /// In place of what was followed under this PID. That one's row is gone, unless it is the same
    /// process.
    fn insert(&mut self, pid: i32, mut process: Process, told: bool) {
        let old = self.forget(pid);
        if old.is_some_and(|old| old.told && !old.process.is_same(&process)) {
            self.replaced.push(pid);
        }
        let kept_open = self.spare > 0;
        if kept_open {
            self.spare -= 1;
            process.keep_open();
        } else {
            process.close();
        }
        let followed = Followed {
            process,
            kept_open,
            told,
            news: !told,
        };
        self.followed.insert(pid, followed);
    }

    /// Follows it no longer; nothing more is said of it, not even that it is gone.
    pub fn remove(&mut self, pid: i32) {
        self.forget(pid);
    }

    fn forget(&mut self, pid: i32) -> Option<Followed> {
        let followed = self.followed.remove(&pid)?;
        self.spare += usize::from(followed.kept_open);
        Some(followed)
    }

    /// How many processes are followed.
    pub fn len(&self) -> usize {
        self.followed.len()
    }

    pub fn is_empty(&self) -> bool {
        self.followed.is_empty()
    }

    /// Looks at every followed process: the rows that are not what was told last, by PID, and the
    /// PIDs whose row is gone. A process that vanished before its first row is forgotten in silence.
    ///
    /// A PID may be in both: the process that had it is gone, another one has it.
    pub fn sample(&mut self) -> PsUpdate {
        let moment = self.host.moment();
        let mut update = PsUpdate {
            rows: Vec::new(),
            gone: std::mem::take(&mut self.replaced),
        };
        let mut vanished = Vec::new();
        self.samples = self.samples.wrapping_add(1);
        for (index, (&pid, followed)) in self.followed.iter_mut().enumerate() {
            let look = if (self.samples + index).is_multiple_of(WHOLE_EVERY) {
                Look::Whole
            } else {
                Look::Usual
            };
            match followed
                .process
                .refresh(&mut self.host, &moment, &mut self.scratch, look)
            {
                Seen::Gone => vanished.push(pid),
                seen => {
                    followed.news |= seen == Seen::Changed;
                    update.rows.extend(followed.take_news());
                }
            }
        }
        for pid in vanished {
            if self.forget(pid).is_some_and(|old| old.told) {
                update.gone.push(pid);
            }
        }
        update
    }
}

impl Followed {
    /// The row, when it is not the one told last; it counts as told from then on.
    fn take_news(&mut self) -> Option<PsRow> {
        if !self.news {
            return None;
        }
        let row = self.process.row()?.clone();
        self.news = false;
        self.told = true;
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::Sampler;
    use crate::trace::PsUpdate;

    #[test]
    fn without_descriptors_to_spare_the_rows_are_the_same() {
        let mut sampler = Sampler {
            spare: 0,
            ..Sampler::new().unwrap()
        };
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        let pid = child.id().cast_signed();
        let first = sampler.row(pid).unwrap();
        assert!(!sampler.followed[&pid].kept_open);
        assert_eq!(first.pid, pid);

        child.kill().unwrap();
        child.wait().unwrap();
        let gone = PsUpdate {
            rows: Vec::new(),
            gone: vec![pid],
        };
        assert_eq!(sampler.sample(), gone);
        assert!(sampler.is_empty());
        assert_eq!(sampler.spare, 0);
    }

    #[test]
    fn descriptors_of_the_gone_are_given_back() {
        let mut sampler = Sampler {
            spare: 1,
            ..Sampler::new().unwrap()
        };
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        let pid = child.id().cast_signed();
        sampler.add(pid);
        sampler.add(pid);
        assert!(sampler.row(pid).is_some());
        assert_eq!((sampler.spare, sampler.len()), (0, 1));
        sampler.remove(pid);
        assert_eq!((sampler.spare, sampler.len()), (1, 0));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
