//! A schedule as a line of text: `lock@processes=3:0x7.1x3.2`.
//!
//! The lesson, the parameters that are not as the lesson has them, and who takes each step, by birth
//! number. `1x3` is process 1 three times in a row. The text has no spaces, so that a double click
//! marks it whole; in a file, everything from a `#` to the end of its line is a comment. `2b` lets
//! process 2 only begin to wait, for what it can't have yet.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::{Parameter, Params};

/// Who takes each step of a run of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Slug of the lesson.
    pub lesson: String,
    /// Parameters given, as `--set` takes them.
    pub params: Vec<(String, String)>,
    /// Birth numbers.
    pub steps: Vec<u32>,
    /// Of these, by place, the ones with which a process only begins to wait.
    pub begins: BTreeSet<usize>,
}

impl Schedule {
    /// Of a run with these parameters, whose defaults are left out.
    #[must_use]
    pub fn of(lesson: &str, parameters: &[Parameter], params: &Params) -> Schedule {
        let defaults = Params::defaults(parameters);
        let given = params
            .iter()
            .filter(|(name, value)| defaults.get(name) != Some(value));
        Schedule {
            lesson: lesson.to_owned(),
            params: given
                .map(|(name, value)| (name.to_owned(), value.to_string()))
                .collect(),
            steps: Vec::new(),
            begins: BTreeSet::new(),
        }
    }

    /// The same, with its first steps only.
    #[must_use]
    pub fn cut(mut self, steps: usize) -> Schedule {
        self.steps.truncate(steps);
        self.begins.retain(|step| *step < steps);
        self
    }
}

/// What is wrong with the text of a schedule, and at which of its characters (from 1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("character {column}: found '{found}', expected {expected}")]
pub struct ScheduleError {
    pub column: usize,
    /// Its key in the locale files.
    pub expected: &'static str,
    /// What stands there; empty at the end of the text.
    pub found: String,
}

/// More steps than any run has that somebody wants to have again.
const MOST_STEPS: usize = 1_000_000;

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lesson)?;
        for (index, (name, value)) in self.params.iter().enumerate() {
            let mark = if index == 0 { '@' } else { ',' };
            write!(f, "{mark}{name}={value}")?;
        }
        let begins = |step: &usize| self.begins.contains(step);
        let steps: Vec<(u32, bool)> = self
            .steps
            .iter()
            .enumerate()
            .map(|(step, proc)| (*proc, begins(&step)))
            .collect();
        let runs = steps.chunk_by(|one, other| one == other && !one.1);
        for (index, run) in runs.enumerate() {
            f.write_str(if index == 0 { ":" } else { "." })?;
            match (run[0], run.len()) {
                ((proc, true), _) => write!(f, "{proc}b")?,
                ((proc, false), 1) => write!(f, "{proc}")?,
                ((proc, false), times) => write!(f, "{proc}x{times}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Schedule, ScheduleError> {
        let mut rest = Rest::of(text);
        let lesson = rest.word(":@", "lesson")?.to_owned();
        let mut params = Vec::new();
        let mut mark = "@";
        while rest.take(mark) {
            let name = rest.word("=,:", "parameter")?.to_owned();
            rest.expect("=", "equals")?;
            let value = rest.word(",:", "value")?.to_owned();
            params.push((name, value));
            mark = ",";
        }
        rest.expect(":", "colon")?;
        let (mut steps, mut begins) = (Vec::new(), BTreeSet::new());
        loop {
            let proc = rest.number("process")?;
            let times = if rest.take("b") {
                begins.insert(steps.len());
                1
            } else if rest.take("x") {
                rest.number("times")?
            } else {
                1
            };
            let times = usize::try_from(times).unwrap_or(usize::MAX);
            if times == 0 || times > MOST_STEPS - steps.len() {
                return Err(rest.error("most"));
            }
            steps.extend(std::iter::repeat_n(proc, times));
            if rest.is_over() {
                break;
            }
            rest.expect(".", "point")?;
        }
        Ok(Schedule {
            lesson,
            params,
            steps,
            begins,
        })
    }
}

/// The text of a schedule in a file: without comments and white space.
pub fn without_comments(text: &str) -> String {
    let code = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or(""));
    code.flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// What is left to read.
struct Rest<'a> {
    whole: &'a str,
    rest: &'a str,
}

impl<'a> Rest<'a> {
    fn of(text: &'a str) -> Rest<'a> {
        let whole = text.trim();
        Rest { whole, rest: whole }
    }

    fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    fn take(&mut self, mark: &str) -> bool {
        let after = self.rest.strip_prefix(mark);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn expect(&mut self, mark: &str, name: &'static str) -> Result<(), ScheduleError> {
        if self.take(mark) {
            Ok(())
        } else {
            Err(self.error(name))
        }
    }

    /// What stands before one of `marks`, or before the end.
    fn word(&mut self, marks: &str, name: &'static str) -> Result<&'a str, ScheduleError> {
        let end = self
            .rest
            .find(|c| marks.contains(c))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() || word.contains(char::is_whitespace) {
            return Err(self.error(name));
        }
        self.rest = rest;
        Ok(word)
    }

    fn number(&mut self, name: &'static str) -> Result<u32, ScheduleError> {
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.rest.len());
        let number = self.rest[..end].parse().map_err(|_| self.error(name))?;
        self.rest = &self.rest[end..];
        Ok(number)
    }

    fn error(&self, expected: &'static str) -> ScheduleError {
        let before = self.whole.len() - self.rest.len();
        ScheduleError {
            column: self.whole[..before].chars().count() + 1,
            expected,
            found: self.rest.chars().take(12).collect(),
        }
    }
}
