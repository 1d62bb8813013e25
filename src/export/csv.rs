//! CSV (RFC 4180): a row an event, the same columns for every kind.
//!
//! What an event has and no column holds is in the recording. Control characters are written as
//! `text` shows them, so that a row is a line and no reader stumbles over a NUL.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Export, who};
use crate::model::World;
use crate::text::clean;
use crate::trace::{Event, Exit, Kind, Op};

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
        let op = row.op;
        let number = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
        let text = |text: Option<&String>| text.cloned().unwrap_or_default();
        let fields: [String; COLUMNS.len()] = [
            event.seq.to_string(),
            event.t.to_string(),
            number(event.proc.map(u64::from)),
            // What belongs to no process has no PID.
            if event.pid == 0 {
                String::new()
            } else {
                event.pid.to_string()
            },
            event.tid.map_or_else(String::new, |tid| tid.to_string()),
            if event.proc.is_some() {
                who(event, world)
            } else {
                String::new()
            },
            row.kind.to_owned(),
            op.map_or_else(String::new, |op| op.op.to_string()),
            text(op.and_then(|op| op.object.as_ref())),
            row.label.to_owned(),
            number(op.and_then(|op| op.ver)),
            row.at.unwrap_or_default().to_owned(),
            op.and_then(|op| op.t0)
                .map_or_else(String::new, |t0| t0.to_string()),
            text(op.and_then(|op| op.args.item.as_ref())),
            number(op.and_then(|op| op.args.task)),
            text(op.and_then(|op| op.args.func.as_ref())),
            text(op.and_then(|op| op.args.child.as_ref())),
            op.and_then(|op| op.args.index)
                .map_or_else(String::new, |index| index.to_string()),
            text(op.and_then(|op| op.args.key.as_ref())),
            text(op.and_then(|op| op.args.value.as_ref())),
            text(op.and_then(|op| op.result.as_ref())),
            text(op.and_then(|op| op.error.as_ref())),
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

fn row<'a>(event: &'a Event, world: &'a World) -> Row<'a> {
    let with = |kind, detail| Row {
        kind,
        detail,
        ..Row::default()
    };
    let op = |kind, op: &'a Op| Row {
        kind,
        op: Some(op),
        label: op
            .object
            .as_deref()
            .and_then(|id| world.object(id))
            .map_or("", |object| object.label()),
        at: op.at.as_deref(),
        detail: String::new(),
    };
    match &event.kind {
        Kind::ProcessStart(start) => with("process.start", start.name.clone()),
        Kind::ProcessExec { command, .. } => with("process.exec", command.clone()),
        Kind::ProcessExit(exit) => with("process.exit", ended(*exit)),
        Kind::ProcessReaped { exit, .. } => with("process.reaped", ended(*exit)),
        Kind::Op(it) => op("op", it),
        Kind::OpWait(it) => op("op.wait", it),
        Kind::OpBegin(it) => op("op.begin", it),
        Kind::OpEnd(it) => op("op.end", it),
        Kind::Output(output) => Row {
            at: output.at.as_deref(),
            ..with(
                if output.stream == crate::trace::Stream::Stdout {
                    "output.stdout"
                } else {
                    "output.stderr"
                },
                String::from_utf8_lossy(&output.data).into_owned(),
            )
        },
        Kind::Line { file, line } => with("line", format!("{file}:{line}")),
        Kind::Ps(update) => with("ps", format!("{} rows", update.rows.len())),
        Kind::Gate => with("gate", String::new()),
        Kind::Fault(fault) => with("fault", format!("{}: {}", fault.fault, fault.detail)),
        Kind::Marker { text } => with("marker", text.clone()),
        Kind::End(end) => with("end", end.status.to_string()),
        Kind::Unknown { kind, json } => with(kind, json.clone()),
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
