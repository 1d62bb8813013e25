//! What may stand after `forklore why`.

use std::path::PathBuf;

use clap::Args;

use super::{CertaintyArg, RunFormat};

#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    #[arg(value_name = "PID|NAME")]
    pub program: Option<String>,
    #[arg(long)]
    pub watch: bool,
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
    #[arg(long, value_enum, value_name = "CERTAINTY")]
    pub fail_on: Option<CertaintyArg>,
}
