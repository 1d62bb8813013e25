//! Whether there was a stdout when this process began.
//!
//! When stdout is closed (`forklore … >&-`), Rust's runtime opens `/dev/null` in its place, and all
//! output would be lost without an error.

use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Called by the loader before Rust's runtime.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = note_start;

extern "C" fn note_start() {
    // SAFETY: only asks for a flag of the descriptor; one that is not open gives -1.
    let closed = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) } == -1;
    CLOSED.store(closed, Ordering::Relaxed);
}

/// Whether it was closed.
pub fn was_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_test_has_a_stdout() {
        assert!(!super::was_closed());
    }
}
