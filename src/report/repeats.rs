//! `Repeats`: what many processes print in the same words is shown once and counted.
//!
//! When processes die in the same way (a pool's workers without a main guard), their errors are held
//! back while they equal, word for word, what an earlier process printed before it died. They are shown
//! when they differ from it, or when nothing else happens. Only stderr is compared, and only the human
//! report uses this: a recording has everything.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::Style;
use crate::model::{Line, Process};
use crate::text::{Mood, clean};
use crate::trace::{Exit, Fault, FaultKind, Stream};

/// Lines of one process that are compared, at most.
const LINES: usize = 400;
/// Different texts that are known, at most.
const TEXTS: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct Repeats {
    /// What processes printed before they died, and how many have printed the same since.
    texts: Vec<(Vec<String>, u64)>,
    /// What a living process has printed, and which of its lines are held back.
    said: HashMap<u32, (Vec<String>, Vec<Line>)>,
    /// The reasons why processes could not be started, each with the number of further cases.
    reasons: Vec<(String, u64)>,
}

impl Repeats {
    /// The lines to show now, for a line that was just completed.
    pub(crate) fn line(&mut self, process: &Process, line: &Line) -> Vec<Line> {
        if line.stream != Stream::Stderr {
            return vec![line.clone()];
        }
        let (said, held) = self.said.entry(process.proc).or_default();
        if said.len() == LINES {
            return vec![line.clone()];
        }
        said.push(without_itself(
            process,
            &String::from_utf8_lossy(&line.data),
        ));
        held.push(line.clone());
        let known = self.texts.iter().any(|(text, _)| text.starts_with(said));
        if known {
            return Vec::new();
        }
        std::mem::take(held)
    }

    /// A process has ended. Returns the lines that were held back and are not a repetition. From time to
    /// time it says how many have printed the same.
    pub(crate) fn ended(
        &mut self,
        style: &Style,
        process: &Process,
        page: &mut String,
    ) -> Vec<Line> {
        let Some((said, held)) = self.said.remove(&process.proc) else {
            return Vec::new();
        };
        if process.exit() == Some(Exit::Code(0)) {
            return held;
        }
        let Some((_, count)) = self.texts.iter_mut().find(|(text, _)| *text == said) else {
            if self.texts.len() < TEXTS {
                self.texts.push((said, 0));
            }
            return held;
        };
        *count += 1;
        if matches!(*count, 10 | 100 | 1_000 | 10_000) {
            tell(style, said.len(), *count, page);
        }
        Vec::new()
    }

    /// Whether the reason why a process could not be started was shown already.
    pub(crate) fn fault(&mut self, fault: &Fault) -> bool {
        if fault.fault != FaultKind::StartFailed {
            return false;
        }
        let reason = fault.detail.split_once(": ");
        let reason = reason.map_or(&*fault.detail, |(_name, reason)| reason);
        if let Some((_, count)) = self.reasons.iter_mut().find(|(known, _)| known == reason) {
            *count += 1;
            return true;
        }
        if self.reasons.len() < TEXTS {
            self.reasons.push((reason.to_owned(), 0));
        }
        false
    }

    /// Nothing happens: returns what was held back.
    pub(crate) fn idle(&mut self) -> Vec<Line> {
        let held = self.said.values_mut();
        let mut held: Vec<Line> = held.flat_map(|(_, held)| held.drain(..)).collect();
        held.sort_by_key(|line| line.t);
        held
    }

    /// How often each text was repeated.
    pub(crate) fn rest(&self, style: &Style, page: &mut String) {
        for (text, count) in self.texts.iter().filter(|(_, count)| *count > 0) {
            tell(style, text.len(), *count, page);
        }
        for (reason, count) in self.reasons.iter().filter(|(_, count)| *count > 0) {
            let words = style.lang.tell(
                "live.not-started",
                &[("processes", count), ("why", &clean(reason))],
            );
            // Writing to a String does not fail.
            let _ = writeln!(page, "{}", style.paint.mood(Mood::Dim, words));
        }
    }
}

/// The line without what differs from process to process: the name, the PID, and the pipe numbers in
/// the line that starts a spawned child.
fn without_itself(process: &Process, line: &str) -> String {
    let mut text = line.replace(&process.pid.to_string(), "");
    if !process.name.is_empty() {
        text = text.replace(&*process.name, "");
    }
    if text.contains("spawn_main(") {
        text.retain(|c| !c.is_ascii_digit());
    }
    text
}

fn tell(style: &Style, lines: usize, processes: u64, page: &mut String) {
    let words = style.lang.tell(
        "live.repeated",
        &[("lines", &lines), ("processes", &processes)],
    );
    // Writing to a String does not fail.
    let _ = writeln!(page, "{}", style.paint.mood(Mood::Dim, words));
}
