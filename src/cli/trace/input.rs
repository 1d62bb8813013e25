//! What a traced program reads on its stdin: ours.
//!
//! A file or a pipe is handed on as it is. A terminal is not, for the program is not in the terminal's
//! foreground and would be stopped by its first read: a thread reads lines here and writes them there,
//! as long as forklore itself is in the foreground.

use std::io::{self, IsTerminal as _, PipeWriter, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{getpgrp, read, tcgetpgrp};

/// How often a forklore in the background looks whether it has come to the front, in milliseconds.
const LOOK: u16 = 200;

/// The program's descriptor 0; `None` where ours is closed.
///
/// # Errors
/// At a limit of descriptors or threads.
pub(super) fn of_program() -> io::Result<Option<OwnedFd>> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Ok(stdin.as_fd().try_clone_to_owned().ok());
    }
    let (reader, writer) = io::pipe()?;
    // It is not waited for: it ends with the process.
    std::thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(move || hand_on(writer))?;
    Ok(Some(reader.into()))
}

/// Writes what is typed until the end of input is typed or nobody reads it.
fn hand_on(mut writer: PipeWriter) {
    let stdin = io::stdin();
    let mut line = [0; 4096];
    loop {
        let mut fds = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) => {}
            Err(Errno::EINTR) => continue,
            Err(_) => return,
        }
        // A read from the background would stop us and with us the run.
        if tcgetpgrp(stdin.as_fd()) != Ok(getpgrp()) {
            let _ = poll(&mut [], PollTimeout::from(LOOK));
            continue;
        }
        match read(stdin.as_fd(), &mut line) {
            Ok(0) => return,
            Ok(length) => {
                if writer.write_all(&line[..length]).is_err() {
                    return;
                }
            }
            Err(Errno::EINTR) => {}
            Err(_) => return,
        }
    }
}
