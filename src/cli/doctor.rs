//! `forklore doctor`: what this machine offers, in words.
//!
//! Owns the list of what is looked at and how it is shown. Everything is tried, not concluded from
//! version numbers. Exit code 1 where something is missing without which no lesson runs.

mod host;
mod kernel;

use std::fmt::Write as _;
use std::io::{self, Write as _};

use super::Stop;
use super::context::Context;
use crate::error::Code;
use crate::text::{Mood, clean, fit, width};

/// What was found out about one thing.
#[derive(Debug)]
struct Finding {
    level: Level,
    name: &'static str,
    detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Good,
    /// Runs are possible; something is slower, or told less well.
    Note,
    /// No lesson runs without it.
    Missing,
}

impl Level {
    fn show(self) -> (&'static str, &'static str, Mood) {
        match self {
            Level::Good => ("✓", "good", Mood::Good),
            Level::Note => ("•", "note", Mood::Warning),
            Level::Missing => ("✗", "missing", Mood::Bad),
        }
    }
}

pub(crate) fn run(context: &Context) -> Result<Code, Stop> {
    let lang = context.lang;
    let mut findings = vec![
        kernel::version(lang),
        kernel::pidfd(lang),
        kernel::exit_status(lang),
        kernel::futex(lang),
        kernel::attribution(lang),
        kernel::following(lang),
        kernel::looking(lang),
        kernel::channel(lang),
        host::proc(lang),
        host::run_directory(lang),
        host::limits(lang),
    ];
    findings.extend(host::pythons(lang));
    findings.extend([
        host::procps(lang),
        host::terminal(context),
        host::dev_stdout(lang),
    ]);
    let names = findings.iter().map(|finding| width(finding.name)).max();
    let column = names.unwrap_or(0) + 2;
    let levels: Vec<String> = findings
        .iter()
        .map(|finding| lang.term("doctor.level", finding.level.show().1))
        .collect();
    let level_column = levels.iter().map(|word| width(word)).max().unwrap_or(0) + 2;
    let mut page = String::new();
    for (finding, level) in findings.iter().zip(&levels) {
        let (sign, _, mood) = finding.level.show();
        let level = format!("{sign} {}", fit(level, level_column));
        let level = context.paint.mood(mood, level);
        let name = fit(finding.name, column);
        // Writing to a String does not fail.
        let _ = writeln!(page, "{level}{name}{}", clean(&finding.detail));
    }
    let possible = findings
        .iter()
        .all(|finding| finding.level != Level::Missing);
    let (verdict, code) = if possible {
        (lang.phrase("doctor.possible"), Code::Fine)
    } else {
        (lang.phrase("doctor.impossible"), Code::CheckFailed)
    };
    let _ = writeln!(page, "{verdict}");
    io::stdout().write_all(page.as_bytes())?;
    Ok(code)
}
