//! The lessons' native programs: one per lesson folder, written against `mp`.
//!
//! Owns the table from slug to program and the parameters a program is given. The programs
//! themselves live beside their Python twins in `lessons/`.
#![allow(
    clippy::needless_pass_by_value,
    clippy::explicit_iter_loop,
    reason = "the programs read like the Python beside them"
)]

#[path = "../lessons/03-array/program.rs"]
mod array;
#[path = "../lessons/01-create-process/program.rs"]
mod create_process;
#[path = "../lessons/06-lock/program.rs"]
mod lock;
#[path = "../lessons/04-manager-dict/program.rs"]
mod manager_dict;
#[path = "../lessons/02-no-sharing/program.rs"]
mod no_sharing;
#[path = "../lessons/07-pool-async/program.rs"]
mod pool_async;
#[path = "../lessons/08-pool-blocking/program.rs"]
mod pool_blocking;
#[path = "../lessons/05-queue/program.rs"]
mod queue;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::mp;

/// A lesson's main process.
pub type Program = fn(&Params) -> mp::Result<()>;

/// The program of the lesson with this slug.
pub fn find(slug: &str) -> Option<Program> {
    Some(match slug {
        "create-process" => create_process::main,
        "no-sharing" => no_sharing::main,
        "array" => array::main,
        "manager-dict" => manager_dict::main,
        "lock" => lock::main,
        "queue" => queue::main,
        "pool-async" => pool_async::main,
        "pool-blocking" => pool_blocking::main,
        _ => return None,
    })
}

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
