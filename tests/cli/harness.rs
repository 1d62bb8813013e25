//! Runs `forklore` in an environment that does not depend on the machine's settings, with a deadline.

use std::io::Read;
use std::os::fd::AsFd as _;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use forklore::sys::pidfd::PidFd;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// The longest time a command may take, in milliseconds; a hang becomes a failure.
const PATIENCE: u16 = 60_000;

/// How a command ended and what it wrote.
#[derive(Debug)]
pub struct Said {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The command, in English, without colour.
pub fn forklore(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forklore"));
    command.args(arguments);
    plain(&mut command);
    command
}

/// Removes the machine's settings from a command's environment.
pub fn plain(command: &mut Command) {
    command
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env_remove("NO_COLOR")
        .env_remove("PYTHONUNBUFFERED")
        .env("LANG", "en_US.UTF-8")
        .env("TERM", "xterm-256color")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
}

/// Runs a command to its end.
pub fn finish(command: &mut Command) -> Said {
    ended(command.spawn().expect("the command can be run"))
}

pub fn say(arguments: &[&str]) -> Said {
    finish(&mut forklore(arguments))
}

/// Reads the output of a started command until it ends.
pub fn ended(mut child: Child) -> Said {
    let out = child.stdout.take().map(hear);
    let err = child.stderr.take().map(hear);
    let pidfd = PidFd::open(child.id().cast_signed()).expect("not waited for");
    let mut fds = [PollFd::new(pidfd.as_fd(), PollFlags::POLLIN)];
    if poll(&mut fds, PollTimeout::from(PATIENCE)) != Ok(1) {
        child.kill().expect("it is ours");
        panic!("it has not ended: {:?} {:?}", heard(out), heard(err));
    }
    let status = child.wait().expect("our own child");
    Said {
        code: status.code(),
        out: heard(out),
        err: heard(err),
    }
}

fn hear(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("UTF-8");
        text
    })
}

fn heard(stream: Option<JoinHandle<String>>) -> String {
    stream.map_or_else(String::new, |stream| stream.join().expect("it was read"))
}
