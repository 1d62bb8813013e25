//! Reports: a run and its checks in words for people, and results for machines.
//!
//! Everything here is read from a `World`, event by event or at the end of the run. The cli decides
//! where the bytes go. Foreign text passes through `text` before it is shown.

mod findings;
mod lines;
mod live;
mod printed;
mod repeats;
pub mod results;
mod rows;
mod verdicts;
mod waits;

pub use findings::{findings, findings_json, living};
pub use live::{Live, circle, deadlock, program_line};
pub use printed::Printed;
pub use results::{CheckResult, FailedRun, LessonResult, Results, not_judged};
pub use rows::{Rows, exit_word};
pub use verdicts::{ending, verdicts};
pub use waits::waits_json;

use crate::text::{Lang, Paint};

/// How words for people are shown.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub lang: Lang,
    pub paint: Paint,
    /// Columns rows of ps are cut at, as ps cuts them at the terminal's edge; `None` cuts nothing.
    pub columns: Option<usize>,
    /// Digits of the highest PID there can be.
    pub pid_width: usize,
}
