//! What there is to say of one run: how it ended, what went wrong in it, and the lesson's checks.

use std::collections::BTreeMap;

use super::Trial;
use crate::check::{self, Verdict};
use crate::explain;
use crate::lesson::{Check, CheckKind, Lesson, Params, Words, kinds::RunKind};
use crate::model::{Process, World};
use crate::report::not_judged;
use crate::text::{Lang, clean, clean_line};
use crate::trace::{Exit, Header, RunStatus, Stream};

/// The verdict on how the run ended.
pub(crate) const RUN: &str = "run";

/// Most processes that a sentence names.
const NAMED: usize = 5;

/// Columns of a line that is quoted.
const QUOTED: usize = 120;

impl Trial {
    /// Whether it came to the end that the lesson expects (`RUN`), what went wrong where a check failed, and the
    /// lesson's checks. A run that was cut short says nothing of the checks.
    pub(crate) fn judged(&self, lesson: &Lesson, row: &Params, header: &Header) -> Vec<Verdict> {
        let checks = match self.cut {
            None => check::evaluate(lesson, row, &check::circumstances(header), &self.world),
            Some(_) => unjudged(lesson),
        };
        let passed = checks.iter().all(|verdict| verdict.passed);
        let expected = passed && self.cut.is_none() && says_how_it_ends(lesson);
        let broken_off = self.broken_off().filter(|_| !expected);
        let by_itself = broken_off.is_none();
        let mut verdicts = vec![Verdict {
            passed: by_itself,
            ..failed(
                RUN,
                broken_off.unwrap_or_else(|| Words::tell("trial.came-to-its-end", &[])),
            )
        }];
        if !passed {
            let error = error_of(&self.world, by_itself);
            verdicts.extend(error.map(|error| failed("error", error)));
            // A deadlock is told already, as how the run ended.
            let told = matches!(self.world.deadlock(), Some(waits) if !waits.is_empty());
            let cause = self.findings.first().filter(|_| !told);
            verdicts.extend(cause.map(|cause| failed("cause", cause.text.clone())));
        }
        verdicts.extend(checks);
        verdicts
    }

    /// Why it did not come to its end, where it did not.
    fn broken_off(&self) -> Option<Words> {
        if let Some(cut) = self.cut {
            let orphans = self.orphans();
            return Some(if orphans.is_empty() {
                cut.words()
            } else {
                Words::tell(
                    "trial.orphans",
                    &[("cut", &cut.words()), ("names", &orphans.join(", "))],
                )
            });
        }
        let end = self.world.end();
        match end.map_or(RunStatus::Unknown, |note| note.end.status) {
            RunStatus::Finished => None,
            RunStatus::Deadlock => Some(Words::of(|lang| deadlock(lang, &self.world))),
            other => Some(Words::of(|lang| {
                let status = lang.term("status", other.as_str());
                match end.and_then(|note| note.end.detail.as_deref()) {
                    None | Some("") => lang.tell("trial.run-did", &[("status", &status)]),
                    Some(why) => {
                        lang.tell("trial.run-did-why", &[("status", &status), ("why", &why)])
                    }
                }
            })),
        }
    }

    /// Those that were alive when it was cut short, where main had ended before.
    fn orphans(&self) -> Vec<String> {
        if self.left.contains(&0) {
            return Vec::new();
        }
        let processes = self
            .left
            .iter()
            .filter_map(|proc| self.world.process(*proc));
        let label = |process: &Process| format!("{} (PID {})", clean(&process.name), process.pid);
        processes.take(NAMED).map(label).collect()
    }
}

/// A verdict of grading itself, failed.
pub(crate) fn failed(id: &'static str, detail: Words) -> Verdict {
    Verdict {
        id: id.to_owned(),
        passed: false,
        words: Words::of(|lang| lang.term("trial-check", id)),
        detail,
    }
}

/// A check of the lesson speaks of how the run ends.
fn says_how_it_ends(lesson: &Lesson) -> bool {
    let mut checks = lesson.manifest.checks.iter();
    checks.any(|check| matches!(check.kind, CheckKind::Run(RunKind::Status(_))))
}

/// Every check of the lesson, failed because it could not be looked at.
fn unjudged(lesson: &Lesson) -> Vec<Verdict> {
    let checks = lesson.manifest.checks.iter();
    let verdict = |check: &Check| Verdict {
        id: check.id.clone(),
        passed: false,
        words: check.words.clone(),
        detail: not_judged(),
    };
    checks.map(verdict).collect()
}

/// Who waits for what, as one sentence.
fn deadlock(lang: Lang, world: &World) -> String {
    let waits = explain::waits(lang, world.deadlock().unwrap_or_default());
    let title = lang.phrase("deadlock.title").trim_end_matches([':', '：']);
    let joint = lang.phrase("verdict.semicolon");
    lang.tell(
        "trial.deadlock",
        &[("title", &title), ("waits", &waits.join(joint))],
    )
}

/// A traceback that is being printed.
#[derive(Debug, Default)]
struct Traceback {
    begun: bool,
    /// The last line of the program that it named.
    at: String,
}

/// The first error that a process printed with its traceback, and whose it is; where there is none, how main ended
/// by itself. Several processes may print at once.
fn error_of(world: &World, by_itself: bool) -> Option<Words> {
    let mut tracebacks: BTreeMap<Option<u32>, Traceback> = BTreeMap::new();
    let lines = world.log().lines();
    for line in lines.filter(|line| line.stream == Stream::Stderr) {
        let text = clean_line(&line.data, QUOTED).text.into_owned();
        let traceback = tracebacks.entry(line.proc).or_default();
        // Python reads the program before there is anything to trace.
        let unread = ["SyntaxError", "IndentationError", "TabError"];
        if text.starts_with("Traceback") {
            traceback.begun = true;
        } else if let Some((_, number)) = text.rsplit_once("program.py\", line ") {
            let digits = number.find(|c: char| !c.is_ascii_digit());
            number[..digits.unwrap_or(number.len())].clone_into(&mut traceback.at);
        } else if (traceback.begun && text.starts_with(|c: char| !c.is_whitespace()))
            || unread.iter().any(|name| text.starts_with(name))
        {
            let process = line.proc.and_then(|proc| world.process(proc));
            let name = process.map_or("?", |process| &*process.name);
            return Some(match traceback.at.as_str() {
                "" => Words::tell("trial.error", &[("name", &name), ("error", &text)]),
                at => Words::tell(
                    "trial.error-at",
                    &[("name", &name), ("error", &text), ("line", &at)],
                ),
            });
        }
    }
    let main = world.process(0).and_then(Process::exit);
    match main.filter(|_| by_itself) {
        Some(Exit::Code(0) | Exit::Unknown) | None => None,
        Some(Exit::Code(code)) => Some(Words::tell("trial.exit", &[("code", &code)])),
        Some(Exit::Signal(signal)) => Some(Words::tell("trial.signal", &[("signal", &signal)])),
    }
}
