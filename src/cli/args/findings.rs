//! What may stand after `forklore findings`.

use clap::{Args, ValueEnum};

use super::{Recorded, RunFormat};
use crate::finding::Certainty;

#[derive(Debug, Args)]
pub(crate) struct FindingsArgs {
    #[command(flatten)]
    pub recording: Recorded,
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
    #[arg(long, value_enum, value_name = "CERTAINTY")]
    pub fail_on: Option<CertaintyArg>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum CertaintyArg {
    Certain,
    Likely,
    Hint,
}

impl From<CertaintyArg> for Certainty {
    fn from(arg: CertaintyArg) -> Certainty {
        match arg {
            CertaintyArg::Certain => Certainty::Certain,
            CertaintyArg::Likely => Certainty::Likely,
            CertaintyArg::Hint => Certainty::Hint,
        }
    }
}
