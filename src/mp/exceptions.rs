//! `Exception`: what an operation of `mp` raises, with the class and text CPython 3.13 gives it.
//!
//! Also how a program leaves early (`exit`, CPython's `SystemExit`) and how an uncaught exception
//! is printed. Texts of older versions are the lessons' matter (claims).

use std::fmt;
use std::panic::Location;

use serde::{Deserialize, Serialize};

/// A raised exception; what `Result` in this module fails with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The class: `ValueError`, `queue.Empty`, `multiprocessing.context.TimeoutError`.
    pub class: String,
    /// `str(exception)`; empty for one without arguments.
    pub message: String,
    /// Where it was raised: file name and line.
    pub at: (String, u32),
    /// Traceback text of another process this came from (CPython's `RemoteTraceback`).
    pub remote: Option<String>,
}

/// What an operation gives: its value, or the exception it raised.
pub type Result<T> = std::result::Result<T, Exception>;

impl Exception {
    /// An exception raised at the caller's line.
    #[track_caller]
    pub fn new(class: &str, message: impl Into<String>) -> Exception {
        Exception::at(class, message, Location::caller())
    }

    pub(crate) fn at(class: &str, message: impl Into<String>, at: &Location<'_>) -> Exception {
        Exception {
            class: class.to_owned(),
            message: message.into(),
            at: (String::new(), 0),
            remote: None,
        }
        .raised_at(at)
    }

    /// The same exception, raised at another line: the program's.
    pub(crate) fn raised_at(self, at: &Location<'_>) -> Exception {
        let file = at.file().rsplit('/').next().unwrap_or_default().to_owned();
        Exception {
            at: (file, at.line()),
            ..self
        }
    }

    #[track_caller]
    pub(crate) fn value(message: impl Into<String>) -> Exception {
        Exception::new("ValueError", message)
    }

    #[track_caller]
    pub(crate) fn assertion(message: impl Into<String>) -> Exception {
        Exception::new("AssertionError", message)
    }

    #[track_caller]
    pub(crate) fn types(message: impl Into<String>) -> Exception {
        Exception::new("TypeError", message)
    }

    /// An `OSError` as Python words it: `[Errno 11] Resource temporarily unavailable`.
    #[track_caller]
    pub(crate) fn os(error: &std::io::Error) -> Exception {
        let code = error.raw_os_error().unwrap_or(0);
        let class = match code {
            libc::EAGAIN => "BlockingIOError",
            libc::ENOENT => "FileNotFoundError",
            libc::EPIPE => "BrokenPipeError",
            libc::ECONNREFUSED => "ConnectionRefusedError",
            libc::ECONNRESET => "ConnectionResetError",
            _ => "OSError",
        };
        if code == 0 {
            return Exception::new(class, error.to_string());
        }
        // The system's own words; the standard library adds the number.
        let text = std::io::Error::from_raw_os_error(code).to_string();
        let text = text.split(" (os error").next().unwrap_or_default();
        Exception::new(class, format!("[Errno {code}] {text}"))
    }

    /// The traceback as it stands on stderr, without a head line, newline at the end.
    pub fn traceback(&self) -> String {
        use fmt::Write as _;
        let mut text = String::new();
        if let Some(remote) = &self.remote {
            let _ = write!(
                text,
                "multiprocessing.pool.RemoteTraceback: \n\"\"\"\n{remote}\"\"\"\n\nThe above exception was the direct \
                 cause of the following exception:\n\n"
            );
        }
        let (file, line) = &self.at;
        let _ = writeln!(
            text,
            "Traceback (most recent call last):\n  File \"{file}\", line {line}\n{self}"
        );
        text
    }
}

/// `ValueError: Pool not running`, or the bare class where there is no text: Python's last line.
impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            f.write_str(&self.class)
        } else {
            write!(f, "{}: {}", self.class, self.message)
        }
    }
}

impl std::error::Error for Exception {}

/// What unwinds when the program calls `exit`: CPython's `SystemExit`.
pub(crate) struct SystemExit(pub(crate) i32);

/// `sys.exit(code)`: leaves the process by unwinding to its first frame; the status is `code & 0xff`.
pub fn exit(code: i32) -> ! {
    std::panic::resume_unwind(Box::new(SystemExit(code)))
}

/// What the function of a process may return: nothing, a value that is ignored, or an exception.
pub trait Outcome {
    fn raised(self) -> Option<Exception>;
}

impl Outcome for () {
    fn raised(self) -> Option<Exception> {
        None
    }
}

impl<T> Outcome for Result<T> {
    fn raised(self) -> Option<Exception> {
        self.err()
    }
}

#[cfg(test)]
mod tests {
    use super::Exception;

    #[test]
    fn texts_are_those_of_python() {
        assert_eq!(
            Exception::value("Pool not running").to_string(),
            "ValueError: Pool not running"
        );
        assert_eq!(Exception::new("queue.Empty", "").to_string(), "queue.Empty");
        let error = Exception::os(&std::io::Error::from_raw_os_error(libc::EAGAIN));
        assert_eq!(
            error.to_string(),
            "BlockingIOError: [Errno 11] Resource temporarily unavailable"
        );
        assert!(
            error
                .traceback()
                .starts_with("Traceback (most recent call last):\n  File \"exceptions.rs\", line ")
        );
    }
}
