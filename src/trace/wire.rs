//! Format 1 on the wire: the header, and the way from the flat `Line` to an `Event` and back.
//!
//! A word this version does not know makes a `Kind::Unknown` that keeps its text; nothing here
//! decides what an event means.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::base64;
use super::event::{
    Args, Event, Exit, Fault, FaultKind, Kind, LeftOut, Op, OpName, Output, ProcessStart, PsUpdate,
    Role, RunEnd, RunStatus, StartMethod, Stream,
};
use super::line::{Line, Text, WireArgs};

/// The version of the format this crate writes.
pub const FORMAT: u32 = 1;

/// First line of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Format version.
    pub forklore: u32,
    /// Slug of the lesson, or the traced command.
    pub lesson: String,
    /// `native`, `python`, or `trace` for a program of one's own.
    pub engine: String,
    /// SHA-256 of the program's text, hexadecimal.
    pub program_sha256: String,
    /// The traced program and its arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub argv: Vec<String>,
    /// Parameters of the lesson, `name → value`.
    pub params: std::collections::BTreeMap<String, serde_json::Value>,
    /// When the run began: seconds since the epoch, UTC.
    pub started: f64,
    /// Kernel release.
    pub kernel: String,
    /// Processors online.
    pub cpus: u32,
    /// What multiplies every sleep.
    pub time_scale: f64,
    /// `tty` or `pipe`: the buffering of instrumented stdio; `pty`: a real terminal.
    pub stdout: String,
    /// `open`, `paced` or `manual`: how the gate stood at the beginning.
    pub gate: String,
    /// Seed of the run's own choices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Version of the interpreter, python engine only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// Version of forklore that wrote this.
    pub version: String,
}

impl Header {
    /// The header of a run of this lesson of which nothing else is known: the native engine, on one
    /// processor, at its own speed, its gate open, begun at the epoch.
    #[must_use]
    pub fn of(lesson: impl Into<String>) -> Header {
        Header {
            forklore: FORMAT,
            lesson: lesson.into(),
            engine: "native".to_owned(),
            program_sha256: String::new(),
            argv: Vec::new(),
            params: std::collections::BTreeMap::new(),
            started: 0.0,
            kernel: String::new(),
            cpus: 1,
            time_scale: 1.0,
            stdout: "tty".to_owned(),
            gate: "open".to_owned(),
            seed: None,
            python: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

impl Role {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Role::Main => "main",
            Role::Process => "process",
            Role::Worker => "worker",
            Role::Manager => "manager",
            Role::Foreign => "foreign",
        }
    }

    fn from_word(word: &str) -> Role {
        match word {
            "main" => Role::Main,
            "process" => Role::Process,
            "worker" => Role::Worker,
            "manager" => Role::Manager,
            _ => Role::Foreign,
        }
    }
}

impl StartMethod {
    pub(super) const fn word(self) -> &'static str {
        match self {
            StartMethod::Exec => "exec",
            StartMethod::Fork => "fork",
            StartMethod::Spawn => "spawn",
            StartMethod::Forkserver => "forkserver",
            StartMethod::Unknown => "unknown",
        }
    }

    fn from_word(word: &str) -> StartMethod {
        match word {
            "exec" => StartMethod::Exec,
            "fork" => StartMethod::Fork,
            "spawn" => StartMethod::Spawn,
            "forkserver" => StartMethod::Forkserver,
            _ => StartMethod::Unknown,
        }
    }
}

/// Reads one line. `json` is kept only for an unknown kind.
pub(super) fn decode(json: &str) -> Result<Event, serde_json::Error> {
    let mut line: Line<'_> = serde_json::from_str(json)?;
    let kind = kind_of(&mut line, json);
    Ok(Event {
        seq: line.seq,
        t: line.t,
        proc: line.proc,
        pid: line.pid,
        tid: line.tid,
        kind,
    })
}

fn owned(text: &mut Option<Text<'_>>) -> Option<String> {
    text.take().map(Text::into_string)
}

fn word<'a>(text: Option<&'a Text<'_>>) -> &'a str {
    text.map_or("", Text::as_str)
}

