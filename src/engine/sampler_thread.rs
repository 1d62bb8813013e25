//! The thread that samples: ten looks a second, fewer where a look takes long, each update sent through a
//! channel.
//!
//! The supervisor starts one for a run. It sleeps without waking while nothing is followed, ends
//! when its handle is dropped, and leaves out looks while its reader is behind: rows then come
//! later, none is lost.

use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, after, bounded, never, select, unbounded};

use super::sampler::Sampler;
use crate::engine::ps::{Host, HostError, Look, Process};
use crate::sys::clock;
use crate::trace::{PsRow, PsUpdate};

/// Ten looks a second.
const PERIOD: Duration = Duration::from_millis(100);
/// What a pause is of the look before it, at least: looks at thousands of processes must not take the
/// processor from those who start them.
const REST: u32 = 9;

/// Updates that may lie unread before looks are left out.
const UNREAD: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum SamplerError {
    #[error("prepare the rows of ps: {0}")]
    Host(#[from] HostError),
    #[error("start the thread that samples: {0}")]
    Thread(#[source] io::Error),
}

/// The handle of the sampling thread. Dropping it stops the thread and waits for it, which takes
/// no longer than one look.
#[derive(Debug)]
pub struct SamplerThread {
    /// Taken when it is dropped: the thread ends with it.
    requests: Option<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    /// For first rows, which are read on the caller's thread.
    host: Host,
}

#[derive(Debug)]
enum Request {
    Add(i32),
    /// A process whose row the caller was given.
    Adopt(i32, Box<Process>),
    Remove(i32),
}

impl SamplerThread {
    /// Starts the thread; updates that are not empty come through the receiver.
    ///
    /// # Errors
    /// When `/proc` cannot be read or no thread can be started.
    pub fn start() -> Result<(SamplerThread, Receiver<PsUpdate>), SamplerError> {
        let mut sampler = Sampler::new()?;
        let host = Host::new()?;
        let (requests, todo) = unbounded();
        let (updates, receiver) = bounded(UNREAD);
        let thread = std::thread::Builder::new()
            .name("ps sampler".to_owned())
            .spawn(move || run(&mut sampler, &todo, &updates))
            .map_err(SamplerError::Thread)?;
        let handle = SamplerThread {
            requests: Some(requests),
            thread: Some(thread),
            host,
        };
        Ok((handle, receiver))
    }

    /// Follows the process that has this PID now. Never waits for the thread.
    pub fn add(&self, pid: i32) {
        self.send(Request::Add(pid));
    }

    /// Reads the first row of a process just started at once, on the caller's thread, and follows
    /// it; the row is not sent again unless it changes. `None` when there is no such process.
    pub fn row(&mut self, pid: i32) -> Option<PsRow> {
        let process = Process::read_now(pid, &mut self.host, Look::Newborn)?;
        let row = process.row().cloned();
        self.send(Request::Adopt(pid, Box::new(process)));
        row
    }

    /// Follows it no longer; an update already on its way may still name it.
    pub fn remove(&self, pid: i32) {
        self.send(Request::Remove(pid));
    }

    fn send(&self, request: Request) {
        if let Some(requests) = &self.requests {
            // It fails only when the thread has ended because nobody reads its updates any more.
            let _ = requests.send(request);
        }
    }
}

impl Drop for SamplerThread {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by its own hook and ends nothing but the rows.
            let _ = thread.join();
        }
    }
}

/// Takes requests as they come and looks at every tick, until the handle or the reader is gone.
fn run(sampler: &mut Sampler, todo: &Receiver<Request>, updates: &Sender<PsUpdate>) {
    let mut ticks = never();
    let mut ticking = false;
    loop {
        select! {
            recv(todo) -> request => match request {
                Ok(Request::Add(pid)) => sampler.add(pid),
                Ok(Request::Adopt(pid, process)) => sampler.adopt(pid, *process),
                Ok(Request::Remove(pid)) => sampler.remove(pid),
                Err(_) => return,
            },
            recv(ticks) -> _ => {
                let begun = clock::instant();
                if !updates.is_full() && !deliver(sampler.sample(), updates) {
                    return;
                }
                ticks = after(pause(begun.elapsed()));
            }
        }
        if ticking == sampler.is_empty() {
            ticking = !sampler.is_empty();
            ticks = if ticking { after(PERIOD) } else { never() };
        }
    }
}

/// The pause after a look that took so long.
fn pause(took: Duration) -> Duration {
    PERIOD.saturating_sub(took).max(took * REST)
}

/// Whether somebody still reads.
fn deliver(update: PsUpdate, updates: &Sender<PsUpdate>) -> bool {
    update == PsUpdate::default() || updates.send(update).is_ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::pause;

    #[test]
    fn looks_take_a_tenth_of_the_time_at_most() {
        let millis = Duration::from_millis;
        assert_eq!(pause(millis(1)), millis(99));
        assert_eq!(pause(millis(50)), millis(450));
    }
}
