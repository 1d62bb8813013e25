//! Format 1 on the wire: the flat JSON object a line or packet is, and its way to and from `Event`.
//!
//! Owns the header, the serde types and both conversions. A word this version does not know makes
//! a `Kind::Unknown` that keeps its text; nothing here decides what an event means.

use serde::{Deserialize, Serialize};

use super::event::{
    Args, Event, Exit, Fault, FaultKind, Kind, Op, OpName, Output, ProcessStart, PsRow, PsUpdate,
    Role, RunEnd, RunStatus, StartMethod, Stream,
};

/// The version of the format this crate writes.
pub const FORMAT: u32 = 1;

/// First line of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Format version.
    pub forklore: u32,
    /// Slug of the lesson, or the traced command.
    pub lesson: String,
    /// `native` or `python`.
    pub engine: String,
    /// SHA-256 of the program's text, hexadecimal.
    pub program_sha256: String,
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
    /// `tty` or `pipe`: the buffering of instrumented stdio.
    pub stdout: String,
    /// `open` or `paced`: how the gate stood.
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

/// The flat object. Field order here is the order written.
#[derive(Debug, Serialize, Deserialize, Default)]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub(super) struct Line {
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seq: u64,
    #[serde(default)]
    pub t: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proc: Option<u32>,
    #[serde(default, skip_serializing_if = "is_zero_pid")]
    pub pid: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tid: Option<i32>,
    pub kind: String,

    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ver: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Box<WireArgs>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t0: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,

    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ppid: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daemon: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,

    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<i32>,

    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_b64: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<PsRow>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Vec<i32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Vec<i32>>,
}

#[derive(Debug, Serialize, Deserialize, Default)]
pub(super) struct WireArgs {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typecode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub func: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocking: Option<bool>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_zero_pid(n: &i32) -> bool {
    *n == 0
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
    let line: Line = serde_json::from_str(json)?;
    Ok(event_of(line, json))
}

fn event_of(line: Line, json: &str) -> Event {
    let (seq, t, proc, pid, tid) = (line.seq, line.t, line.proc, line.pid, line.tid);
    let kind = kind_of(line, json);
    Event {
        seq,
        t,
        proc,
        pid,
        tid,
        kind,
    }
}

fn kind_of(line: Line, json: &str) -> Kind {
    match line.kind.as_str() {
        "process.start" => Kind::ProcessStart(ProcessStart {
            ppid: line.ppid.unwrap_or(0),
            name: line.name.unwrap_or_default(),
            role: Role::from_word(line.role.as_deref().unwrap_or("")),
            daemon: line.daemon.unwrap_or(false),
            method: StartMethod::from_word(line.method.as_deref().unwrap_or("")),
        }),
        "process.exit" => Kind::ProcessExit(exit_of(&line)),
        "process.reaped" => Kind::ProcessReaped {
            by: line.by.unwrap_or(0),
            exit: exit_of(&line),
        },
        "op" => Kind::Op(op_of(line)),
        "op.wait" => Kind::OpWait(op_of(line)),
        "op.begin" => Kind::OpBegin(op_of(line)),
        "op.end" => Kind::OpEnd(op_of(line)),
        "output" => match output_of(line) {
            Some(output) => Kind::Output(output),
            None => Kind::Unknown {
                kind: "output".to_owned(),
                json: json.to_owned(),
            },
        },
        "line" => Kind::Line {
            file: line.file.unwrap_or_default(),
            line: line.line.unwrap_or(0),
        },
        "ps" => Kind::Ps(PsUpdate {
            rows: line.rows.unwrap_or_default(),
            gone: line.gone.unwrap_or_default(),
        }),
        "gate" => Kind::Gate,
        "fault" => Kind::Fault(Fault {
            fault: FaultKind::parse(line.fault.as_deref().unwrap_or(""))
                .unwrap_or(FaultKind::Other),
            detail: line.detail.unwrap_or_default(),
        }),
        "marker" => Kind::Marker {
            text: line.text.unwrap_or_default(),
        },
        "end" => Kind::End(RunEnd {
            status: RunStatus::parse(line.status.as_deref().unwrap_or(""))
                .unwrap_or(RunStatus::Unknown),
            detail: line.detail,
            ended: line.ended.unwrap_or_default(),
        }),
        _ => Kind::Unknown {
            kind: line.kind,
            json: json.to_owned(),
        },
    }
}

fn exit_of(line: &Line) -> Exit {
    match (line.code, line.signal) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Unknown,
    }
}

fn fill_exit(line: &mut Line, exit: Exit) {
    match exit {
        Exit::Code(code) => line.code = Some(code),
        Exit::Signal(signal) => line.signal = Some(signal),
        Exit::Unknown => line.unknown = Some(true),
    }
}

fn op_of(line: Line) -> Box<Op> {
    Box::new(Op {
        op: line
            .op
            .as_deref()
            .and_then(OpName::parse)
            .unwrap_or(OpName::Other),
        object: line.object,
        ver: line.ver,
        at: line.at,
        args: line.args.map(|args| args_of(*args)).unwrap_or_default(),
        t0: line.t0,
        result: line.result,
        error: line.error,
    })
}

