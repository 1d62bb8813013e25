//! A run as text, while it happens: lines of output with time and writer, and rows of ps.
//!
//! It receives every event after the event is folded. It keeps only what was shown already; everything
//! else is read from the `World`.

use std::fmt::Write as _;

use super::Style;
use super::lines::Shown;
use super::repeats::Repeats;
use super::rows::Rows;
use crate::explain;
use crate::finding::{Finding, Harm};
use crate::model::{Ending, Line, Wait, World};
use crate::text::{Lang, Mood, clean, clean_line, fit, fit_right, seconds};
use crate::trace::{Event, Fault, FaultKind, Kind, Stream};

/// Most columns of a printed line that are shown. A recording has the whole line.
const WIDEST: usize = 2000;

/// Columns of the process name: the longest common name in CPython is `ForkPoolWorker-1`.
const NAME: usize = 16;

/// The text of a run.
#[derive(Debug)]
pub struct Live<'a> {
    style: Style,
    rows: Rows<'a>,
    shown: Shown,
    rows_shown: bool,
    /// The first rows of ps are shown when they come.
    shows_start: bool,
    /// For the user's own program: what several processes print in the same words.
    repeats: Option<Repeats>,
    /// The last row of every process is shown, with how it ended.
    shows_end: bool,
    /// Why it stands still, as far as that was said.
    hangs_told: Vec<String>,
}

impl<'a> Live<'a> {
    /// A run of a lesson. Its rows of ps are shown as soon as there are any.
    pub fn new(style: Style, rows: Rows<'a>) -> Live<'a> {
        Live {
            style,
            rows,
            shown: Shown::default(),
            rows_shown: false,
            shows_start: true,
            repeats: None,
            shows_end: true,
            hangs_told: Vec::new(),
        }
    }

    /// Only the fullest moment.
    #[must_use]
    pub fn fullest(self) -> Live<'a> {
        Live {
            shows_start: false,
            shows_end: false,
            ..self
        }
    }

    /// The user's own program. It begins as one process, so its rows are shown at the end. An error from
    /// which many processes die is shown once.
    #[must_use]
    pub fn of_program(self) -> Live<'a> {
        Live {
            shows_start: false,
            repeats: Some(Repeats::default()),
            ..self
        }
    }

    /// Writes what the event that was just folded has added.
    pub fn after(&mut self, event: &Event, world: &World, page: &mut String) {
        match &event.kind {
            Kind::Output(_) | Kind::ProcessExit(_) | Kind::End(_) => {
                self.completed(world, page);
                if matches!(event.kind, Kind::ProcessExit(_)) {
                    self.ended(event, world, page);
                }
            }
            Kind::Ps(_) if !self.rows_shown && !world.ps().now().rows.is_empty() => {
                self.rows_shown = true;
                if !self.shows_start {
                    return;
                }
                self.title("start", world.ps().now().t, page);
                self.rows.moment(&self.style, world, world.ps().now(), page);
            }
            // Its detail is for readers without a World.
            Kind::Fault(fault) if fault.fault == FaultKind::Deadlock => {
                let what = self.style.lang.term("fault", fault.fault.as_str());
                let words = self.style.lang.tell("live.deadlock", &[("what", &what)]);
                let _ = writeln!(page, "{}", self.style.paint.mood(Mood::Warning, words));
                waiting(&self.style, world.deadlock(), page);
            }
            Kind::Fault(fault) if self.is_repeated(fault) => {}
            Kind::Fault(fault) => {
                let words = fault_words(self.style.lang, event, fault, world);
                let _ = writeln!(page, "{}", self.style.paint.mood(Mood::Warning, words));
            }
            _ => {}
        }
    }

    /// Called while nothing happens: writes incomplete lines, such as a prompt.
    pub fn idle(&mut self, world: &World, page: &mut String) {
        let held = self.repeats.as_mut().map(Repeats::idle).unwrap_or_default();
        for line in held.iter().chain(self.shown.begun(world.log())) {
            program_line(&self.style, world, line, page);
        }
    }

    /// The run stands still: says why, each cause once.
    pub fn still(&mut self, findings: &[&Finding], page: &mut String) {
        for finding in findings.iter().filter(|finding| finding.kind == Harm::Hang) {
            let text = finding.text.get(self.style.lang);
            if self.hangs_told.iter().any(|told| told == text) {
                continue;
            }
            let words = self.style.lang.tell("live.hang", &[("text", &text)]);
            let _ = writeln!(page, "{}", self.style.paint.mood(Mood::Warning, words));
            self.hangs_told.push(text.to_owned());
        }
    }

    fn completed(&mut self, world: &World, page: &mut String) {
        for line in self.shown.completed(world.log()) {
            let writer = line.proc.and_then(|proc| world.process(proc));
            match (&mut self.repeats, writer) {
                (Some(repeats), Some(writer)) => {
                    for line in repeats.line(writer, line) {
                        program_line(&self.style, world, &line, page);
                    }
                }
                _ => program_line(&self.style, world, line, page),
            }
        }
    }

    fn ended(&mut self, event: &Event, world: &World, page: &mut String) {
        let process = event.proc.and_then(|proc| world.process(proc));
        if let (Some(repeats), Some(process)) = (&mut self.repeats, process) {
            for line in repeats.ended(&self.style, process, page) {
                program_line(&self.style, world, &line, page);
            }
        }
    }

    fn is_repeated(&mut self, fault: &Fault) -> bool {
        let repeats = self.repeats.as_mut();
        repeats.is_some_and(|repeats| repeats.fault(fault))
    }

    /// Writes repeated lines, the rows of the fullest moment and of the end, and, for a run that hung,
    /// who waited for what.
    pub fn rest(&mut self, world: &World, page: &mut String) {
        if let Some(repeats) = &mut self.repeats {
            for line in repeats.idle() {
                program_line(&self.style, world, &line, page);
            }
            repeats.rest(&self.style, page);
        }
        let fullest = world.ps().fullest();
        if self.rows_shown {
            // For a single process the last row shows the same.
            if self.shows_start || !self.shows_end || fullest.rows.len() > 1 {
                self.title("fullest", fullest.t, page);
                self.rows.moment(&self.style, world, fullest, page);
            }
            if self.shows_end {
                self.title("end", world.now(), page);
                self.rows.last(&self.style, world, page);
            }
        }
        deadlock(&self.style, world, page);
    }

    /// The heading of a table of rows.
    fn title(&self, moment: &str, t: i64, page: &mut String) {
        let command = match self.rows.grep {
            Some(word) => format!("ps aux | grep {word}"),
            None => "ps aux".to_owned(),
        };
        let moment = self.style.lang.term("rows.moment", moment);
        let title = self.style.lang.tell(
            "rows.title",
            &[
                ("command", &command),
                ("moment", &moment),
                ("seconds", &seconds(t)),
            ],
        );
        let _ = writeln!(page, "\n{}", self.style.paint.mood(Mood::Dim, title));
    }
}

