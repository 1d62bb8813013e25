//! Running a lesson as real processes: who starts them, who listens to them, who ends them.
//!
//! The supervisor's side lives in this process (`native`, `supervisor`, `collector`, `dispatcher`);
//! `guard` and `stage` are processes of their own. A run comes out as a `Feed`.

mod channels;
mod collector;
mod dispatcher;
mod exits;
mod gate;
pub mod guard;
mod ledger;
pub mod native;
pub mod ps;
mod report;
pub mod sampler;
pub mod shutdown;
mod sight;
pub mod stage;
mod stat;
mod supervisor;
pub mod traced;
mod tree;

pub use supervisor::{Launch, Run, StartError};
