//! The options of `reproduce`.

use clap::Args;

use super::{Budget, StdoutArg, budget};

#[derive(Debug, Args)]
pub(crate) struct ReproduceArgs {
    pub lesson: String,
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    #[arg(long, value_enum, default_value_t)]
    pub stdout: StdoutArg,
    #[arg(long, value_name = "FILE|ID", conflicts_with = "outcome")]
    pub listing: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub outcome: Option<String>,
    #[arg(long, value_name = "N|TIME", default_value = "60s", value_parser = budget, allow_negative_numbers = true)]
    pub budget: Budget,
}
