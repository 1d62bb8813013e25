//! `ObjectId`: what an object is called inside a World.
//!
//! Given by `objects`; events know an object by its identity in the log.

/// Place of an object in the order of first mention; stable for a run and equal in its replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub u32);
