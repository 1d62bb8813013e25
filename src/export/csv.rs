//! CSV (RFC 4180): a row an event, the same columns for every kind.
//!
//! What an event has and no column holds is in the recording. Control characters are written as
//! `text` shows them, so that a row is a line and no reader stumbles over a NUL.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Export, who};
use crate::model::World;
use crate::text::clean;
use crate::trace::{Args, Event, Exit, Kind, Op, Reaped, Stream};

const COLUMNS: [&str; 23] = [
    "seq", "t_ns", "proc", "pid", "tid", "process", "kind", "op", "object", "label", "ver", "at",
    "t0_ns", "item", "task", "func", "child", "index", "key", "value", "result", "error", "detail",
];

/// A row, by column.
#[derive(Debug, Default)]
struct Row<'a> {
    kind: &'a str,
    op: Option<&'a Op>,
    label: &'a str,
    at: Option<&'a str>,
    detail: String,
}

/// A table of events.
#[derive(Debug)]
pub(super) struct Csv;

impl Csv {
    pub(super) fn begin(output: &mut dyn Write) -> io::Result<Csv> {
        write!(output, "{}\r\n", COLUMNS.join(","))?;
        Ok(Csv)
    }
}

impl Export for Csv {
    fn event(&mut self, event: &Event, world: &World, output: &mut dyn Write) -> io::Result<()> {
        let row = row(event, world);
        let no_op = Op::default();
        let Op {
            op: _,
            object,
            ver,
            at: _,
            args,
            t0,
            result,
            error,
        } = row.op.unwrap_or(&no_op);
        // Whatever has no column is named here: a new argument has to choose.
        let Args {
            item,
            task,
            func,
            child,
            index,
            key,
            value,
            class: _,
            name: _,
            typecode: _,
            of: _,
            values: _,
            pid: _,
            n: _,
            callbacks: _,
            timeout: _,
            blocking: _,
        } = args;
        let fields: [String; COLUMNS.len()] = [
            event.seq.to_string(),
            event.t.to_string(),
            field(event.proc.as_ref()),
            // What belongs to no process has no PID.
            field((event.pid != 0).then_some(&event.pid)),
            field(event.tid.as_ref()),
            field(event.proc.map(|_| who(event, world)).as_ref()),
            row.kind.to_owned(),
            field(row.op.map(|op| op.op).as_ref()),
            field(object.as_ref()),
            row.label.to_owned(),
            field(ver.as_ref()),
            row.at.unwrap_or_default().to_owned(),
            field(t0.as_ref()),
            field(item.as_ref()),
            field(task.as_ref()),
            field(func.as_ref()),
            field(child.as_ref()),
            field(index.as_ref()),
            field(key.as_ref()),
            field(value.as_ref()),
            field(result.as_ref()),
            field(error.as_ref()),
            row.detail,
        ];
        for (column, field) in fields.iter().enumerate() {
            if column > 0 {
                output.write_all(b",")?;
            }
            output.write_all(quoted(&clean(field)).as_bytes())?;
        }
        output.write_all(b"\r\n")
    }

    fn end(&mut self, _: &World, output: &mut dyn Write) -> io::Result<()> {
        output.flush()
    }
}

/// Nothing where there is no value.
fn field(value: Option<&impl ToString>) -> String {
    value.map_or_else(String::new, ToString::to_string)
}

fn row<'a>(event: &'a Event, world: &'a World) -> Row<'a> {
    let with = |detail| Row {
        kind: event.kind.word(),
        detail,
        ..Row::default()
    };
    let of = |op: &'a Op| Row {
        op: Some(op),
        label: op
            .object
            .as_deref()
            .and_then(|id| world.object(id))
            .map_or("", |object| object.label()),
        at: op.at.as_deref(),
        ..with(String::new())
    };
    match &event.kind {
        Kind::ProcessStart(start) => with(start.name.clone()),
        Kind::ProcessExec { command, .. } => with(command.clone()),
        Kind::ProcessExit(exit) | Kind::ProcessReaped(Reaped { exit, .. }) => with(ended(*exit)),
        Kind::Op(op) | Kind::OpWait(op) | Kind::OpBegin(op) | Kind::OpEnd(op) => of(op),
        Kind::Output(output) => Row {
            kind: match output.stream {
                Stream::Stdout => "output.stdout",
                Stream::Stderr => "output.stderr",
            },
            at: output.at.as_deref(),
            ..with(String::from_utf8_lossy(&output.data).into_owned())
        },
        Kind::Line { file, line } => with(format!("{file}:{line}")),
        Kind::Ps(update) => with(format!("{} rows", update.rows.len())),
        Kind::Look(look) => with(format!("{} threads", look.threads.len())),
        Kind::Gate => with(String::new()),
        Kind::Fault(fault) => with(format!("{}: {}", fault.fault, fault.detail)),
        Kind::Marker { text, .. } => with(text.clone()),
        Kind::End(end) => with(end.status.to_string()),
        Kind::Unknown { json, .. } => with(json.clone()),
    }
}

fn ended(exit: Exit) -> String {
    match exit.exitcode() {
        Some(code) => code.to_string(),
        None => "unknown".to_owned(),
    }
}

/// A field as RFC 4180 has it. A text a spreadsheet would take for a formula begins with an
/// apostrophe (OWASP, CSV injection); numbers keep their sign.
fn quoted(field: &str) -> Cow<'_, str> {
    let formula = field.starts_with(['=', '+', '-', '@']) && field.parse::<f64>().is_err();
    if formula {
        return Cow::Owned(format!("\"'{}\"", field.replace('"', "\"\"")));
    }
    if field.contains([',', '"', '\n', '\r']) {
        return Cow::Owned(format!("\"{}\"", field.replace('"', "\"\"")));
    }
    Cow::Borrowed(field)
}
