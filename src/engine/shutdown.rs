//! Signals that ask forklore to end, as values on a channel.
//!
//! The front end's loop reads them beside its feed and turns them into `Control::Stop`; nothing
//! happens inside a signal handler. Tests use `Shutdown::never`.

use std::io;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, never, unbounded};
use nix::sys::signal::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::sys::signal::SignalState;

/// Why forklore is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Ctrl-C.
    Interrupt,
    /// `SIGTERM`: a caretaker's.
    Terminate,
    /// `SIGHUP`: the terminal is gone.
    HangUp,
}

impl Request {
    /// The exit code a shell expects: 128 and the signal's number.
    pub fn exit_code(self) -> u8 {
        match self {
            Request::Interrupt => 130,
            Request::Terminate => 143,
            Request::HangUp => 129,
        }
    }

    fn of(signal: i32) -> Option<Request> {
        match signal {
            SIGINT => Some(Request::Interrupt),
            SIGTERM => Some(Request::Terminate),
            SIGHUP => Some(Request::HangUp),
            _ => None,
        }
    }
}

/// Listens for the signals as long as it lives; they no longer kill the process meanwhile.
#[derive(Debug)]
pub struct Shutdown {
    requests: Receiver<Request>,
    listener: Option<(Handle, JoinHandle<()>)>,
}

impl Shutdown {
    /// Begins to listen. What this process was started to ignore (a hang-up under nohup(1), Ctrl-C for
    /// a script's `forklore … &`) stays ignored.
    ///
    /// # Errors
    /// When no handler can be set or no thread started.
    pub fn listen() -> io::Result<Shutdown> {
        let at_start = SignalState::at_start();
        let heard = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]
            .into_iter()
            .filter(|signal| !at_start.ignores(*signal))
            .map(|signal| signal as i32);
        let mut signals = Signals::new(heard)?;
        let handle = signals.handle();
        let (sender, requests) = unbounded();
        let listen = move || {
            for request in signals.forever().filter_map(Request::of) {
                if sender.send(request).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(listen)?;
        Ok(Shutdown {
            requests,
            listener: Some((handle, thread)),
        })
    }

    /// Hears nothing, for tests.
    pub fn never() -> Shutdown {
        Shutdown {
            requests: never(),
            listener: None,
        }
    }

    /// Where the requests come; for a `select!` beside the feed.
    pub fn requests(&self) -> &Receiver<Request> {
        &self.requests
    }
}

impl Drop for Shutdown {
    fn drop(&mut self) {
        if let Some((handle, thread)) = self.listener.take() {
            handle.close();
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nix::sys::signal::Signal;

    use super::{Request, Shutdown};
    use crate::sys::signal::SignalState;

    #[test]
    fn a_signal_becomes_a_request_with_the_shells_exit_code() {
        if SignalState::at_start().ignores(Signal::SIGHUP) {
            println!("skipped: the tests run under nohup");
            return;
        }
        let shutdown = Shutdown::listen().expect("handlers can be set");
        // Only SIGHUP: a runner that is interrupted must still be interruptible.
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGHUP).expect("raised");
        let request = shutdown.requests().recv_timeout(Duration::from_secs(5));
        assert_eq!(request, Ok(Request::HangUp));
        assert_eq!(Request::HangUp.exit_code(), 129);
        assert_eq!(Request::Interrupt.exit_code(), 130);
        assert_eq!(Request::Terminate.exit_code(), 143);
        assert!(Shutdown::never().requests().try_recv().is_err());
    }
}
