//! `forklore completions SHELL`: the completion script, on stdout.

use std::io::{self, Write as _};

use super::Stop;
use super::help;
use crate::error::Code;
use crate::text::Lang;

pub(crate) fn print(lang: Lang, shell: clap_complete::Shell) -> Result<Code, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(lang), "forklore", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Code::Fine)
}
