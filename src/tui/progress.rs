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

impl Progress {
    /// What another session has kept meanwhile, with what this one has done since `base`.
    #[must_use]
    pub fn merged(&self, base: &Progress, others: Progress) -> Progress {
        let mut merged = others;
        if self.last != base.last {
            merged.last.clone_from(&self.last);
        }
        let nothing = Visit::default();
        for (slug, visit) in &self.lessons {
            let before = base.lessons.get(slug).unwrap_or(&nothing);
            if visit != before {
                merged
                    .lessons
                    .entry(slug.clone())
                    .or_default()
                    .add(visit, before);
            }
        }
        merged
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
    pub answers: BTreeMap<String, AnswerRecord>,
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
    /// Adds what `mine` has more than it had `before`.
    fn add(&mut self, mine: &Visit, before: &Visit) {
        self.runs += mine.runs.saturating_sub(before.runs);
        self.passed |= mine.passed;
        if mine.params != before.params {
            self.params.clone_from(&mine.params);
        }
        // Answers that could not be graded were taken back.
        self.answers
            .retain(|id, _| mine.answers.contains_key(id) || !before.answers.contains_key(id));
        for (id, given) in &mine.answers {
            if before.answers.get(id) != Some(given) {
                self.answers.insert(id.clone(), given.clone());
            }
        }
        for (setting, outcomes) in &mine.outcomes {
            let known = before.outcomes.get(setting);
            let runs = outcomes
                .runs
                .saturating_sub(known.map_or(0, |known| known.runs));
            if runs == 0 {
                continue;
            }
            if self.outcomes.len() >= SETTINGS && !self.outcomes.contains_key(setting) {
                self.outcomes.pop_first();
            }
            let kept = self.outcomes.entry(setting.clone()).or_default();
            kept.runs += runs;
            for label in &outcomes.seen {
                if kept.seen.len() < LABELS {
                    kept.seen.insert(label.clone());
                }
            }
        }
    }

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
pub struct AnswerRecord {
    pub said: RecordedAnswer,
    /// How sure the learner was, 1 to 3.
    pub sure: u8,
    /// What became of it: `right`, `partly`, `wrong`, `undecided`; absent before the run.
    #[serde(default)]
    pub mark: Option<String>,
}

/// The words of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordedAnswer {
    Choice(String),
    Order(Vec<String>),
    Number(f64),
    Possible(Vec<(String, bool)>),
}

impl From<&RecordedAnswer> for Answer {
    fn from(said: &RecordedAnswer) -> Answer {
        match said {
            RecordedAnswer::Choice(id) => Answer::Choice(id.clone()),
            RecordedAnswer::Order(items) => Answer::Order(items.clone()),
            RecordedAnswer::Number(number) => Answer::Number(*number),
            RecordedAnswer::Possible(listings) => Answer::Possible(listings.clone()),
        }
    }
}

impl From<&Answer> for RecordedAnswer {
    fn from(answer: &Answer) -> RecordedAnswer {
        match answer {
            Answer::Choice(id) => RecordedAnswer::Choice(id.clone()),
            Answer::Order(items) => RecordedAnswer::Order(items.clone()),
            Answer::Number(number) => RecordedAnswer::Number(*number),
            Answer::Possible(listings) => RecordedAnswer::Possible(listings.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AnswerRecord, LABEL, LABELS, Outcomes, Progress, RecordedAnswer, SETTINGS, Visit};

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
    fn two_sessions_lose_nothing_of_each_other() {
        let given = |mark: &str| AnswerRecord {
            said: RecordedAnswer::Number(1.0),
            sure: 2,
            mark: Some(mark.to_owned()),
        };
        let mut base = Progress::default();
        let visit = base.lessons.entry("lock".to_owned()).or_default();
        visit.runs = 2;
        visit.answers.insert("old".to_owned(), given("wrong"));
        let (mut mine, mut others) = (base.clone(), base.clone());
        let visit = mine.lessons.entry("lock".to_owned()).or_default();
        (visit.runs, visit.passed) = (3, true);
        visit.answers.remove("old");
        visit.answers.insert("mine".to_owned(), given("right"));
        visit.saw("processes=3", &["a".to_owned()]);
        let visit = others.lessons.entry("lock".to_owned()).or_default();
        visit.runs = 7;
        visit.answers.insert("theirs".to_owned(), given("right"));
        visit.saw("processes=3", &["b".to_owned()]);
        others.lessons.entry("queue".to_owned()).or_default().runs = 1;
        others.last = Some("queue".to_owned());
        let merged = mine.merged(&base, others);
        let lock = &merged.lessons["lock"];
        assert_eq!((lock.runs, lock.passed), (8, true));
        let answers: Vec<&str> = lock.answers.keys().map(String::as_str).collect();
        assert_eq!(answers, ["mine", "theirs"]);
        let outcomes = &lock.outcomes["processes=3"];
        assert_eq!((outcomes.runs, outcomes.seen.len()), (2, 2));
        assert_eq!(merged.lessons["queue"].runs, 1);
        assert_eq!(merged.last.as_deref(), Some("queue"));
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
        let given = AnswerRecord {
            said: RecordedAnswer::Possible(vec![("tutorial".to_owned(), true)]),
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
