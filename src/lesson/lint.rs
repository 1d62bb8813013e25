//! The lint of lessons: what `lessons check` says of a folder beyond 'it can be read'.
//!
//! For authors. The parser refuses what is no lesson; the lint finds what is a poor one: a word that its name
//! can never be, a constant that nobody uses, a twin whose lines do not follow program.py. Each rule is a
//! function over `Lesson`; nothing is run. What needs an interpreter is found by the cli.

mod broken;
mod names;
mod program;
mod texts;
mod values;

use super::error::Spot;
use super::folder::Lesson;
use super::library::Library;
use super::outcome_table::OutcomeFile;
use super::words::Words;
pub use broken::lint_broken;

/// Something an author should mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Folder and file: `06-lock/program.rs`.
    pub file: String,
    /// Where in it, where there is a place.
    pub spot: Option<Spot>,
    /// What is wrong and what is wanted.
    pub message: Words,
}

impl Finding {
    /// `file:line:column: what`.
    #[must_use]
    pub fn words(&self) -> Words {
        Words::of(|lang| {
            let at = self.spot.map_or_else(String::new, |spot| {
                format!("{}:{}:", spot.line, spot.column)
            });
            format!("{}:{at} {}", self.file, self.message.get(lang))
        })
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words().en)
    }
}

/// Where the rules put what they find.
struct Report<'a> {
    lesson: &'a Lesson,
    findings: Vec<Finding>,
}

impl Report<'_> {
    fn say(&mut self, file: &str, spot: Option<Spot>, message: Words) {
        self.findings.push(Finding {
            file: self.lesson.file(file),
            spot,
            message,
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
        names::doubts(&mut report);
        names::objects(&mut report);
        names::unused(&mut report);
        values::expressions(&mut report);
        values::listings(&mut report);
        values::probes(&mut report);
        texts::pages(&mut report);
        texts::languages(&mut report);
    }
    program::twin(&mut report);
    outcomes(&mut report);
    let place = |finding: &Finding| (finding.file.clone(), finding.spot);
    report.findings.sort_by_key(place);
    report.findings
}

/// A table of outcomes that can't be read, or is of another program.
fn outcomes(report: &mut Report<'_>) {
    let Some(text) = &report.lesson.files.outcomes else {
        return;
    };
    let message = match OutcomeFile::parse(text) {
        Err(why) => Words::tell("lint.outcomes-unreadable", &[("why", &why)]),
        Ok(file) if file.program_sha256 != report.lesson.outcomes_sha256() => {
            Words::tell("lint.outcomes-stale", &[("lesson", &report.lesson.slug())])
        }
        Ok(_) => return,
    };
    report.say("outcomes.toml", None, message);
}

/// What is wrong between lessons: needs that are not there, places taken twice.
#[must_use]
pub fn lint_library(library: &Library) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |lesson: &Lesson, message: Words| {
        findings.push(Finding {
            file: lesson.file("lesson.toml"),
            spot: None,
            message,
        });
    };
    for lesson in library.iter() {
        let order = lesson.manifest.order;
        for need in &lesson.manifest.needs {
            match library.iter().find(|other| other.slug() == need) {
                None => say(lesson, Words::tell("lint.no-need", &[("slug", need)])),
                Some(other) if other.place() >= lesson.place() => {
                    say(lesson, Words::tell("lint.later", &[("slug", need)]));
                }
                Some(_) => {}
            }
        }
        let twin = library
            .iter()
            .take_while(|other| other.slug() != lesson.slug())
            .find(|other| {
                let same = order.is_some() && other.manifest.order == order;
                // A pack has a course of its own.
                same && (other.origin == super::Origin::Embedded)
                    == (lesson.origin == super::Origin::Embedded)
            });
        if let (Some(other), Some(order)) = (twin, order) {
            let slug = other.slug();
            say(
                lesson,
                Words::tell("lint.place-taken", &[("order", &order), ("slug", &slug)]),
            );
        }
        for slug in lesson.manifest.pair.iter().flatten() {
            match library.iter().find(|other| other.slug() == slug) {
                None => say(lesson, Words::tell("lint.no-pair", &[("slug", slug)])),
                Some(other) if other.manifest.pair != lesson.manifest.pair => {
                    say(lesson, Words::tell("lint.other-pair", &[("slug", slug)]));
                }
                Some(_) => {}
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests;
