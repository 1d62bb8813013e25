//! The lessons' native programs: one per lesson folder, written against `mp`.
//!
//! Owns the parameters a program is given. The programs themselves live beside their Python twins
//! in `lessons/`; build.rs finds them there.
#![allow(
    clippy::needless_pass_by_value,
    clippy::explicit_iter_loop,
    reason = "the programs read like the Python beside them"
)]

use std::collections::BTreeMap;

use serde_json::Value;

use crate::mp;

/// A lesson's main process.
pub type Program = fn(&Params) -> mp::Result<()>;

// The module of each lesson, and `find`; build.rs lists them.
include!(concat!(env!("OUT_DIR"), "/programs.rs"));

/// A lesson's parameters, checked against its ranges before they come here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(BTreeMap<String, Value>);

impl Params {
    pub fn new(values: BTreeMap<String, Value>) -> Params {
        Params(values)
    }

    /// A whole number; 0 where the lesson has no such parameter.
    pub fn int(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_i64).unwrap_or(0)
    }

    /// Yes or no.
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Seconds.
    pub fn seconds(&self, name: &str) -> f64 {
        self.0.get(name).and_then(Value::as_f64).unwrap_or(0.0)
    }

    /// One of several words.
    pub fn word(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or("")
    }
}