fn args_of(wire: WireArgs) -> Args {
    let WireArgs {
        class,
        name,
        typecode,
        of,
        index,
        key,
        value,
        values,
        item,
        task,
        func,
        child,
        pid,
        n,
        timeout,
        blocking,
    } = wire;
    Args {
        class,
        name,
        typecode,
        of,
        index,
        key,
        value,
        values,
        item,
        task,
        func,
        child,
        pid,
        n,
        timeout,
        blocking,
    }
}

fn output_of(line: Line) -> Option<Output> {
    let data = match (line.data, line.data_b64) {
        (Some(text), _) => text.into_bytes(),
        (None, Some(text)) => base64_decode(&text)?,
        (None, None) => Vec::new(),
    };
    Some(Output {
        stream: Stream::parse(line.stream.as_deref()?)?,
        data,
        at: line.at,
    })
}

/// The line of an event. An unknown kind is written as it was read.
pub(super) fn line_of(event: &Event) -> Line {
    let mut line = Line {
        seq: event.seq,
        t: event.t,
        proc: event.proc,
        pid: event.pid,
        tid: event.tid,
        ..Line::default()
    };
    fill_kind(&mut line, &event.kind);
    line
}

fn fill_kind(line: &mut Line, kind: &Kind) {
    let word = match kind {
        Kind::ProcessStart(start) => {
            line.ppid = Some(start.ppid);
            line.name = Some(start.name.clone());
            line.role = Some(start.role.word().to_owned());
            line.daemon = Some(start.daemon);
            line.method = Some(start.method.word().to_owned());
            "process.start"
        }
        Kind::ProcessExit(exit) => {
            fill_exit(line, *exit);
            "process.exit"
        }
        Kind::ProcessReaped { by, exit } => {
            line.by = Some(*by);
            fill_exit(line, *exit);
            "process.reaped"
        }
        Kind::Op(op) => fill_op(line, op, "op"),
        Kind::OpWait(op) => fill_op(line, op, "op.wait"),
        Kind::OpBegin(op) => fill_op(line, op, "op.begin"),
        Kind::OpEnd(op) => fill_op(line, op, "op.end"),
        Kind::Output(output) => {
            line.stream = Some(output.stream.as_str().to_owned());
            match std::str::from_utf8(&output.data) {
                Ok(text) => line.data = Some(text.to_owned()),
                Err(_) => line.data_b64 = Some(base64_encode(&output.data)),
            }
            line.at.clone_from(&output.at);
            "output"
        }
        Kind::Line { file, line: number } => {
            line.file = Some(file.clone());
            line.line = Some(*number);
            "line"
        }
        Kind::Ps(update) => {
            line.rows = Some(update.rows.clone());
            line.gone = (!update.gone.is_empty()).then(|| update.gone.clone());
            "ps"
        }
        Kind::Gate => "gate",
        Kind::Fault(fault) => {
            line.fault = Some(fault.fault.as_str().to_owned());
            line.detail = Some(fault.detail.clone());
            "fault"
        }
        Kind::Marker { text } => {
            line.text = Some(text.clone());
            "marker"
        }
        Kind::End(end) => {
            line.status = Some(end.status.as_str().to_owned());
            line.detail.clone_from(&end.detail);
            line.ended = (!end.ended.is_empty()).then(|| end.ended.clone());
            "end"
        }
        Kind::Unknown { kind, .. } => {
            kind.clone_into(&mut line.kind);
            return;
        }
    };
    word.clone_into(&mut line.kind);
}

fn fill_op(line: &mut Line, op: &Op, word: &'static str) -> &'static str {
    line.op = Some(op.op.as_str().to_owned());
    line.object.clone_from(&op.object);
    line.ver = op.ver;
    line.at.clone_from(&op.at);
    line.t0 = op.t0;
    line.result.clone_from(&op.result);
    line.error.clone_from(&op.error);
    if op.args != Args::default() {
        let Args {
            class,
            name,
            typecode,
            of,
            index,
            key,
            value,
            values,
            item,
            task,
            func,
            child,
            pid,
            n,
            timeout,
            blocking,
        } = op.args.clone();
        line.args = Some(Box::new(WireArgs {
            class,
            name,
            typecode,
            of,
            index,
            key,
            value,
            values,
            item,
            task,
            func,
            child,
            pid,
            n,
            timeout,
            blocking,
        }));
    }
    word
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648 base64 with padding: bytes that are not UTF-8 travel as this.
pub(super) fn base64_encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = (word >> (18 - 6 * place)) & 63;
            text.push(if place <= chunk.len() {
                char::from(BASE64[digit as usize])
            } else {
                '='
            });
        }
    }
    text
}

fn base64_decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut word, mut bits) = (0u32, 0);
    for c in text.bytes() {
        let digit = BASE64.iter().position(|symbol| *symbol == c)?;
        word = word << 6 | u32::try_from(digit).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{base64_decode, base64_encode};

    #[test]
    fn base64_agrees_with_the_rfc_and_goes_back() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
        ] {
            assert_eq!(base64_encode(plain.as_bytes()), coded);
            assert_eq!(base64_decode(coded).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(base64_decode("a*"), None);
    }
}
