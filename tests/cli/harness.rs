//! Running `forklore` in an environment that does not depend on the machine's settings.

use std::process::{Command, Stdio};

/// How a command ended and what it said.
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
    command
        .args(arguments)
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env_remove("NO_COLOR")
        .env_remove("PYTHONUNBUFFERED")
        .env("LANG", "en_US.UTF-8")
        .env("TERM", "xterm-256color")
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn finish(command: &mut Command) -> Said {
    let output = command.output().expect("forklore can be run");
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        err: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
    }
}

pub fn say(arguments: &[&str]) -> Said {
    finish(&mut forklore(arguments))
}
