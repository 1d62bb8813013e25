//! A command line that is wrong, in words: what is wrong with it, and what would be right.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::{Code, Failure};
use crate::text::Lang;

/// What is said of it. Help that was asked for is no refusal, and printed by clap.
pub(crate) fn refusal(lang: Lang, error: &clap::Error) -> Failure {
    let argument = text(error, ContextKind::InvalidArg);
    let value = text(error, ContextKind::InvalidValue);
    let what = match error.kind() {
        ErrorKind::UnknownArgument => lang.tell("usage.unknown", &[("argument", &argument)]),
        ErrorKind::InvalidSubcommand => {
            let command = text(error, ContextKind::InvalidSubcommand);
            lang.tell("usage.no-command", &[("command", &command)])
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            lang.tell("usage.needs-value", &[("argument", &argument)])
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => lang.tell(
            "usage.wrong-value",
            &[("argument", &argument), ("value", &value)],
        ),
        ErrorKind::MissingRequiredArgument => {
            lang.tell("usage.missing", &[("argument", &argument)])
        }
        ErrorKind::ArgumentConflict => {
            let other = text(error, ContextKind::PriorArg);
            lang.tell(
                "usage.conflict",
                &[("argument", &argument), ("other", &other)],
            )
        }
        ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::NoEquals => lang.tell("usage.number", &[("argument", &argument)]),
        ErrorKind::InvalidUtf8 => lang.phrase("usage.not-utf8").to_owned(),
        _ => lang.phrase("usage.wrong").to_owned(),
    };
    Failure::new(Code::Usage, what).remedy(remedy(lang, error))
}

/// What would be right.
fn remedy(lang: Lang, error: &clap::Error) -> String {
    let valid = text(error, ContextKind::ValidValue);
    if !valid.is_empty() {
        return lang.tell("usage.takes-one-of", &[("values", &valid)]);
    }
    // What a value takes is named by its parser in `args`.
    if let (ErrorKind::ValueValidation, Some(takes)) = (error.kind(), error.source()) {
        let takes = lang.term("usage.takes", &takes.to_string());
        return lang.tell("usage.it-takes", &[("takes", &takes)]);
    }
    let near = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ]
    .map(|kind| text(error, kind));
    match near.iter().find(|near| !near.is_empty()) {
        Some(near) => lang.tell("usage.nearest", &[("near", near)]),
        None => lang.phrase("usage.see-help").to_owned(),
    }
}

/// What clap knows of one side of the error; nothing where it does not.
fn text(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    }
}
