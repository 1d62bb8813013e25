//! `Results`: the results of many runs of lessons, and the formats in which they are written.
//!
//! Each format has a file. Machine formats are in English in every language: scripts read them.

mod human;
mod json;
mod junit;
mod tap;

use std::path::{Path, PathBuf};

pub use human::{lesson as human_lesson, summary as human_summary};
pub use json::write as json;
pub use junit::write as junit;
pub use tap::write as tap;

use crate::check::Verdict;
use crate::finding::Finding;
use crate::lesson::Words;
use crate::text::Lang;
use crate::trace::Engine;

/// Every lesson that was run, or every student's program.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Results {
    pub lessons: Vec<LessonResult>,
}

/// The results of all runs of one lesson or program.
#[derive(Debug, Clone, PartialEq)]
pub struct LessonResult {
    pub slug: String,
    pub engine: Engine,
    /// Which Python, and how children started where that was asked for: `python 3.11.4 spawn`.
    pub under: Option<String>,
    pub runs: u32,
    /// All runs together.
    pub seconds: f64,
    pub checks: Vec<CheckResult>,
    /// What went wrong in a run, a line each, told once: the first run that had it.
    pub findings: Vec<String>,
}

/// Most lines of findings.
const FINDINGS: usize = 100;

/// One check over all runs of its lesson: passed if it passed in every one.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    pub id: String,
    pub passed: bool,
    /// False where the lesson could not be run: an error, not a failure.
    pub ran: bool,
    pub words: Words,
    /// What was seen in the first run that failed, or else in the last run.
    pub detail: Words,
    pub failed: Option<FailedRun>,
}

/// The first run a check failed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRun {
    /// From 1.
    pub run: u32,
    /// Its parameters, where the result's name does not tell them.
    pub row: String,
    /// Its recording, where one could be kept.
    pub recording: Option<PathBuf>,
}

impl LessonResult {
    pub fn new(slug: &str, engine: Engine) -> LessonResult {
        LessonResult {
            slug: slug.to_owned(),
            engine,
            under: None,
            runs: 0,
            seconds: 0.0,
            checks: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// The same with what ran it.
    #[must_use]
    pub fn under(mut self, under: Option<String>) -> LessonResult {
        self.under = under;
        self
    }

    /// The lesson and what ran it.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.under {
            Some(under) => format!("{} {under}", self.slug),
            None => self.slug.clone(),
        }
    }

    /// Adds the verdicts of a run. `recording` is where the run is kept if a check failed, `row` its parameters.
    pub fn add(
        &mut self,
        verdicts: Vec<Verdict>,
        seconds: f64,
        recording: Option<&Path>,
        row: &str,
    ) {
        self.runs += 1;
        self.seconds += seconds;
        for verdict in verdicts {
            let known = self.checks.iter_mut().find(|check| check.id == verdict.id);
            let failed = (!verdict.passed).then(|| FailedRun {
                run: self.runs,
                row: row.to_owned(),
                recording: recording.map(Path::to_owned),
            });
            match known {
                Some(check) if check.passed => {
                    check.passed = verdict.passed;
                    check.detail = verdict.detail;
                    check.failed = failed;
                }
                // The first failure is the one that is reported.
                Some(_) => {}
                None => self.checks.push(CheckResult {
                    id: verdict.id,
                    passed: verdict.passed,
                    ran: true,
                    words: verdict.words,
                    detail: verdict.detail,
                    failed,
                }),
            }
        }
    }

    /// Adds what went wrong in the run that was added last. It decides nothing: checks pass or fail.
    pub fn found<'a>(&mut self, findings: impl IntoIterator<Item = &'a Finding>) {
        for finding in findings {
            let (certainty, places) = (finding.certainty.as_str(), finding.places.join(", "));
            let text = finding.text.get(Lang::En);
            let known = format!("{certainty} {}: ", finding.rule);
            let same = |line: &String| line.starts_with(&known) && line.contains(&places);
            if self.findings.len() < FINDINGS && !self.findings.iter().any(same) {
                let line = format!("{known}{text} (run {}: {places})", self.runs);
                self.findings.push(line);
            }
        }
    }

    /// The result of a lesson that can't be run.
    pub fn refused(slug: &str, engine: Engine, why: &str) -> LessonResult {
        let mut result = LessonResult::new(slug, engine);
        result.refuse(why);
        result
    }

    /// The lesson could not be run.
    pub fn refuse(&mut self, why: &str) {
        self.checks.push(CheckResult {
            id: "run".to_owned(),
            passed: false,
            ran: false,
            words: Words::tell("test.can-run", &[]),
            detail: Words::new(why, why),
            failed: None,
        });
    }

    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.checks.iter().any(|check| !check.ran)
    }

    /// Checks that failed in some run.
    pub fn failed(&self) -> usize {
        self.checks.iter().filter(|check| !check.passed).count()
    }
}

impl Results {
    /// Whether not one lesson could be run.
    #[must_use]
    pub fn none_ran(&self) -> bool {
        self.lessons.iter().all(LessonResult::is_refused)
    }

    pub fn passed(&self) -> usize {
        let checks = self.lessons.iter().map(|lesson| lesson.checks.len());
        checks.sum::<usize>() - self.failed()
    }

    pub fn failed(&self) -> usize {
        self.lessons.iter().map(LessonResult::failed).sum()
    }
}

impl CheckResult {
    /// What was seen, and where the recording of the failing run is.
    fn told(&self) -> String {
        let seen = &self.detail.en;
        let Some(failed) = &self.failed else {
            return seen.clone();
        };
        let row = match failed.row.as_str() {
            "" => String::new(),
            row => format!(", {row}"),
        };
        let recording = failed.recording.as_deref();
        let recording = recording.map_or_else(String::new, |path| {
            format!(", recording {}", path.display())
        });
        format!("{seen} (run {}{row}{recording})", failed.run)
    }
}

/// What is said of a check whose run was cut short.
#[must_use]
pub fn not_judged() -> Words {
    Words::tell("trial.not-judged", &[])
}

#[cfg(test)]
mod tests;
