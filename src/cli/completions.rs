//! `forklore completions SHELL`: the completion script, on stdout.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use super::Stop;
use super::args::CommandLine;
use crate::error::Code;

pub(crate) fn print(shell: clap_complete::Shell) -> Result<Code, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "forklore", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Code::Fine)
}
