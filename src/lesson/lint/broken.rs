//! A folder that is no lesson: everything that keeps it from being one, and what can be said of the rest.

use std::path::Path;

use super::Finding;
use crate::lesson::error::LessonError;
use crate::lesson::folder::{Part, each_probe, read_part, why_unreadable};
use crate::lesson::parse::Manifest;
use crate::lesson::words::Words;

/// What is wrong with a folder that can't be read as a lesson.
#[must_use]
pub fn lint_broken(folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for part in Part::ALL {
        match read_part(folder, part) {
            Err(error) => findings.push(of_error(folder, &error)),
            Ok(text) if part == Part::Manifest => {
                let file = folder.join(part.file()).display().to_string();
                let parsed = text.map(|text| Manifest::parse(&file, &text));
                if let Some(Err(error)) = parsed {
                    findings.extend(of_malformed(&error));
                }
            }
            Ok(_) => {}
        }
    }
    let probes = each_probe(&folder.join(Part::Probes.file()));
    let unreadable = probes.into_iter().flatten().filter_map(Result::err);
    findings.extend(unreadable.map(|error| of_error(folder, &error)));
    findings
}

fn of_malformed(error: &LessonError) -> Vec<Finding> {
    let LessonError::Malformed(mistakes) = error else {
        return Vec::new();
    };
    let finding = |mistake: &crate::lesson::Mistake| Finding {
        file: mistake.file.clone(),
        spot: Some(mistake.spot),
        message: mistake.message(),
    };
    mistakes.iter().map(finding).collect()
}

fn of_error(folder: &Path, error: &LessonError) -> Finding {
    let (file, message) = match error {
        LessonError::Unreadable {
            path,
            needs,
            source,
        } => (
            path.display().to_string(),
            Words::of(|lang| {
                let needs = lang.term("lesson-error.needs", needs);
                let why = why_unreadable(lang, source);
                lang.tell("lint.unreadable", &[("needs", &needs), ("why", &why)])
            }),
        ),
        other => (
            folder.display().to_string(),
            Words::of(|_| other.to_string()),
        ),
    };
    Finding {
        file,
        spot: None,
        message,
    }
}
