//! `Progress`: what is kept of a learner's way from one session to the next.
//!
//! Data alone, with its own format number; the host reads and writes the file. Answers are kept as
//! they were given, so that a later version can grade them anew.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::Answer;

/// The format this version writes; a file with a greater one is somebody else's.
pub const PROGRESS: u32 = 1;

/// A learner's way through the lessons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub forklore_progress: u32,
    /// Slug of the lesson last looked at.
    #[serde(default)]
    pub last: Option<String>,
    /// By slug.
    #[serde(default)]
    pub lessons: BTreeMap<String, Visit>,
}

impl Default for Progress {
    fn default() -> Progress {
        Progress {
            forklore_progress: PROGRESS,
            last: None,
            lessons: BTreeMap::new(),
        }
    }
}

/// What was done in a lesson.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Visit {
    /// Runs that came to their end.
    #[serde(default)]
    pub runs: u64,
    /// One of them passed every check.
    #[serde(default)]
    pub passed: bool,
    /// Parameters as they were last.
    #[serde(default)]
    pub params: BTreeMap<String, serde_json::Value>,
    /// Answers, by the question's id.
    #[serde(default)]
    pub answers: BTreeMap<String, Given>,
}

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    pub said: Said,
    /// How sure the learner was, 1 to 3.
    pub sure: u8,
    /// What became of it: `right`, `partly`, `wrong`, `undecided`; absent before the run.
    #[serde(default)]
    pub mark: Option<String>,
}

/// The words of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    Choice(String),
    Order(Vec<String>),
    Number(f64),
    Possible(Vec<(String, bool)>),
}

impl From<&Answer> for Said {
    fn from(answer: &Answer) -> Said {
        match answer {
            Answer::Choice(id) => Said::Choice(id.clone()),
            Answer::Order(items) => Said::Order(items.clone()),
            Answer::Number(number) => Said::Number(*number),
            Answer::Possible(listings) => Said::Possible(listings.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Given, Progress, Said, Visit};

    #[test]
    fn what_is_kept_comes_back_and_unknown_fields_do_no_harm() {
        let mut progress = Progress {
            last: Some("lock".to_owned()),
            ..Progress::default()
        };
        let mut visit = Visit {
            runs: 3,
            ..Visit::default()
        };
        let given = Given {
            said: Said::Possible(vec![("tutorial".to_owned(), true)]),
            sure: 2,
            mark: Some("right".to_owned()),
        };
        visit.answers.insert("possible".to_owned(), given);
        progress.lessons.insert("lock".to_owned(), visit);
        let text = serde_json::to_string(&progress).unwrap();
        assert_eq!(serde_json::from_str::<Progress>(&text).unwrap(), progress);
        let later = text.replacen('{', "{\"new\":1,", 1);
        assert_eq!(serde_json::from_str::<Progress>(&later).unwrap(), progress);
    }
}
