//! `Progress`: what is kept of a learner's way from one session to the next.
//!
//! Data alone, with its own format number; the host reads and writes the file. Answers are kept as
//! they were given, so that a later version can grade them anew.

use std::collections::{BTreeMap, BTreeSet};

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
    /// How runs came out, by the parameters they had.
    #[serde(default)]
    pub outcomes: BTreeMap<String, Outcomes>,
}

/// How the runs with the same parameters came out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcomes {
    #[serde(default)]
    pub runs: u64,
    /// Labels of the outcomes, each once.
    #[serde(default)]
    pub seen: BTreeSet<String>,
}

/// Settings and outcomes of a lesson that are kept, at most, and the longest label.
const SETTINGS: usize = 16;
const LABELS: usize = 64;
const LABEL: usize = 4096;

impl Visit {
    /// Notes how a run with these parameters came out; gives all that was seen with them.
    pub(super) fn saw(&mut self, setting: &str, labels: &[String]) -> Outcomes {
        if self.outcomes.len() >= SETTINGS && !self.outcomes.contains_key(setting) {
            // Which goes matters little: it is seen again when it is run again.
            self.outcomes.pop_first();
        }
        let kept = self.outcomes.entry(setting.to_owned()).or_default();
        kept.runs += 1;
        for label in labels {
            if kept.seen.len() < LABELS && label.len() <= LABEL {
                kept.seen.insert(label.clone());
            }
        }
        // This run's count even where there is no room for them.
        let mut all = kept.clone();
        all.seen.extend(labels.iter().cloned());
        all
    }
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

impl From<&Said> for Answer {
    fn from(said: &Said) -> Answer {
        match said {
            Said::Choice(id) => Answer::Choice(id.clone()),
            Said::Order(items) => Answer::Order(items.clone()),
            Said::Number(number) => Answer::Number(*number),
            Said::Possible(listings) => Answer::Possible(listings.clone()),
        }
    }
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
    use super::{Given, LABEL, LABELS, Outcomes, Progress, SETTINGS, Said, Visit};

    #[test]
    fn outcomes_are_gathered_for_each_setting_within_bounds() {
        let mut visit = Visit::default();
        let label = |n: usize| [format!("order {n}")];
        visit.saw("processes=3", &label(0));
        let all = visit.saw("processes=3", &label(1));
        assert_eq!((all.runs, all.seen.len()), (2, 2));
        assert_eq!(visit.saw("processes=4", &label(0)).runs, 1);
        for n in 0..200 {
            visit.saw("processes=3", &label(n));
            visit.saw(&format!("other {n}"), &["x".repeat(5000)]);
        }
        assert!(visit.outcomes.len() <= SETTINGS);
        let kept = |outcomes: &Outcomes| {
            outcomes.seen.len() <= LABELS && outcomes.seen.iter().all(|label| label.len() <= LABEL)
        };
        assert!(visit.outcomes.values().all(kept));
        // One there is no room for counts for its own run all the same.
        assert!(visit.saw("other", &["y".repeat(5000)]).seen.len() == 1);
    }

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
