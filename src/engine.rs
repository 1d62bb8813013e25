//! Running a lesson as real processes: who starts them, who listens to them, who ends them.
//!
//! The supervisor's side lives in this process (`native`, `supervisor`, `collector`, `dispatcher`);
//! `guard` and `stage` are processes of their own. A run comes out as a `Feed`.

pub(crate) mod channels;
pub(crate) mod collector;
pub(crate) mod exits;
pub mod guard;
pub mod ps;
pub(crate) mod report;
pub mod sampler;
pub mod stage;
pub(crate) mod stat;
pub(crate) mod tree;
