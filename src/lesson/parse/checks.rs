//! `[[checks]]` of lesson.toml: the keys of each kind.

use super::lines::{expectation, expected, expected_field, lines, loops, when};
use super::names::Names;
use crate::lesson::Value;
use crate::lesson::checks::{Cell, Check, CheckKind, Of, Who};
use crate::lesson::error::LessonError;
use crate::lesson::expr::Expr;
use crate::lesson::lines::{Expected, Lines, Loops};
use crate::lesson::section::{Field, Section};

pub(super) fn check(field: &Field<'_>, names: &Names) -> Result<Check, LessonError> {
    let section = field.section()?;
    let check = Check {
        id: section
            .required("id", "a name for reports")?
            .identifier('-')?,
        words: section
            .required("words", "what holds, for people")?
            .words()?,
        when: when(&section, names)?,
        kind: kind(&section, names)?,
    };
    section.done()?;
    Ok(check)
}

fn kind(section: &Section<'_>, names: &Names) -> Result<CheckKind, LessonError> {
    let field = section.required("kind", "what is checked")?;
    let words: Vec<(&str, &str)> = CheckKind::WORDS.iter().map(|word| (*word, *word)).collect();
    let word = field.word(&words)?;
    match textual(word, section, names)? {
        Some(kind) => Ok(kind),
        None => of_the_run(word, section, names),
    }
}

fn required_lines(section: &Section<'_>, names: &Names) -> Result<Lines, LessonError> {
    lines(&section.required("lines", "the lines it speaks of")?, names)
}

fn looped(section: &Section<'_>, names: &Names) -> Result<(Loops, Lines), LessonError> {
    let loops = loops(section, names)?;
    let lines = required_lines(section, &names.with_loops(&loops))?;
    Ok((loops, lines))
}

fn one_line(section: &Section<'_>, names: &Names) -> Result<Lines, LessonError> {
    lines(&section.required("line", "the line it speaks of")?, names)
}

fn others(section: &Section<'_>, names: &Names) -> Result<Option<Lines>, LessonError> {
    section
        .optional("others")
        .map(|field| lines(&field, names))
        .transpose()
}

fn textual(
    word: &str,
    section: &Section<'_>,
    names: &Names,
) -> Result<Option<CheckKind>, LessonError> {
    const STREAMS: &[(&str, bool)] = &[("stdout", false), ("stderr", true)];
    Ok(Some(match word {
        "lines-multiset" => CheckKind::LinesMultiset {
            lines: required_lines(section, names)?,
            stderr: match section.optional("stream") {
                Some(field) => field.word(STREAMS)?,
                None => false,
            },
        },
        "lines-exact" => CheckKind::LinesExact {
            lines: required_lines(section, names)?,
        },
        "lines-in-order" => {
            let (loops, lines) = looped(section, names)?;
            CheckKind::LinesInOrder { loops, lines }
        }
        "contiguous-blocks" => {
            let (loops, lines) = looped(section, names)?;
            CheckKind::ContiguousBlocks { loops, lines }
        }
        "never-together" => {
            let (loops, lines) = looped(section, names)?;
            CheckKind::NeverTogether { loops, lines }
        }
        "line-before" => CheckKind::LineBefore {
            line: one_line(section, names)?,
            others: others(section, names)?,
        },
        "line-after" => CheckKind::LineAfter {
            line: one_line(section, names)?,
            others: others(section, names)?,
        },
        "line-times" => CheckKind::LineTimes {
            line: one_line(section, names)?,
            times: expected(section, names, "how often the line stands in the output")?,
        },
        _ => return Ok(None),
    }))
}

