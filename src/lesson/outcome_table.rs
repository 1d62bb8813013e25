//! `outcomes.toml`: all outcomes of a lesson's program, found by `forklore explore --save` and shipped with
//! the lesson.
//!
//! A table is of one setting of the parameters. The file is bound to the program and to what the lesson
//! calls an outcome: where these have changed it says nothing, and the lint says so. It holds only
//! what a search has completed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Lesson, Params};

/// The first line of the file.
const HEAD: &str =
    "# Made by `forklore explore --save`. It is bound to the program: change nothing here.\n";

/// The tables of a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeFile {
    /// SHA-256 of the program and of what is an outcome, hexadecimal.
    pub program_sha256: String,
    #[serde(default)]
    pub tables: Vec<OutcomeTable>,
}

/// All outcomes under one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeTable {
    /// Of every parameter its value, in words.
    pub params: BTreeMap<String, String>,
    /// `tty` or `pipe`: how the program's prints are buffered.
    pub stdout: String,
    /// Sleeps may end at any time.
    pub any_timing: bool,
    /// One for each trace.
    pub executions: u64,
    pub outcomes: Vec<KnownOutcome>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownOutcome {
    pub outcome: String,
    pub executions: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deadlock: bool,
    /// A schedule that leads there.
    pub schedule: String,
}

impl OutcomeTable {
    /// Whether it is of this setting.
    pub fn is_of(&self, params: &Params, stdout: &str, any_timing: bool) -> bool {
        (self.stdout.as_str(), self.any_timing) == (stdout, any_timing)
            && self.params == in_words(params)
    }
}

/// Parameters as a table names them.
#[must_use]
pub fn in_words(params: &Params) -> BTreeMap<String, String> {
    let words = params
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_string()));
    words.collect()
}

impl OutcomeFile {
    /// # Errors
    /// What is wrong with the text, and where.
    pub fn parse(text: &str) -> Result<OutcomeFile, String> {
        toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
    }

    /// The text of the file.
    ///
    /// # Errors
    /// What TOML can't hold.
    pub fn text(&self) -> Result<String, String> {
        let text = toml::to_string_pretty(self).map_err(|error| error.to_string())?;
        Ok(HEAD.to_owned() + &text)
    }

    /// Puts a table in the place of the one of the same setting.
    pub fn put(&mut self, table: OutcomeTable) {
        let same = |other: &OutcomeTable| {
            (&other.params, &other.stdout, other.any_timing)
                == (&table.params, &table.stdout, table.any_timing)
        };
        self.tables.retain(|other| !same(other));
        self.tables.push(table);
    }
}

impl Lesson {
    /// What its table of outcomes is bound to: the program that is explored, and what an outcome is.
    #[must_use]
    pub fn outcomes_sha256(&self) -> String {
        let program = self.files.rust.as_deref().unwrap_or(&self.files.python);
        let manifest = self.files.manifest.as_deref().unwrap_or_default();
        let mut lines = manifest
            .lines()
            .skip_while(|line| line.trim() != "[outcome]");
        let head = lines.next().unwrap_or_default();
        let outcome = lines.take_while(|line| !line.starts_with('['));
        let mut bound = format!("{program}\n{head}\n");
        outcome
            .filter(|line| !line.trim().is_empty())
            .for_each(|line| bound = std::mem::take(&mut bound) + line + "\n");
        hexadecimal(bound.as_bytes())
    }

    /// All outcomes under a setting, where its file has them and still holds.
    #[must_use]
    pub fn known_outcomes(
        &self,
        params: &Params,
        stdout: &str,
        any_timing: bool,
    ) -> Option<OutcomeTable> {
        let file = OutcomeFile::parse(self.files.outcomes.as_deref()?).ok()?;
        if file.program_sha256 != self.outcomes_sha256() {
            return None;
        }
        let mut tables = file.tables.into_iter();
        tables.find(|table| table.is_of(params, stdout, any_timing))
    }
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn hexadecimal(text: &[u8]) -> String {
    let digest = Sha256::digest(text);
    digest.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::{KnownOutcome, OutcomeFile, OutcomeTable};

    fn table(executions: u64) -> OutcomeTable {
        OutcomeTable {
            params: [("lock".to_owned(), "false".to_owned())].into(),
            stdout: "tty".to_owned(),
            any_timing: true,
            executions,
            outcomes: vec![KnownOutcome {
                outcome: "one 'line'\nand \"another\"".to_owned(),
                executions,
                deadlock: executions > 1,
                schedule: "lock:0x3.1b.2".to_owned(),
            }],
        }
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let mut file = OutcomeFile {
            program_sha256: "ab".to_owned(),
            tables: vec![table(1)],
        };
        let text = file.text().expect("it is written");
        assert_eq!(OutcomeFile::parse(&text), Ok(file.clone()));
        file.put(table(2));
        assert_eq!(file.tables, [table(2)], "the same setting");
        assert!(OutcomeFile::parse("tables = 3").is_err());
    }
}
