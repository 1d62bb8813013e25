//! Errors of the layers below, in the language of whoever reads them.
//!
//! Their own texts are for programs and tests; people are told from the locale files. What the
//! system itself says (`No such file or directory`) stays as the system says it.

use std::fmt::Display;
use std::io;

use crate::engine::StartError;
use crate::lesson::{LessonError, ParamsError, malformed, why_unreadable};
use crate::text::{Lang, clean_line};
use crate::trace::{FORMAT, LONGEST_LINE, ReadError};

/// Columns a foreign text may take within a sentence.
const BRIEF: usize = 240;

/// Why a value of a parameter was refused.
pub(crate) fn params(lang: Lang, error: &ParamsError) -> String {
    match error {
        ParamsError::NoValue { given, example } => {
            lang.tell("params.no-value", &[("given", given), ("example", example)])
        }
        ParamsError::Unknown {
            lesson,
            given,
            known,
        } => lang.tell(
            "params.unknown",
            &[("lesson", lesson), ("given", given), ("known", known)],
        ),
        ParamsError::Refused {
            lesson,
            name,
            given,
            kind,
        } => lang.tell(
            "params.refused",
            &[
                ("lesson", lesson),
                ("name", name),
                ("given", given),
                ("takes", &kind.takes().get(lang)),
            ],
        ),
    }
}

/// Why a lesson could not be read or found.
pub(crate) fn lesson(lang: Lang, error: &LessonError) -> String {
    match error {
        LessonError::Malformed(mistakes) => malformed(mistakes).get(lang).to_owned(),
        LessonError::Unreadable {
            path,
            needs,
            source,
        } => lang.tell(
            "lesson-error.unreadable",
            &[
                ("path", &path.display()),
                ("needs", &lang.term("lesson-error.needs", needs)),
                ("why", &why_unreadable(lang, source)),
            ],
        ),
        LessonError::Unknown { given, known } => lang.tell(
            "lesson-error.unknown",
            &[("given", given), ("known", known)],
        ),
        LessonError::Twice {
            slug,
            first,
            second,
        } => lang.tell(
            "lesson-error.twice",
            &[("slug", slug), ("first", first), ("second", second)],
        ),
        LessonError::BuiltIn {
            slug,
            first,
            second,
        } => lang.tell(
            "lesson-error.built-in",
            &[("slug", slug), ("first", first), ("second", second)],
        ),
        LessonError::NoPack { path, source } => lang.tell(
            "lesson-error.no-pack",
            &[("path", &path.display()), ("why", source)],
        ),
    }
}

/// Why a recording can't be read (on).
pub(crate) fn reading(lang: Lang, error: &ReadError) -> String {
    match error {
        ReadError::Empty => lang.phrase("reading.empty").to_owned(),
        ReadError::NoHeader(why) => lang.tell("reading.no-header", &[("why", &brief(why))]),
        ReadError::NewerFormat { found } => lang.tell(
            "reading.newer-format",
            &[("found", found), ("known", &FORMAT)],
        ),
        ReadError::BadLine { line, source } => lang.tell(
            "reading.bad-line",
            &[("line", line), ("why", &brief(source))],
        ),
        ReadError::LongLine { line } => lang.tell(
            "reading.long-line",
            &[("line", line), ("bytes", &LONGEST_LINE)],
        ),
        ReadError::OutOfOrder {
            line,
            found,
            expected,
        } => lang.tell(
            "reading.out-of-order",
            &[("line", line), ("found", found), ("expected", expected)],
        ),
        ReadError::Cut { line } => lang.tell("reading.cut", &[("line", line)]),
        ReadError::Damaged { line, source } => {
            lang.tell("reading.damaged", &[("line", line), ("why", source)])
        }
        ReadError::Io(why) => why.to_string(),
    }
}

/// A foreign text within a sentence: it may be, or quote, megabytes of what was read.
pub(crate) fn brief(what: &dyn Display) -> String {
    let what = what.to_string();
    let clean = clean_line(what.as_bytes(), BRIEF);
    let more = if clean.left_out > 0 { "…" } else { "" };
    format!("{}{more}", clean.text)
}

/// Why a recording can't be written any further.
pub(crate) fn recording(lang: Lang, why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::TimedOut => lang.phrase("run.recording-slow").to_owned(),
        _ => why.to_string(),
    }
}

/// Why a run could not be started.
pub(crate) fn starting(lang: Lang, error: &StartError) -> String {
    match error {
        StartError::Directory { base, source } => lang.tell(
            "starting.directory",
            &[("base", &base.display()), ("why", source)],
        ),
        StartError::Descriptors { doing } => {
            let doing = lang.term("starting.doing", doing.word());
            lang.tell("starting.descriptors", &[("doing", &doing)])
        }
        StartError::Processes { doing } => {
            let doing = lang.term("starting.doing", doing.word());
            lang.tell("starting.processes", &[("doing", &doing)])
        }
        StartError::Memory { doing } => {
            let doing = lang.term("starting.doing", doing.word());
            lang.tell("starting.memory", &[("doing", &doing)])
        }
        StartError::System { doing, source } => {
            let doing = lang.term("starting.doing", doing.word());
            lang.tell("starting.system", &[("doing", &doing), ("why", source)])
        }
        StartError::Rows(why) => lang.tell("starting.rows", &[("why", why)]),
        StartError::NoAnswer => lang.phrase("starting.no-answer").to_owned(),
    }
}