fn of_the_run(word: &str, section: &Section<'_>, names: &Names) -> Result<CheckKind, LessonError> {
    Ok(match word {
        "process-lines" => {
            let (loops, lines) = looped(section, names)?;
            let process = section.required("process", "the name of the process")?;
            CheckKind::ProcessLines {
                process: names.with_loops(&loops).template(&process)?,
                loops,
                lines,
            }
        }
        "exit-codes" => exit_codes(section, names)?,
        "process-count" => CheckKind::ProcessCount {
            of: of(section)?,
            count: expected(section, names, "how many")?,
        },
        "at-most-alive" => CheckKind::AtMostAlive {
            of: of(section)?,
            n: bound(section, names)?,
        },
        "tasks-at-most" => CheckKind::TasksAtMost {
            n: bound(section, names)?,
        },
        "tasks-never-overlap" => CheckKind::TasksNeverOverlap,
        "submits-return-at-once" => CheckKind::SubmitsReturnAtOnce,
        "submits-wait-for-result" => CheckKind::SubmitsWaitForResult,
        "task-pids" => CheckKind::TaskPids {
            count: expected(section, names, "how many")?,
        },
        "task-results" => task_results(section, names)?,
        "delivered-once" => CheckKind::DeliveredOnce {
            object: object(section)?,
            puts: optional_expected(section, "puts", names)?,
            gets: optional_expected(section, "gets", names)?,
        },
        "final-value" => final_value(section, names)?,
        "lock-exclusive" => CheckKind::LockExclusive {
            object: object(section)?,
        },
        "raised" => CheckKind::Raised {
            op: section
                .optional("op")
                .map(|field| field.text())
                .transpose()?,
            error: names.template(&section.required("error", "`Type: text`, {*} for any text")?)?,
            of: optional_of(section)?,
        },
        "never-raised" => CheckKind::NeverRaised {
            of: optional_of(section)?,
        },
        "status" => CheckKind::Status {
            status: expectation(section, names)?
                .unwrap_or_else(|| Expected::Is(Expr::constant(Value::Str("finished".into())))),
        },
        _ => CheckKind::NothingLeft,
    })
}

fn of(section: &Section<'_>) -> Result<Of, LessonError> {
    section
        .required(
            "of",
            "which processes: all, main, process, worker or manager",
        )?
        .word(Of::WORDS)
}

fn optional_of(section: &Section<'_>) -> Result<Of, LessonError> {
    match section.optional("of") {
        Some(field) => field.word(Of::WORDS),
        None => Ok(Of::All),
    }
}

fn object(section: &Section<'_>) -> Result<Option<String>, LessonError> {
    section
        .optional("object")
        .map(|field| field.text())
        .transpose()
}

fn bound(section: &Section<'_>, names: &Names) -> Result<Expr, LessonError> {
    names.expr(&section.required("n", "the bound")?)
}

fn optional_expected(
    section: &Section<'_>,
    key: &'static str,
    names: &Names,
) -> Result<Option<Expected>, LessonError> {
    section
        .optional(key)
        .map(|field| expected_field(&field, names))
        .transpose()
}

fn exit_codes(section: &Section<'_>, names: &Names) -> Result<CheckKind, LessonError> {
    let loops = loops(section, names)?;
    let inner = names.with_loops(&loops);
    let code = expected(section, &inner, "the exit code")?;
    let who = match section.optional("process") {
        Some(process) => Who::Named {
            process: inner.template(&process)?,
            loops,
        },
        None => Who::Role(of(section)?),
    };
    Ok(CheckKind::ExitCodes { who, code })
}

fn task_results(section: &Section<'_>, names: &Names) -> Result<CheckKind, LessonError> {
    let task = names.with("task");
    Ok(CheckKind::TaskResults {
        tasks: optional_expected(section, "tasks", names)?,
        state: optional_expected(section, "state", &task)?,
        value: section
            .optional("value")
            .map(|field| task.template(&field))
            .transpose()?,
    })
}

fn final_value(section: &Section<'_>, names: &Names) -> Result<CheckKind, LessonError> {
    let object = section
        .required("object", "the variable's name in the program")?
        .text()?;
    let (field, at, whole) = match section.optional("entries") {
        Some(field) => (field, "key", true),
        None => (
            section.required("cells", "cells, or `entries` of a dict")?,
            "index",
            false,
        ),
    };
    let cells = field
        .items()?
        .iter()
        .map(|item| cell(item, at, names))
        .collect::<Result<_, _>>()?;
    Ok(CheckKind::FinalValue {
        object,
        cells,
        whole,
    })
}

fn cell(field: &Field<'_>, at: &'static str, names: &Names) -> Result<Cell, LessonError> {
    let section = field.section()?;
    let loops = loops(&section, names)?;
    let inner = names.with_loops(&loops);
    let cell = Cell {
        at: inner.expr(&section.required(at, "which one")?)?,
        value: expected(&section, &inner, "its value")?,
        loops,
    };
    section.done()?;
    Ok(cell)
}
