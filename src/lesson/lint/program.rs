//! Rules about the programs: file names that shadow the standard library, and the Rust twin.
//!
//! A line of program.rs ends with `// py:N` (or `// py:N-M`, `// py:N,M`) where it does what line N
//! of program.py does. Within a function these rise, and every line of program.py that uses
//! multiprocessing, prints or sleeps is somebody's.

use super::Report;
use crate::lesson::error::Spot;
use crate::lesson::{Origin, Words};

/// Modules a program of ours imports; a file of that name beside it would be imported instead.
const SHADOWED: &[&str] = &[
    "array",
    "queue",
    "multiprocessing",
    "time",
    "random",
    "string",
    "types",
    "signal",
    "socket",
    "threading",
    "pickle",
    "os",
    "sys",
    "io",
    "struct",
    "ctypes",
];

/// Calls that make a line of program.py one the twin must have, beside whatever it imports from
/// `multiprocessing`.
const CALLS: &[&str] = &[
    "multiprocessing.",
    "print(",
    "sleep(",
    ".start(",
    ".join(",
    ".terminate(",
    ".kill(",
    ".acquire(",
    ".release(",
    ".put(",
    ".get(",
    ".dict(",
    ".list(",
    ".values(",
    ".apply(",
    ".apply_async(",
    ".map(",
    ".close(",
    ".successful(",
    ".ready(",
    ".wait(",
];

/// No file is called like a module of the standard library.
pub(super) fn names(report: &mut Report<'_>) {
    let lesson = report.lesson;
    for (name, _) in &lesson.files.probes {
        if let Some(module) = name.strip_suffix(".py")
            && SHADOWED.contains(&module)
        {
            report.say(
                &format!("probes/{name}"),
                None,
                Words::tell("lint.shadows", &[("module", &module)]),
            );
        }
    }
    if SHADOWED.contains(&lesson.folder.as_str()) {
        report.say("", None, Words::tell("lint.folder-shadows", &[]));
    }
}

/// A line of the twin that says which lines of program.py it is.
#[derive(Debug, PartialEq, Eq)]
struct Mapped {
    /// From 1, in program.rs.
    line: usize,
    first: usize,
    last: usize,
    /// How many functions began before it.
    function: usize,
}

/// The twin's lines map to program.py's.
pub(super) fn twin(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let Some(rust) = &lesson.files.rust else {
        // A pack's lesson is run by Python.
        if lesson.origin == Origin::Embedded {
            report.say("program.rs", None, Words::tell("lint.no-twin", &[]));
        }
        return;
    };
    let python: Vec<&str> = lesson.files.python.lines().collect();
    let mapped = match mapping(rust) {
        Ok(mapped) => mapped,
        Err((line, what)) => {
            report.say("program.rs", Some(mark(rust, line)), what);
            return;
        }
    };
    let mut before: Option<&Mapped> = None;
    for entry in &mapped {
        let ends = [entry.first, entry.last];
        for number in &ends[..if entry.first == entry.last { 1 } else { 2 }] {
            if !number
                .checked_sub(1)
                .and_then(|at| python.get(at))
                .is_some_and(|line| is_code(line))
            {
                report.say(
                    "program.rs",
                    Some(mark(rust, entry.line)),
                    Words::tell("lint.no-line", &[("number", number)]),
                );
            }
        }
        if let Some(before) = before
            && before.function == entry.function
            && entry.first < before.first
        {
            report.say(
                "program.rs",
                Some(mark(rust, entry.line)),
                Words::tell(
                    "lint.order",
                    &[
                        ("first", &entry.first),
                        ("before", &before.first),
                        ("line", &before.line),
                    ],
                ),
            );
        }
        before = Some(entry);
    }
    let imported = imported(&lesson.files.python);
    for (place, line) in python.iter().enumerate() {
        let number = place + 1;
        let is_mapped = mapped
            .iter()
            .any(|entry| (entry.first..=entry.last).contains(&number));
        if !is_mapped && is_code(line) && needs_a_twin(line, &imported) {
            report.say(
                "program.py",
                Some(Spot {
                    line: number,
                    column: line.chars().take_while(|c| c.is_whitespace()).count() + 1,
                }),
                Words::tell(
                    "lint.not-in-twin",
                    &[("number", &number), ("code", &line.trim())],
                ),
            );
        }
    }
}

