//! `Header`: the first line of a recording.
//!
//! What it says is known before the run begins. Fields a later version adds are ignored here and
//! survive in the line itself (`Reader::line`).

use serde::{Deserialize, Serialize};

use super::engine::{Engine, EngineWord};

/// The version of the format this crate writes.
pub const FORMAT: u32 = 1;

/// First line of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Format version.
    pub forklore: u32,
    /// Slug of the lesson, or the traced command.
    pub lesson: String,
    pub engine: EngineWord,
    /// SHA-256 of the program's text, hexadecimal.
    pub program_sha256: String,
    /// The traced program and its arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub argv: Vec<String>,
    /// Parameters of the lesson, `name → value`.
    pub params: std::collections::BTreeMap<String, serde_json::Value>,
    /// When the run began: seconds since the epoch, UTC.
    pub started: f64,
    /// Kernel release.
    pub kernel: String,
    /// Processors online.
    pub cpus: u32,
    /// What multiplies every sleep.
    pub time_scale: f64,
    /// `tty` or `pipe`: the buffering of instrumented stdio; `pty`: a real terminal.
    pub stdout: String,
    /// `open`, `paced` or `manual`: how the gate stood at the beginning.
    pub gate: String,
    /// Seed of the run's own choices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Version of the interpreter, python engine only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// How `multiprocessing` starts children where the program does not say, python engine only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_method: Option<String>,
    /// Version of forklore that wrote this.
    pub version: String,
}

impl Header {
    /// The first line of a recording, its newline included.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        let mut line = Vec::new();
        // Writing plain structs of strings and numbers into a `Vec` does not fail.
        let _ = serde_json::to_writer(&mut line, self);
        line.push(b'\n');
        line
    }

    /// The header of a run of this lesson of which nothing else is known: the native engine, on one
    /// processor, at its own speed, its gate open, begun at the epoch.
    #[must_use]
    pub fn of(lesson: impl Into<String>) -> Header {
        Header {
            forklore: FORMAT,
            lesson: lesson.into(),
            engine: Engine::Native.into(),
            program_sha256: String::new(),
            argv: Vec::new(),
            params: std::collections::BTreeMap::new(),
            started: 0.0,
            kernel: String::new(),
            cpus: 1,
            time_scale: 1.0,
            stdout: "tty".to_owned(),
            gate: "open".to_owned(),
            seed: None,
            python: None,
            start_method: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}
