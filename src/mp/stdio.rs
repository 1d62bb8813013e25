//! The program's `print`: buffered as Python buffers it, sent as events while traced.
//!
//! On a terminal CPython's stdout is line-buffered, into a pipe block-buffered (8192 bytes) and
//! flushed before a fork and at exit; that difference decides what a learner sees, so it is kept.
//! stderr is written at once. std's own print is not used in stage programs: its buffer would be
//! copied by fork and lost by `_exit`.

use std::cell::{Cell, RefCell};
use std::fmt::{Arguments, Write as _};
use std::panic::Location;

use super::context;
use super::tracer::{self, Call, Ended, Fill};
use crate::trace::{BUFFERED, OpName, Packet, Stream};

/// CPython's buffer size for a stream that is no terminal.
const BLOCK: usize = 8192;
/// Longest text an announcement carries; of a longer one it says the length.
const LONGEST_TEXT: usize = 32 << 10;

#[derive(Default)]
struct Stdout {
    pending: String,
    /// The line that last added to the pending text.
    at: Option<&'static Location<'static>>,
}

thread_local! {
    static STDOUT: RefCell<Stdout> = RefCell::new(Stdout::default());
}

/// `print(…)`: one line on stdout. Called through the `print!` macro of `mp`.
#[track_caller]
pub fn print_line(text: Arguments<'_>) {
    print_text(text, "\n", Location::caller());
}

/// `print(…, end=end)`.
#[track_caller]
pub fn print_end(text: Arguments<'_>, end: &str) {
    print_text(text, end, Location::caller());
}

fn print_text(text: Arguments<'_>, end: &str, at: &'static Location<'static>) {
    let line_buffered = context::setting(|settings| settings.line_buffered);
    // Of the buffer this much goes out. Nobody but this process can see what is done to it before.
    let (before, due) = STDOUT.with_borrow_mut(|stdout| {
        let before = stdout.pending.len();
        // Writing into a String does not fail.
        let _ = stdout.pending.write_fmt(text);
        stdout.pending.push_str(end);
        stdout.at = Some(at);
        let due = match line_buffered {
            true => stdout.pending.rfind('\n').map_or(0, |last| last + 1),
            false if stdout.pending.len() > BLOCK => stdout.pending.len(),
            false => 0,
        };
        (before, due)
    });
    let text = Announced::new(due);
    let args: Fill<'_> = &|packet| text.fill(packet);
    let call = Call::begin_at(OpName::Print, None, Some(at), args);
    STDOUT.with_borrow_mut(|stdout| {
        if due > 0 {
            let rest = stdout.pending.split_off(due);
            let at = line_buffered.then_some(at);
            write_out(Stream::Stdout, &stdout.pending, at);
            stdout.pending = rest;
        }
    });
    let stays = STDOUT.with_borrow(|stdout| stdout.pending.len() > before.saturating_sub(due));
    // With the gate open, the output event is enough for what is written.
    if stays || !line_buffered || call.grant() != tracer::Grant::Open {
        call.done_with(
            None,
            &|packet| buffered(packet, before.saturating_sub(due)),
            Ended::Plain,
        );
    }
}

/// The arguments of a print whose text lies in the buffer from here on.
fn buffered(packet: &mut Packet<'_>, from: usize) {
    STDOUT.with_borrow(|stdout| {
        if let Some(text) = stdout.pending.get(from..).filter(|text| !text.is_empty()) {
            packet.text("key", BUFFERED).text("value", text);
        }
    });
}

/// What an operation at the gate will write. Its announcement says it, for whoever grants may have a
/// choice to make; its end does not, for the output is an event of its own.
struct Announced {
    bytes: usize,
    said: Cell<bool>,
}

impl Announced {
    fn new(bytes: usize) -> Announced {
        Announced {
            bytes,
            said: Cell::new(!tracer::gated()),
        }
    }

    fn fill(&self, packet: &mut Packet<'_>) {
        match self.bytes {
            _ if self.said.replace(true) => {}
            0 => {}
            1..=LONGEST_TEXT => STDOUT.with_borrow(|stdout| {
                packet.text("value", &stdout.pending[..self.bytes]);
            }),
            more => {
                packet.int("n", i64::try_from(more).unwrap_or(i64::MAX));
            }
        }
    }
}

/// `sys.stdout.flush()`. Under the gate what goes out is an operation of its own: others may see it.
pub fn flush() {
    if STDOUT.with_borrow(|stdout| stdout.pending.is_empty()) {
        return;
    }
    let text = Announced::new(STDOUT.with_borrow(|stdout| stdout.pending.len()));
    let args: Fill<'_> = &|packet| text.fill(packet);
    let call = Call::begin_at(OpName::Flush, None, None, args);
    STDOUT.with_borrow_mut(|stdout| {
        write_out(Stream::Stdout, &stdout.pending, stdout.at);
        stdout.pending.clear();
    });
    if call.grant() != tracer::Grant::Open {
        call.done(None, Ended::Plain);
    }
}

/// Text on stderr, unbuffered.
pub fn write_stderr(text: &str) {
    write_out(Stream::Stderr, text, None);
}

fn write_out(stream: Stream, text: &str, at: Option<&'static Location<'static>>) {
    if tracer::on() {
        return tracer::output(stream, text.as_bytes(), at);
    }
    match stream {
        Stream::Stdout => write_fd(&std::io::stdout(), text.as_bytes()),
        Stream::Stderr => write_fd(&std::io::stderr(), text.as_bytes()),
    }
}

/// Writes to the descriptor itself, past std's buffer. What can't be written is lost, as it is in a
/// Python child whose stdout is closed.
fn write_fd(fd: &impl std::os::fd::AsFd, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match nix::unistd::write(fd, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(nix::errno::Errno::EINTR) => {}
            Err(_) => return,
        }
    }
}

/// Python's `print(…)`: formats like `format!` and ends the line.
#[macro_export]
macro_rules! print_py {
    ($($arg:tt)*) => { $crate::mp::print_line(format_args!($($arg)*)) };
}