/// Where the mark on a line of the twin stands.
fn mark(rust: &str, line: usize) -> Spot {
    let text = rust.lines().nth(line - 1).unwrap_or_default();
    let before = text.rfind("// py:").map_or("", |at| &text[..at]);
    Spot {
        line,
        column: before.chars().count() + 1,
    }
}

fn mapping(rust: &str) -> Result<Vec<Mapped>, (usize, Words)> {
    let mut found = Vec::new();
    let mut function = 0;
    for (place, text) in rust.lines().enumerate() {
        let (code, comment) = match text.rsplit_once("// py:") {
            Some((code, comment)) => (code, Some(comment.trim())),
            None => (text, None),
        };
        let code = code.trim_start();
        if comment.is_some() && (code.is_empty() || code.starts_with("//")) {
            return Err((place + 1, Words::tell("lint.bare-mark", &[])));
        }
        if ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn "]
            .iter()
            .any(|start| code.starts_with(start))
        {
            function += 1;
        }
        let Some(comment) = comment else { continue };
        for part in comment.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (Ok(first), Ok(last)) = (first.trim().parse(), last.trim().parse()) else {
                let what = Words::tell("lint.bad-mark", &[("mark", &comment)]);
                return Err((place + 1, what));
            };
            found.push(Mapped {
                line: place + 1,
                first,
                last,
                function,
            });
        }
    }
    Ok(found)
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

/// Calls of what the program imports from `multiprocessing`: `Process(`, `SharedMemory(`.
fn imported(python: &str) -> Vec<String> {
    let mut calls = Vec::new();
    for (_, rest) in python
        .match_indices("from multiprocessing")
        .map(|(at, _)| python.split_at(at))
    {
        let Some((_, names)) = rest.split_once(" import ") else {
            continue;
        };
        let names = match names.trim_start().strip_prefix('(') {
            Some(names) => names.split(')').next(),
            None => names.lines().next(),
        };
        for name in names.unwrap_or_default().split(',') {
            if let Some(name) = name.split_whitespace().last() {
                calls.push(format!("{name}("));
            }
        }
    }
    calls
}

/// It does something the twin's run must show.
fn needs_a_twin(line: &str, imported: &[String]) -> bool {
    let code = line.trim_start();
    if code.starts_with("import ") || code.starts_with("from ") || code.starts_with("def ") {
        return false;
    }
    CALLS.iter().any(|call| code.contains(call))
        || imported.iter().any(|call| code.contains(call.as_str()))
}

#[cfg(test)]
mod tests {
    use super::{Mapped, imported, mapping, needs_a_twin};

    #[test]
    fn what_is_imported_from_multiprocessing_needs_a_twin() {
        let python = "from multiprocessing import Process, Lock as Guard\nfrom multiprocessing.shared_memory import (\n    SharedMemory,\n    ShareableList as L)\n";
        let calls = imported(python);
        assert_eq!(calls, ["Process(", "Guard(", "SharedMemory(", "L("]);
        assert!(needs_a_twin(
            "    memory = SharedMemory(create=True, size=8)",
            &calls
        ));
        assert!(!needs_a_twin("    memory = Other()", &calls));
    }

    #[test]
    fn the_twins_lines_say_where_they_belong() {
        let rust = "pub fn foo() {\n    a(); // py:8\n    b(); // py:9-10, 12\n}\nfn main() {\n    c(); // py:3\n}\n";
        let entry = |line, first, last, function| Mapped {
            line,
            first,
            last,
            function,
        };
        assert_eq!(
            mapping(rust).unwrap(),
            [
                entry(2, 8, 8, 1),
                entry(3, 9, 10, 1),
                entry(3, 12, 12, 1),
                entry(6, 3, 3, 2)
            ]
        );
        assert_eq!(mapping("x(); // py:a\n").unwrap_err().0, 1);
        for bare in ["// py:3\n", "    // x(); // py:3\n"] {
            assert_eq!(
                mapping(bare).map_err(|(line, what)| (line, what.en)),
                Err((1, "no code stands before `// py:`".to_owned()))
            );
        }
    }
}
