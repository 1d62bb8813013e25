//! What may stand on the command line of `lessons`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum Lessons {
    List,
    Check(CheckArgs),
    New { slug: String, dir: Option<PathBuf> },
    Help { topic: Option<String> },
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[arg(value_name = "DIR|SLUG")]
    pub named: Vec<String>,
    #[arg(long)]
    pub run: bool,
    #[arg(long, value_name = "PATH|VERSION")]
    pub python: Option<String>,
}
