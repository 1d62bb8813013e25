//! `FindingNote`: a finding that stands in the log, because no rule could find it there again.
//!
//! `why --record` writes one beside the English text of a marker. Its words are those of the finding;
//! whoever reads it takes them as they are.

use serde::{Deserialize, Serialize};

/// Of a `marker`. (Read as it stands: every name and type here is the wire's.)
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingNote {
    pub rule: String,
    pub certainty: String,
    pub kind: String,
    pub text_zh: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub advice: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub advice_zh: String,
    pub pids: Vec<i32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    pub count: u64,
}

impl FindingNote {
    /// Every text that may be cut.
    pub(super) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        [
            &mut self.rule,
            &mut self.certainty,
            &mut self.kind,
            &mut self.text_zh,
            &mut self.advice,
            &mut self.advice_zh,
        ]
        .into_iter()
        .chain(&mut self.objects)
        .chain(&mut self.places)
    }
}
