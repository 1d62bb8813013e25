//! Every outcome a program can have: stateless search over its executions.
//!
//! `search` runs each trace once, on anything that is a `Machine`; `native` is the machine that
//! runs real processes.

mod ahead;
pub mod contradiction;
pub mod execution;
pub mod native;
pub mod operation;
mod outcomes;
mod races;
pub mod reproduce;
pub mod scheduler;
pub mod search;
pub mod strategy;
mod task;
mod unreduced;
pub mod wakeup;

pub use ahead::Came;
pub use outcomes::{Budget, Explored, Outcome, explore, explore_in_parallel};
pub use unreduced::Unreduced;

#[cfg(test)]
mod tests;