/// A fault as a sentence. What a process said, or sent without being believed, names the process.
fn fault_words(lang: Lang, event: &Event, fault: &Fault, world: &World) -> String {
    let what = lang.term("fault", fault.fault.as_str());
    let detail = clean(&fault.detail);
    let done_to_it = matches!(fault.fault, FaultKind::Killed | FaultKind::StageLost);
    let sender = event.proc.filter(|_| !done_to_it);
    match sender.and_then(|proc| world.process(proc)) {
        Some(sender) => lang.tell(
            "live.fault-of",
            &[
                ("what", &what),
                ("who", &clean(&sender.name)),
                ("pid", &sender.pid),
                ("detail", &detail),
            ],
        ),
        None => lang.tell("live.fault", &[("what", &what), ("detail", &detail)]),
    }
}

/// For a run in which nothing could go on: who waited for what.
pub fn deadlock(style: &Style, world: &World, page: &mut String) {
    if let Some(waits) = world.deadlock() {
        let _ = writeln!(page, "\n{}", style.lang.phrase("deadlock.title"));
        waiting(style, Some(waits), page);
    }
}

fn waiting(style: &Style, waits: Option<&[Wait]>, page: &mut String) {
    let waits = waits.unwrap_or_default();
    for wait in explain::waits(style.lang, waits) {
        let _ = writeln!(page, "  {wait}");
    }
    circle(style.lang, waits, page);
}

/// The circle of a deadlock, drawn, where there is one.
pub fn circle(lang: Lang, waits: &[Wait], page: &mut String) {
    let circle = explain::circle(lang, waits);
    if !circle.is_empty() {
        let _ = writeln!(page, "{}", lang.phrase("deadlock.circle"));
    }
    for link in circle {
        let _ = writeln!(page, "  {}{}", link.mark().0, link.text);
    }
}

/// A line of a program: time, PID, name and text, in the colour of its process.
pub fn program_line(style: &Style, world: &World, line: &Line, page: &mut String) {
    let process = line.proc.and_then(|proc| world.process(proc));
    let name = process.map_or("?", |process| &*process.name);
    let clean_text = clean_line(&line.data, WIDEST);
    let mut text = clean_text.text.into_owned();
    let cut = line.cut + clean_text.left_out as u64;
    if line.ending == Ending::Open {
        text.push('…');
    }
    if cut > 0 {
        text += &style.lang.tell("live.cut", &[("bytes", &cut)]);
    }
    let stream = match line.stream {
        Stream::Stdout => "",
        Stream::Stderr => "stderr: ",
    };
    let told = format!(
        "{} {} {} {stream}{text}",
        fit_right(&seconds(line.t), 8),
        fit_right(&line.pid.to_string(), style.pid_width),
        fit(&clean(name), NAME),
    );
    let birth = process.map(crate::model::Process::colour);
    let _ = match birth {
        Some(birth) => writeln!(page, "{}", style.paint.process(birth, told)),
        None => writeln!(page, "{told}"),
    };
}

#[cfg(test)]
mod tests;
