//! What a process is given at its start: descriptors at numbers agreed on beforehand.
//!
//! Called by the guard and the stage. Refuses numbers that are not open, so that a process started
//! by hand ends with a word instead of writing into a stranger's file.

use std::io;
use std::os::fd::{FromRawFd as _, OwnedFd, RawFd};

use nix::errno::Errno;

/// Takes over the descriptor `number` that the parent left open across exec(2), and marks it so
/// that the next exec(2) closes it.
///
/// Call it once for a number, before anything else in the process can own it.
///
/// # Errors
/// `EBADF` when the number is not open or is one of the three standard ones.
pub fn inherited(number: RawFd) -> io::Result<OwnedFd> {
    if number <= libc::STDERR_FILENO {
        return Err(Errno::EBADF.into());
    }
    // SAFETY: fcntl with F_SETFD changes a flag of the descriptor and touches no memory; a number
    // that is not open gives EBADF.
    let result = unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) };
    Errno::result(result)?;
    // SAFETY: the number is open (just looked at) and, by this function's contract, nobody else in
    // this process owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

#[cfg(test)]
mod tests {
    use std::os::fd::{AsRawFd as _, IntoRawFd as _};

    #[test]
    fn an_open_number_is_taken_over_and_a_closed_one_refused() {
        let (ours, theirs) = std::io::pipe().expect("a pipe");
        let number = std::os::fd::OwnedFd::from(theirs).into_raw_fd();
        let taken = super::inherited(number).expect("it is open");
        assert_eq!(taken.as_raw_fd(), number);
        drop(taken);
        // Closed: the reader sees the end. (The number itself may be in use again by another test.)
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut &ours, &mut rest).expect("the end of the pipe");
        assert!(super::inherited(1_000_000).is_err());
        assert!(super::inherited(2).is_err());
    }
}
