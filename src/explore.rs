//! Every outcome a program can have: stateless search over its executions.
//!
//! `search` runs each trace once, on anything that is a `Machine`; `native` is the machine that
//! runs real processes.

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
mod unreduced;
pub mod wakeup;

pub use outcomes::{Budget, Came, Explored, Outcome, explore};
pub use unreduced::Unreduced;

#[cfg(test)]
mod tests;
