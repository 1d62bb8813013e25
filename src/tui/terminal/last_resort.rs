//! The last resort: a thread that ends the program when a signal has asked for that and the session
//! does not come to it.
//!
//! A terminal that takes no more output holds up whoever draws, and a library may be caught in reading
//! one that has gone. Started by `Terminal`; it sleeps until such a signal comes. What runs is ended by
//! its guard, which notices that we are gone.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// How long the session may take to notice that it is to end.
const NOTICE: Duration = Duration::from_millis(400);
/// How long it may then take to end in order.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the thread needs of a stack, and more.
const STACK: usize = 64 << 10;

/// Watches for the signals; `ended` holds the one that has come, `noticed` whether the session ends by it.
pub(super) fn watch(
    signals: &[i32],
    ended: Arc<AtomicUsize>,
    noticed: Arc<AtomicBool>,
) -> io::Result<()> {
    let (mut told, teller) = UnixStream::pair()?;
    for signal in signals {
        signal_hook::low_level::pipe::register(*signal, teller.try_clone()?)?;
    }
    std::thread::Builder::new()
        .name("last resort".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            if told.read_exact(&mut [0]).is_err() {
                return;
            }
            std::thread::sleep(NOTICE);
            if noticed.load(Ordering::Relaxed) {
                std::thread::sleep(PATIENCE);
            }
            // The screen itself may be stuck; the settings of the terminal are not.
            let _ = crossterm::terminal::disable_raw_mode();
            let signal = i32::try_from(ended.load(Ordering::Relaxed)).unwrap_or(1);
            signal_hook::low_level::exit(128 + signal.max(1));
        })?;
    Ok(())
}
