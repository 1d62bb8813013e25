//! `Inbox`: batches of lines on their way to the thread that writes them.
//!
//! The thread is woken rarely: it takes the processors from the very processes it records. It lets
//! batches gather for a moment before it takes them all; nobody spins. Whoever sends never waits here;
//! how much may gather is the recorder's business.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long batches gather: what a crash of ours can lose, and how late whoever follows the file is.
const GATHER: Duration = Duration::from_millis(10);
/// … unless so many bytes have come.
const MANY: usize = 2 << 20;

/// Whole lines of a recording.
pub(super) type Lines = Arc<Vec<u8>>;

/// What has come and was not taken yet.
#[derive(Debug, Default)]
struct State {
    batches: Vec<Lines>,
    bytes: usize,
    /// It need not gather any longer.
    hurry: bool,
    /// No more will come.
    closed: bool,
    /// Nobody takes any more.
    left: bool,
}

/// The way from one thread to another.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
    bell: Condvar,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No holder can panic between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a batch over; false where nobody takes it. After the `last` one there is time to write while
    /// the run is cleared away.
    pub(super) fn send(&self, lines: Lines, last: bool) -> bool {
        let mut state = self.lock();
        if state.left {
            return false;
        }
        let (first, before) = (state.batches.is_empty(), state.hurry);
        state.bytes += lines.len();
        state.batches.push(lines);
        state.hurry |= last || state.bytes >= MANY;
        if first || (state.hurry && !before) {
            self.bell.notify_one();
        }
        true
    }

    /// No more will be sent.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        (state.closed, state.hurry) = (true, true);
        self.bell.notify_one();
    }

    /// Nothing will be taken any more.
    pub(super) fn leave(&self) {
        let mut state = self.lock();
        state.left = true;
        state.batches.clear();
    }

    /// Takes what has gathered. Waits for it, at most `patience` where that is given; empty when it
    /// took longer. `None` once everything was taken and no more will come.
    pub(super) fn take(&self, patience: Option<Duration>) -> Option<Vec<Lines>> {
        let nothing = |state: &mut State| state.batches.is_empty() && !state.closed;
        let mut state = match patience {
            None => self
                .bell
                .wait_while(self.lock(), nothing)
                .unwrap_or_else(PoisonError::into_inner),
            Some(patience) => self.wait(self.lock(), patience, nothing),
        };
        if !state.batches.is_empty() {
            state = self.wait(state, GATHER, |state| !state.hurry);
        }
        if state.batches.is_empty() && state.closed {
            return None;
        }
        (state.bytes, state.hurry) = (0, state.closed);
        Some(std::mem::take(&mut state.batches))
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        patience: Duration,
        condition: impl FnMut(&mut State) -> bool,
    ) -> MutexGuard<'a, State> {
        let waited = self.bell.wait_timeout_while(state, patience, condition);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Inbox, Lines, MANY};

    fn batch(bytes: usize) -> Lines {
        vec![b'\n'; bytes].into()
    }

    #[test]
    fn batches_gather_and_the_last_ones_are_taken_after_the_close() {
        let inbox = Inbox::default();
        assert!(inbox.send(batch(2), false) && inbox.send(batch(1), false));
        let taken = inbox.take(None).unwrap();
        assert_eq!(
            taken.iter().map(|lines| lines.len()).collect::<Vec<_>>(),
            [2, 1]
        );
        assert_eq!(inbox.take(Some(Duration::ZERO)), Some(Vec::new()));
        inbox.send(batch(1), true);
        inbox.close();
        assert_eq!(inbox.take(None).map(|taken| taken.len()), Some(1));
        assert_eq!(inbox.take(None), None);
    }

    #[test]
    fn whoever_waits_is_woken_by_the_first_batch_by_many_events_and_by_the_close() {
        let inbox = Inbox::default();
        std::thread::scope(|scope| {
            let taken = scope.spawn(|| {
                let mut bytes = 0;
                while let Some(batches) = inbox.take(None) {
                    bytes += batches.iter().map(|lines| lines.len()).sum::<usize>();
                }
                bytes
            });
            for _ in 0..3 {
                inbox.send(batch(MANY), false);
            }
            inbox.close();
            assert_eq!(taken.join().unwrap(), 3 * MANY);
        });
    }

    #[test]
    fn nothing_is_kept_for_somebody_who_has_left() {
        let inbox = Inbox::default();
        inbox.send(batch(1), true);
        inbox.leave();
        assert!(!inbox.send(batch(1), false));
    }
}
