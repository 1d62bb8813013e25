//! `forklore why PID`: why a program that runs now does not go on.

use std::io::{self, Write as _};

use clap::Args;

use super::Stop;
use super::context::Context;
use crate::error::Code;

#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    pub program: Option<String>,
}

pub(crate) fn run(_context: &Context, args: &WhyArgs) -> Result<Code, Stop> {
    let pid = args.program.as_deref().and_then(|p| p.parse().ok()).unwrap_or(0);
    io::stdout().write_all(crate::inspect::debug(pid).as_bytes())?;
    Ok(Code::Fine)
}