fn kind_of(line: &mut Line<'_>, json: &str) -> Kind {
    let unknown = |kind: &str| Kind::Unknown {
        kind: kind.to_owned(),
        json: json.to_owned(),
    };
    match line.kind.as_str() {
        "process.start" => Kind::ProcessStart(ProcessStart {
            ppid: line.ppid.unwrap_or(0),
            name: owned(&mut line.name).unwrap_or_default(),
            role: Role::from_word(word(line.role.as_ref())),
            daemon: line.daemon.unwrap_or(false),
            method: StartMethod::from_word(word(line.method.as_ref())),
        }),
        "process.exec" => Kind::ProcessExec {
            name: owned(&mut line.name).unwrap_or_default(),
            command: owned(&mut line.command).unwrap_or_default(),
        },
        "process.exit" => Kind::ProcessExit(exit_of(line)),
        "process.reaped" => Kind::ProcessReaped {
            by: line.by.unwrap_or(0),
            exit: exit_of(line),
        },
        "op" => Kind::Op(op_of(line)),
        "op.wait" => Kind::OpWait(op_of(line)),
        "op.begin" => Kind::OpBegin(op_of(line)),
        "op.end" => Kind::OpEnd(op_of(line)),
        "output" => output_of(line).map_or_else(|| unknown("output"), Kind::Output),
        "line" => Kind::Line {
            file: owned(&mut line.file).unwrap_or_default(),
            line: line.line.unwrap_or(0),
        },
        "ps" => Kind::Ps(PsUpdate {
            rows: line.rows.take().unwrap_or_default().into_owned(),
            gone: line.gone.take().unwrap_or_default().into_owned(),
        }),
        "gate" => Kind::Gate,
        "fault" => Kind::Fault(Fault {
            fault: FaultKind::parse(word(line.fault.as_ref())).unwrap_or(FaultKind::Other),
            detail: owned(&mut line.detail).unwrap_or_default(),
        }),
        "marker" => Kind::Marker {
            text: owned(&mut line.text).unwrap_or_default(),
        },
        "end" => Kind::End(RunEnd {
            status: RunStatus::parse(word(line.status.as_ref())).unwrap_or(RunStatus::Unknown),
            detail: owned(&mut line.detail),
            ended: line.ended.take().unwrap_or_default().into_owned(),
        }),
        kind => unknown(kind),
    }
}

fn exit_of(line: &Line<'_>) -> Exit {
    match (line.code, line.signal) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Unknown,
    }
}

fn op_of(line: &mut Line<'_>) -> Box<Op> {
    Box::new(Op {
        op: OpName::parse(word(line.op.as_ref())).unwrap_or(OpName::Other),
        object: owned(&mut line.object),
        ver: line.ver,
        at: owned(&mut line.at),
        args: line
            .args
            .as_mut()
            .map(|args| args_of(args))
            .unwrap_or_default(),
        t0: line.t0,
        result: owned(&mut line.result),
        error: owned(&mut line.error),
    })
}

fn args_of(wire: &mut WireArgs<'_>) -> Args {
    let values = wire.values.take();
    Args {
        class: owned(&mut wire.class),
        name: owned(&mut wire.name),
        typecode: owned(&mut wire.typecode),
        of: owned(&mut wire.of),
        index: wire.index,
        key: owned(&mut wire.key),
        value: owned(&mut wire.value),
        values: values.map(|values| values.into_iter().map(Text::into_string).collect()),
        item: owned(&mut wire.item),
        task: wire.task,
        func: owned(&mut wire.func),
        child: owned(&mut wire.child),
        pid: wire.pid,
        n: wire.n,
        timeout: wire.timeout,
        blocking: wire.blocking,
    }
}

fn output_of(line: &mut Line<'_>) -> Option<Output> {
    let stream = Stream::parse(line.stream.as_ref()?.as_str())?;
    let data = match (line.data.take(), &line.data_b64) {
        (Some(text), _) => text.into_string().into_bytes(),
        (None, Some(text)) => base64::decode(text.as_str())?,
        (None, None) => Vec::new(),
    };
    Some(Output {
        stream,
        data,
        at: owned(&mut line.at),
        left_out: line.left_out.map(|[bytes, lines]| LeftOut { bytes, lines }),
    })
}

