//! A stage that does not perform but forks, for each execution it is asked for, a main process that
//! does; one of them is always ready to begin.
//!
//! All that an execution can see is as in a stage started anew, but for the PID of the main process's
//! parent. It ends with its explorer.

use std::os::fd::{AsRawFd as _, OwnedFd};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::socket::{MsgFlags, recv};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, setpgid};

use super::{begin, refuse};
use crate::mp;
use crate::protocol::{StageConfig, ToZygote, ZYGOTE_ENDED, descriptors};
use crate::sys::fork::{Side, fork};
use crate::sys::process::inherited;
use crate::sys::signal;
use crate::sys::socket::send_packet;
use std::os::fd::AsFd as _;

/// Forks executions of `program` until the explorer is gone. For the stage, and for tests that bring
/// programs of their own.
pub fn zygote(config: StageConfig, program: impl Fn() -> mp::Result<()>) -> ! {
    let explorer = begin(config);
    let control = match inherited(descriptors::CONTROL) {
        Ok(control) => control,
        Err(error) => refuse(&format!("nobody asks for executions: {error}")),
    };
    if let Err(errno) = nix::sys::prctl::set_child_subreaper(true) {
        refuse(&format!("orphans can't be adopted: {errno}"));
    }
    let me = nix::unistd::getpid().as_raw();
    let make = || match fork() {
        Ok(Side::Parent(pid)) => pid,
        Ok(Side::Child) => perform(me, explorer, &program),
        Err(error) => refuse(&format!("fork: {error}")),
    };
    // The next main process waits for its first grant while the one before it is performing.
    let (mut performing, mut ready) = (None, make());
    while let Some(word) = next_word(&control) {
        match word {
            ToZygote::Begin => {
                end(performing.replace(ready));
                ready = make();
            }
            ToZygote::End => {
                end(performing.take());
                end(Some(ready));
                // Nobody listens where the explorer has been killed.
                let _ = send_packet(control.as_fd(), &[ZYGOTE_ENDED]);
                mp::exit_main(0)
            }
        }
    }
    end(performing);
    end(Some(ready));
    mp::exit_main(0)
}

fn next_word(control: &OwnedFd) -> Option<ToZygote> {
    let mut byte = [0];
    loop {
        match recv(control.as_raw_fd(), &mut byte, MsgFlags::empty()) {
            Ok(1) => return ToZygote::from_byte(byte[0]),
            Err(Errno::EINTR) => {}
            Ok(_) | Err(_) => return None,
        }
    }
}

/// The life of a main process.
fn perform(zygote: i32, explorer: i32, program: &impl Fn() -> mp::Result<()>) -> ! {
    // Its processes are ended as a group, and with the zygote.
    let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
    let _ = nix::sys::prctl::set_pdeathsig(Signal::SIGKILL);
    if nix::unistd::getppid().as_raw() != zygote {
        // It died before that.
        mp::exit_main(1);
    }
    let _ = signal::end_without(zygote, explorer);
    mp::exit_main(mp::run_main(zygote, program))
}

/// Ends the processes of an execution and collects them.
fn end(main: Option<Pid>) {
    let Some(main) = main else { return };
    // The group is there as long as one of its processes is not collected. A main process that has
    // not made it yet is ended by itself.
    let _ = killpg(main, Signal::SIGKILL);
    let _ = kill(main, Signal::SIGKILL);
    while waitpid(main, None) == Err(Errno::EINTR) {}
    let others = Pid::from_raw(-main.as_raw());
    while waitpid(others, None) != Err(Errno::ECHILD) {}
}
