//! `Raised`: an operation that raised, kept for the checks and panels that speak of misuse.

use std::sync::Arc;

use crate::trace::OpName;

use super::object_id::ObjectId;

/// One error a program's operation ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    pub seq: u64,
    /// Nanoseconds since the run began.
    pub t: i64,
    pub proc: u32,
    pub op: OpName,
    pub object: Option<ObjectId>,
    /// `ValueError: Pool not running`.
    pub error: Arc<str>,
}