/// The line of an event. An unknown kind is written as it was read.
pub(super) fn line_of(event: &Event) -> Line<'_> {
    let mut line = Line {
        seq: event.seq,
        t: event.t,
        proc: event.proc,
        pid: event.pid,
        tid: event.tid,
        kind: Text::from(event.kind.word()),
        ..Line::default()
    };
    fill_kind(&mut line, &event.kind);
    line
}

fn text(text: Option<&String>) -> Option<Text<'_>> {
    text.map(|text| Text::from(text.as_str()))
}

fn fill_kind<'a>(line: &mut Line<'a>, kind: &'a Kind) {
    match kind {
        Kind::ProcessStart(start) => {
            line.ppid = Some(start.ppid);
            line.name = Some(Text::from(start.name.as_str()));
            line.role = Some(Text::from(start.role.word()));
            line.daemon = Some(start.daemon);
            line.method = Some(Text::from(start.method.word()));
        }
        Kind::ProcessExec { name, command } => {
            line.name = Some(Text::from(name.as_str()));
            line.command = Some(Text::from(command.as_str()));
        }
        Kind::ProcessExit(exit) => fill_exit(line, *exit),
        Kind::ProcessReaped { by, exit } => {
            line.by = Some(*by);
            fill_exit(line, *exit);
        }
        Kind::Op(op) | Kind::OpWait(op) | Kind::OpBegin(op) | Kind::OpEnd(op) => fill_op(line, op),
        Kind::Output(output) => {
            line.stream = Some(Text::from(output.stream.as_str()));
            match std::str::from_utf8(&output.data) {
                Ok(data) => line.data = Some(Text::from(data)),
                Err(_) => line.data_b64 = Some(Text::from(base64::encode(&output.data))),
            }
            line.at = text(output.at.as_ref());
            line.left_out = output.left_out.map(|left| [left.bytes, left.lines]);
        }
        Kind::Line { file, line: number } => {
            line.file = Some(Text::from(file.as_str()));
            line.line = Some(*number);
        }
        Kind::Ps(update) => {
            line.rows = Some(Cow::Borrowed(&update.rows));
            line.gone = listed(&update.gone);
        }
        Kind::Fault(fault) => {
            line.fault = Some(Text::from(fault.fault.as_str()));
            line.detail = Some(Text::from(fault.detail.as_str()));
        }
        Kind::Marker { text } => line.text = Some(Text::from(text.as_str())),
        Kind::End(end) => {
            line.status = Some(Text::from(end.status.as_str()));
            line.detail = text(end.detail.as_ref());
            line.ended = listed(&end.ended);
        }
        Kind::Gate | Kind::Unknown { .. } => {}
    }
}

fn listed(pids: &[i32]) -> Option<Cow<'_, [i32]>> {
    (!pids.is_empty()).then_some(Cow::Borrowed(pids))
}

fn fill_exit(line: &mut Line<'_>, exit: Exit) {
    match exit {
        Exit::Code(code) => line.code = Some(code),
        Exit::Signal(signal) => line.signal = Some(signal),
        Exit::Unknown => line.unknown = Some(true),
    }
}

fn fill_op<'a>(line: &mut Line<'a>, op: &'a Op) {
    line.op = Some(Text::from(op.op.as_str()));
    line.object = text(op.object.as_ref());
    line.ver = op.ver;
    line.at = text(op.at.as_ref());
    line.t0 = op.t0;
    line.result = text(op.result.as_ref());
    line.error = text(op.error.as_ref());
    if op.args != Args::default() {
        line.args = Some(Box::new(wire_args(&op.args)));
    }
}

fn wire_args(args: &Args) -> WireArgs<'_> {
    let values = args.values.as_ref();
    WireArgs {
        class: text(args.class.as_ref()),
        name: text(args.name.as_ref()),
        typecode: text(args.typecode.as_ref()),
        of: text(args.of.as_ref()),
        index: args.index,
        key: text(args.key.as_ref()),
        value: text(args.value.as_ref()),
        values: values.map(|values| values.iter().map(|one| Text::from(one.as_str())).collect()),
        item: text(args.item.as_ref()),
        task: args.task,
        func: text(args.func.as_ref()),
        child: text(args.child.as_ref()),
        pid: args.pid,
        n: args.n,
        timeout: args.timeout,
        blocking: args.blocking,
    }
}
