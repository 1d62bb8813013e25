//! Rows of ps as `ps aux` shows them, in the colours of their processes.
//!
//! `trace` owns the columns. This file owns which processes have a row, its colour, and how a process
//! ended.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Style;
use crate::model::{Process, PsMoment, World};
use crate::text::{Mood, clean, fit, truncate, width};
use crate::trace::{Exit, PsRow};

/// Which rows are shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rows<'a> {
    /// Only the rows whose command contains this: the rows that `ps aux | grep WORD` would show.
    pub grep: Option<&'a str>,
}

impl Rows<'_> {
    fn shows(self, row: &PsRow) -> bool {
        self.grep.is_none_or(|word| row.command.contains(word))
    }

    /// The rows of one moment.
    pub fn moment(self, style: &Style, world: &World, moment: &PsMoment, page: &mut String) {
        heading(style, "", page);
        let known = |pid| world.by_pid(pid).map(Process::colour);
        let mut rows: Vec<(Option<usize>, &PsRow)> = moment
            .rows
            .values()
            .filter(|row| self.shows(row))
            .map(|row| (known(row.pid), &**row))
            .collect();
        // In birth order; unknown processes come last.
        rows.sort_by_key(|(birth, row)| (birth.is_none(), *birth, row.pid));
        for (birth, row) in rows {
            line(style, birth, &row.line(style.pid_width), page);
        }
    }

    /// The last row of every process, preceded by how it ended. The processes of a launcher are one
    /// line. When the rest does not fit on a screen, rows that are like an earlier one are one line
    /// too.
    pub fn last(self, style: &Style, world: &World, page: &mut String) {
        let main = world.process(0);
        let (leading, rest): (Vec<&Process>, Vec<&Process>) = world
            .processes()
            .partition(|process| main.is_some_and(|main| process.led_to(main)));
        let shown: Vec<Ended> = rest
            .into_iter()
            .filter_map(|process| {
                let row = process.ps.as_deref().filter(|row| self.shows(row))?;
                let word = process
                    .exit()
                    .map_or_else(|| style.lang.phrase("rows.alive").to_owned(), exit_word);
                Some(Ended { process, row, word })
            })
            .collect();
        let title = style.lang.phrase("rows.exit");
        let widest = shown.iter().map(|ended| width(&ended.word));
        let column = widest.max().unwrap_or(0).max(width(title)) + 2;
        heading(style, &fit(title, column), page);
        let fold = shown.len() > SCREENFUL;
        let mut alike: Vec<(String, usize)> = Vec::new();
        for ended in &shown {
            if fold {
                let key = ended.likeness();
                if let Some((_, more)) = alike.iter_mut().find(|(known, _)| *known == key) {
                    *more += 1;
                    continue;
                }
                alike.push((key, 0));
            }
            let text = fit(&ended.word, column) + &ended.row.line(style.pid_width);
            line(style, Some(ended.process.colour()), &text, page);
        }
        let more: usize = alike.iter().map(|(_, more)| more).sum();
        if more > 0 {
            let words = style.lang.tell("rows.alike", &[("processes", &more)]);
            aside(style, &words, page);
        }
        if !leading.is_empty() {
            let names: BTreeSet<&str> = leading.iter().map(|process| &*process.name).collect();
            let names: Vec<&str> = names.into_iter().collect();
            let names = clean(&names.join(", ")).into_owned();
            let words = style.lang.tell(
                "rows.led-to",
                &[("processes", &leading.len()), ("names", &names)],
            );
            aside(style, &words, page);
        }
    }
}

/// Rows that fit on a screen.
const SCREENFUL: usize = 30;

/// A process with its last row and how it ended.
struct Ended<'a> {
    process: &'a Process,
    row: &'a PsRow,
    word: String,
}

impl Ended<'_> {
    /// What similar rows have in common: how they ended, and the command without its numbers.
    fn likeness(&self) -> String {
        let command = self.row.command.chars().filter(|c| !c.is_ascii_digit());
        self.word.chars().chain(command).collect()
    }
}

fn aside(style: &Style, words: &str, page: &mut String) {
    // Writing to a String does not fail.
    let _ = writeln!(page, "{}", style.paint.mood(Mood::Dim, cut(style, words)));
}

fn heading(style: &Style, before: &str, page: &mut String) {
    let heading = before.to_owned() + &PsRow::heading(style.pid_width);
    let heading = cut(style, &heading);
    // Writing to a String does not fail.
    let _ = writeln!(page, "{}", style.paint.mood(Mood::Heading, heading));
}

fn line(style: &Style, birth: Option<usize>, text: &str, page: &mut String) {
    let text = cut(style, text);
    let _ = match birth {
        Some(birth) => writeln!(page, "{}", style.paint.process(birth, text)),
        None => writeln!(page, "{text}"),
    };
}

fn cut(style: &Style, text: &str) -> String {
    let text = clean(text);
    match style.columns {
        Some(columns) => truncate(&text, columns).into_owned(),
        None => text.into_owned(),
    }
}

/// CPython's exit code, with the signal's name where one killed the process: `-9 SIGKILL`.
#[must_use]
pub fn exit_word(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => code.to_string(),
        Exit::Signal(signal) => match nix::sys::signal::Signal::try_from(signal) {
            Ok(name) => format!("-{signal} {name}"),
            Err(_) => format!("-{signal}"),
        },
        Exit::Unknown => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Exit, exit_word};

    #[test]
    fn exits_are_told_as_cpython_tells_them() {
        assert_eq!(exit_word(Exit::Code(3)), "3");
        assert_eq!(exit_word(Exit::Signal(9)), "-9 SIGKILL");
        assert_eq!(exit_word(Exit::Signal(40)), "-40");
        assert_eq!(exit_word(Exit::Unknown), "?");
    }
}
