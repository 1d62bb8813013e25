//! What the stage is started with, as JSON in its second argument.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Spaces behind the arguments: room for the titles the processes write over them.
pub(crate) const TITLE_ROOM: usize = 160;

/// What to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageConfig {
    /// Slug of the lesson: `pool-async`.
    pub lesson: String,
    /// All of the lesson's parameters.
    pub params: BTreeMap<String, serde_json::Value>,
    /// What multiplies every sleep.
    pub time_scale: f64,
    /// Whether prints are buffered as on a terminal; else as into a pipe.
    pub line_buffered: bool,
    /// Seed of the program's random choices.
    pub seed: u64,
    /// The run's 0700 directory.
    pub dir: PathBuf,
    /// PID of the supervisor, which adopts the run's processes when the guard is gone; 0 where the guard
    /// has none. The stage can't ask for it: the parent of a guard whose supervisor has ended is init.
    #[serde(default)]
    pub supervisor: i32,
    /// It does not perform but forks executions that do.
    #[serde(default)]
    pub zygote: bool,
}
