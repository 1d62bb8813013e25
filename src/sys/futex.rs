//! Waiting on a word of memory, shared between processes: futex(2), futex_waitv(2).
//!
//! Owns the three calls `mp` blocks by. A wait may return early for any reason (a signal, a spurious
//! wake): callers look at their condition again. Words are looked at as shared, never private.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use super::clock;

/// Greatest number of words one `wait_any` can watch (`FUTEX_WAITV_MAX`).
pub const MOST_WORDS: usize = 128;

/// Sleeps while `word` holds `expected`, at most `timeout`. Returns at a wake, a signal, the
/// timeout, or at once when the word has another value; the caller finds out which by looking.
pub fn wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) {
    let spec = timeout.map(timespec);
    let spec_ptr = spec.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the word is a live, aligned u32 for the whole call and the timeout outlives it; the
    // kernel only reads both.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT,
            expected,
            spec_ptr,
        )
    };
}

/// Wakes up to `count` sleepers on `word`; gives how many it woke.
pub fn wake(word: &AtomicU32, count: u32) -> u32 {
    // SAFETY: FUTEX_WAKE uses the address only as a key and touches no memory.
    let woken = unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, count) };
    u32::try_from(woken).unwrap_or(0)
}

/// Whether this kernel has `futex_waitv(2)` (Linux 5.16); found out once, at the first use.
static WAITV: AtomicBool = AtomicBool::new(true);

/// Asks the kernel whether it has `futex_waitv(2)`; on one without, `wait_any` looks again and again.
pub fn has_wait_vector() -> bool {
    // SAFETY: with no words to watch the kernel reads nothing and refuses with EINVAL; one that does
    // not know the call refuses with ENOSYS.
    let result = unsafe { libc::syscall(libc::SYS_futex_waitv, 0, 0, 0, 0, 0) };
    result != -1 || std::io::Error::last_os_error().raw_os_error() != Some(libc::ENOSYS)
}

#[repr(C)]
struct Waiter {
    value: u64,
    address: u64,
    flags: u32,
    reserved: u32,
}

/// `FUTEX2_SIZE_U32`, shared between processes.
const SIZE_U32: u32 = 2;

/// Sleeps while every word still holds its expected value, until the `CLOCK_MONOTONIC` time
/// `deadline` (ns). On a kernel without `futex_waitv(2)` it looks again every millisecond.
pub fn wait_any(words: &[(&AtomicU32, u32)], deadline: Option<i64>) {
    match words {
        [] => std::thread::sleep(deadline.map_or(Duration::from_millis(1), clock::left)),
        [(word, expected)] => wait(word, *expected, deadline.map(clock::left)),
        _ if WAITV.load(Ordering::Relaxed) => {
            if !wait_vector(words, deadline) {
                WAITV.store(false, Ordering::Relaxed);
            }
        }
        [(word, expected), ..] => {
            let step = Duration::from_millis(1);
            wait(
                word,
                *expected,
                Some(deadline.map_or(step, |at| clock::left(at).min(step))),
            );
        }
    }
}

/// False when the kernel has no such call.
fn wait_vector(words: &[(&AtomicU32, u32)], deadline: Option<i64>) -> bool {
    let waiters: Vec<Waiter> = words
        .iter()
        .take(MOST_WORDS)
        .map(|(word, expected)| Waiter {
            value: u64::from(*expected),
            address: word.as_ptr() as u64,
            flags: SIZE_U32,
            reserved: 0,
        })
        .collect();
    let spec = deadline.map(|at| timespec(Duration::from_nanos(u64::try_from(at).unwrap_or(0))));
    let spec_ptr = spec.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the array has as many entries as its length says, each naming a live word, and array
    // and timeout outlive the call; the kernel only reads them.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_futex_waitv,
            waiters.as_ptr(),
            waiters.len(),
            0,
            spec_ptr,
            libc::CLOCK_MONOTONIC,
        )
    };
    answer >= 0 || io::Error::last_os_error().raw_os_error() != Some(libc::ENOSYS)
}

fn timespec(duration: Duration) -> libc::timespec {
    libc::timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: libc::c_long::from(duration.subsec_nanos().cast_signed()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::super::clock;
    use super::{wait, wait_any, wake};

    #[test]
    fn a_changed_word_does_not_sleep_and_a_wake_ends_a_sleep() {
        let words = [AtomicU32::new(0), AtomicU32::new(0)];
        wait(&words[0], 1, None);
        wait_any(&[(&words[0], 0), (&words[1], 1)], None);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while words[1].load(Ordering::SeqCst) == 0 {
                    wait_any(&[(&words[0], 0), (&words[1], 0)], None);
                }
            });
            words[1].store(1, Ordering::SeqCst);
            wake(&words[1], 1);
        });
    }

    #[test]
    fn a_timeout_ends_a_sleep() {
        let word = AtomicU32::new(0);
        let begun = clock::monotonic_ns();
        wait(&word, 0, Some(Duration::from_millis(5)));
        wait_any(
            &[(&word, 0), (&word, 0)],
            clock::deadline(Duration::from_millis(5)),
        );
        assert!(clock::monotonic_ns() - begun >= 5_000_000);
    }
}
