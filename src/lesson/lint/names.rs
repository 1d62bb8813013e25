//! Rules about names: words that can never be, objects and constants of program.py, definitions nobody uses.

use super::Report;
use crate::lesson::error::Spot;
use crate::lesson::source;
use crate::lesson::words::Words;

/// How alike two names must be for one to be meant by the other (Jaro–Winkler, 0 to 1).
const ALIKE: f64 = 0.8;

/// What is wrong with expressions whatever the run.
pub(super) fn doubts(report: &mut Report<'_>) {
    for (spot, message) in &report.lesson.manifest.notes.doubts {
        report.say("lesson.toml", Some(*spot), message.clone());
    }
}

/// An object that checks or expressions name is a name in program.py.
pub(super) fn objects(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let words = words_of(&lesson.files.python);
    for (spot, name) in &lesson.manifest.notes.objects {
        let base = base(name);
        // `RLock-1` names an object by its identity in a run.
        let by_identity = name
            .rsplit_once('-')
            .is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        let open = name[base.len()..].starts_with('{');
        let known =
            words.contains(&base) || (open && words.iter().any(|word| word.starts_with(base)));
        if base.is_empty() || by_identity || known {
            continue;
        }
        let alike = |word: &&&str| strsim::jaro_winkler(word, base) >= ALIKE;
        let message = match words.iter().filter(alike).max_by(|a, b| {
            let (a, b) = (strsim::jaro_winkler(a, base), strsim::jaro_winkler(b, base));
            a.total_cmp(&b)
        }) {
            Some(meant) => Words::tell("lint.object-alike", &[("name", &base), ("meant", meant)]),
            None => Words::tell("lint.object", &[("name", &base)]),
        };
        report.say("lesson.toml", Some(*spot), message);
    }
}

/// The variable in `forks[0]`, `state.lock`, `locks[{i}]`.
fn base(name: &str) -> &str {
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
    &name[..end.unwrap_or(name.len())]
}

/// Every constant at the top of program.py is used there, every definition in lesson.toml.
pub(super) fn unused(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let words = words_of(&lesson.files.python);
    for (line, text) in lesson.files.python.lines().enumerate() {
        let name = base(text);
        let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let constant = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(upper)
            && source::find(text, name).is_some();
        let uses = words.iter().filter(|word| **word == name).count();
        if constant && uses == 1 {
            report.say(
                "program.py",
                Some(Spot {
                    line: line + 1,
                    column: 1,
                }),
                Words::tell("lint.unused-constant", &[("name", &name)]),
            );
        }
    }
    let notes = &lesson.manifest.notes;
    for (name, _) in &lesson.manifest.define {
        let spot = notes.names.iter().find(|(_, known)| known == name);
        if !notes.used.contains(name) {
            report.say(
                "lesson.toml",
                spot.map(|(spot, _)| *spot),
                Words::tell("lint.unused-definition", &[("name", name)]),
            );
        }
    }
}

/// The names in a program, comments left out. Those in strings count: an f-string may use one.
fn words_of(python: &str) -> Vec<&str> {
    let code = python.lines().map(|line| {
        let comment = line.trim_start().starts_with('#');
        let end = line.find(" #").unwrap_or(line.len());
        if comment { "" } else { &line[..end] }
    });
    code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|word| !word.is_empty())
        .collect()
}
