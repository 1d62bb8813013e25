//! Running a lesson as real processes: who starts them, who listens to them, who ends them.
//!
//! The supervisor's side lives in this process (`launch`, `run`, `collector`, `dispatcher`); `guard` is
//! a process of its own. A run comes out as a `Feed`. What the processes agree on is in `protocol`.

mod backlog;
mod channels;
pub(crate) mod collector;
pub(crate) mod directory;
pub(crate) mod dispatcher;
mod error;
pub mod evidence;
pub(crate) mod exits;
mod gate;
pub(crate) mod greeting;
pub mod guard;
mod holders;
pub mod interpreter;
mod launch;
mod live;
mod membership;
pub mod native;
mod observer;
pub mod ps;
pub mod python;
pub(crate) mod report;
mod run;
pub mod sampler;
pub mod sampler_thread;
pub mod shutdown;
pub(crate) mod spawn;
pub mod traced;
pub(crate) mod tree;
mod wakeups;

pub use error::StartError;
pub use gate::{Chosen, GateMode, Ready, Scheduler};
pub use launch::Launch;
pub use run::Run;
