//! Which engine made a run, and its word in a recording's header.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What ran the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// The lesson's Rust twin.
    #[default]
    Native,
    /// The lesson's program.py under CPython.
    Python,
    /// A program of the user's own, traced.
    Trace,
    /// One that a newer version knows.
    Unknown,
}

impl Engine {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Engine::Native => "native",
            Engine::Python => "python",
            Engine::Trace => "trace",
            Engine::Unknown => "unknown",
        }
    }
}

/// The word of a header. One that this version does not know survives reading and writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EngineWord(String);

impl EngineWord {
    /// The engine it stands for.
    #[must_use]
    pub fn engine(&self) -> Engine {
        [Engine::Native, Engine::Python, Engine::Trace]
            .into_iter()
            .find(|engine| engine.word() == self.0)
            .unwrap_or(Engine::Unknown)
    }
}

impl From<Engine> for EngineWord {
    fn from(engine: Engine) -> EngineWord {
        EngineWord(engine.word().to_owned())
    }
}

impl fmt::Display for EngineWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Engine, EngineWord};

    #[test]
    fn a_word_of_a_newer_version_survives() {
        for engine in [Engine::Native, Engine::Python, Engine::Trace] {
            assert_eq!(EngineWord::from(engine).engine(), engine);
        }
        let newer: EngineWord = serde_json::from_str("\"jython\"").expect("a word");
        assert_eq!(newer.engine(), Engine::Unknown);
        assert_eq!(serde_json::to_string(&newer).expect("a word"), "\"jython\"");
    }
}
