//! The lint of lessons: what `lessons check` says of a folder beyond 'it can be read'.
//!
//! For authors. The parser refuses what is no lesson; the lint finds what is a poor one: a text in
//! one language only, a listing its own outcome does not know, a twin whose lines do not follow
//! program.py. Each rule is a function over `Lesson`; nothing is run.

mod program;
mod texts;
mod values;

use super::folder::Lesson;
use super::library::Library;

/// Something an author should mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Folder and file: `06-lock/program.rs`.
    pub file: String,
    /// Line in it, from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong and what is wanted.
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// Where the rules put what they find.
struct Report<'a> {
    lesson: &'a Lesson,
    findings: Vec<Finding>,
}

impl Report<'_> {
    fn say(&mut self, file: &str, line: Option<usize>, message: impl Into<String>) {
        self.findings.push(Finding {
            file: format!("{}/{file}", self.lesson.folder),
            line,
            message: message.into(),
        });
    }
}

/// Everything to mend in one lesson, in the order of its files.
#[must_use]
pub fn lint(lesson: &Lesson) -> Vec<Finding> {
    let mut report = Report {
        lesson,
        findings: Vec::new(),
    };
    program::names(&mut report);
    if lesson.files.manifest.is_some() {
        values::head(&mut report);
        values::constants(&mut report);
        values::expressions(&mut report);
        values::listings(&mut report);
        values::probes(&mut report);
        texts::pages(&mut report);
        texts::languages(&mut report);
    }
    program::twin(&mut report);
    report.findings
}

/// What is wrong between lessons: needs that are not there, places taken twice.
#[must_use]
pub fn lint_library(library: &Library) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |lesson: &Lesson, message: String| {
        findings.push(Finding {
            file: format!("{}/lesson.toml", lesson.folder),
            line: None,
            message,
        });
    };
    for lesson in library.iter() {
        let order = lesson.manifest.order;
        for need in &lesson.manifest.needs {
            match library.iter().find(|other| other.slug() == need) {
                None => say(lesson, format!("needs: there is no lesson `{need}`")),
                Some(other) if other.place() >= lesson.place() => say(
                    lesson,
                    format!("needs: `{need}` comes later in the course than this lesson"),
                ),
                Some(_) => {}
            }
        }
        let twin = library
            .iter()
            .take_while(|other| other.slug() != lesson.slug())
            .find(|other| order.is_some() && other.manifest.order == order);
        if let (Some(other), Some(order)) = (twin, order) {
            say(
                lesson,
                format!("order: {order} is already the place of {}", other.slug()),
            );
        }
        for slug in lesson.manifest.pair.iter().flatten() {
            match library.iter().find(|other| other.slug() == slug) {
                None => say(lesson, format!("pair: there is no lesson `{slug}`")),
                Some(other) if other.manifest.pair != lesson.manifest.pair => say(
                    lesson,
                    format!("pair: `{slug}` does not name the same pair"),
                ),
                Some(_) => {}
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests;
