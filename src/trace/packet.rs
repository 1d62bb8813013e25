//! `Packet`: one event being written, as what a traced process sends or as a recording's line.
//!
//! Used by `mp` for every operation while tracing is on and by the supervisor for every line, so it
//! allocates nothing once its buffer has grown. A packet has no `seq`, `proc` and `pid`, which only
//! the supervisor may give; it is a line without them. `event` says which fields a kind has.

use std::panic::Location;

use super::event::{Event, Exit, Reaped};
use super::field::{Fields as _, Value};
use super::op::Args;
use super::output::write_bytes;
use super::words::{OpName, Role, StartMethod, Stream};

/// One event under construction; `finish` closes the object.
#[derive(Debug)]
pub struct Packet<'a> {
    buf: &'a mut Vec<u8>,
    in_args: bool,
}

impl<'a> Packet<'a> {
    /// Begins a packet of this kind in `buf`, which is emptied first. `t` as in `Event`.
    pub fn new(buf: &'a mut Vec<u8>, t: i64, kind: &str) -> Packet<'a> {
        buf.clear();
        buf.extend_from_slice(b"{\"t\":");
        push_int(buf, t);
        buf.extend_from_slice(b",\"kind\":\"");
        buf.extend_from_slice(kind.as_bytes());
        buf.push(b'"');
        Packet {
            buf,
            in_args: false,
        }
    }

    /// Begins the line of an event after what `buf` holds: everything before the fields of its kind.
    pub(super) fn line(buf: &'a mut Vec<u8>, event: &Event) -> Packet<'a> {
        let mut line = Packet {
            buf,
            in_args: false,
        };
        line.buf.push(b'{');
        if event.seq != 0 {
            line.value("seq", &event.seq);
        }
        line.value("t", &event.t);
        if let Some(proc) = &event.proc {
            line.value("proc", proc);
        }
        if event.pid != 0 {
            line.value("pid", &event.pid);
        }
        if let Some(tid) = &event.tid {
            line.value("tid", tid);
        }
        line.text("kind", event.kind.word());
        line
    }

    /// `process.start`.
    pub fn process_start(
        buf: &'a mut Vec<u8>,
        t: i64,
        ppid: i32,
        name: &str,
        role: Role,
        daemon: bool,
        method: StartMethod,
    ) -> Packet<'a> {
        let mut packet = Packet::new(buf, t, "process.start");
        packet.value("ppid", &ppid).value("name", name);
        packet.value("role", &role).value("daemon", &daemon);
        packet.value("method", &method);
        packet
    }

    /// An `op`, `op.wait`, `op.begin` or `op.end`.
    pub fn op(
        buf: &'a mut Vec<u8>,
        t: i64,
        kind: &str,
        op: OpName,
        object: Option<&str>,
        ver: Option<u64>,
        at: Option<&'static Location<'static>>,
    ) -> Packet<'a> {
        // What every operation has is written by whole pieces: it is most of what tracing costs here.
        let mut packet = Packet::new(buf, t, kind);
        let buf = &mut *packet.buf;
        buf.extend_from_slice(b",\"op\":\"");
        buf.extend_from_slice(op.as_str().as_bytes());
        if let Some(object) = object {
            buf.extend_from_slice(b"\",\"object\":\"");
            push_escaped(buf, object);
        }
        buf.push(b'"');
        if let Some(ver) = ver {
            buf.extend_from_slice(b",\"ver\":");
            push_int(buf, ver);
        }
        if let Some(at) = at {
            packet.place(at);
        }
        packet
    }

    /// `output`: data goes as text where it is UTF-8, else as base64.
    pub fn output(
        buf: &'a mut Vec<u8>,
        t: i64,
        stream: Stream,
        data: &[u8],
        at: Option<&'static Location<'static>>,
    ) -> Packet<'a> {
        let mut packet = Packet::new(buf, t, "output");
        if let Some(at) = at {
            packet.place(at);
        }
        packet.value("stream", &stream);
        write_bytes(data, &mut packet);
        packet
    }

    /// `process.reaped`, sent by whoever waited; `pid` names the child.
    pub fn reaped(buf: &'a mut Vec<u8>, t: i64, pid: i32, by: i32, exit: Exit) -> Packet<'a> {
        let mut packet = Packet::new(buf, t, "process.reaped");
        packet.value("pid", &pid);
        Reaped { by, exit }.write(&mut packet);
        packet
    }

    fn place(&mut self, at: &Location<'_>) {
        let file = at.file().rsplit('/').next().unwrap_or_default();
        self.buf.extend_from_slice(b",\"at\":\"");
        push_escaped(self.buf, file);
        self.buf.push(b':');
        push_int(self.buf, at.line());
        self.buf.push(b'"');
    }

    /// Opens `args`; fields added after this go there until `end_args`.
    pub fn args(&mut self) -> &mut Packet<'a> {
        if !self.in_args {
            self.buf.extend_from_slice(b",\"args\":{");
            self.in_args = true;
        }
        self
    }

    /// Closes `args`; without a field they stay an empty object.
    pub fn end_args(&mut self) -> &mut Packet<'a> {
        if self.in_args {
            self.buf.push(b'}');
            self.in_args = false;
        }
        self
    }

    fn key(&mut self, key: &str) {
        debug_assert!(
            !self.in_args || Args::NAMES.contains(&key),
            "{key} is no argument the table knows: whoever reads the packet would drop it"
        );
        if self.buf.last() != Some(&b'{') {
            self.buf.push(b',');
        }
        self.buf.push(b'"');
        self.buf.extend_from_slice(key.as_bytes());
        self.buf.extend_from_slice(b"\":");
    }

    /// A field of any kind.
    pub(super) fn value(&mut self, key: &str, value: &(impl Value + ?Sized)) -> &mut Packet<'a> {
        self.key(key);
        value.write(self.buf);
        self
    }

    /// A field that is an object, filled by `fill`.
    pub(super) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Packet<'a>)) {
        self.key(key);
        self.buf.push(b'{');
        fill(self);
        self.buf.push(b'}');
    }

    /// A string field.
    pub fn text(&mut self, key: &str, value: &str) -> &mut Packet<'a> {
        self.value(key, value)
    }

    /// A list of strings.
    pub fn texts<T: AsRef<str>>(&mut self, key: &str, values: &[T]) -> &mut Packet<'a> {
        self.key(key);
        push_list(self.buf, values.iter().map(AsRef::as_ref));
        self
    }

    /// An integer field.
    pub fn int(&mut self, key: &str, value: i64) -> &mut Packet<'a> {
        self.value(key, &value)
    }

    /// A number of seconds; what is not finite is left out.
    pub fn seconds(&mut self, key: &str, value: f64) -> &mut Packet<'a> {
        if value.is_finite() {
            self.value(key, &value);
        }
        self
    }

    /// A boolean field.
    pub fn boolean(&mut self, key: &str, value: bool) -> &mut Packet<'a> {
        self.value(key, &value)
    }

    /// Closes the object and gives its bytes.
    pub fn finish(mut self) -> &'a [u8] {
        self.end_args();
        self.buf.push(b'}');
        self.buf
    }
}

pub(super) fn push_int(buf: &mut Vec<u8>, value: impl itoa::Integer) {
    buf.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

pub(super) fn push_list<'t, T: Value + ?Sized + 't>(
    buf: &mut Vec<u8>,
    values: impl IntoIterator<Item = &'t T>,
) {
    buf.push(b'[');
    for (place, value) in values.into_iter().enumerate() {
        if place > 0 {
            buf.push(b',');
        }
        value.write(buf);
    }
    buf.push(b']');
}

pub(super) fn push_quoted(buf: &mut Vec<u8>, text: &str) {
    buf.push(b'"');
    push_escaped(buf, text);
    buf.push(b'"');
}

/// JSON string escapes, the ones serde_json writes.
fn push_escaped(buf: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    // The usual text has nothing to escape, which is found out many bytes at a time.
    let odd = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    if !bytes.iter().fold(false, |any, byte| any | odd(byte)) {
        buf.extend_from_slice(bytes);
        return;
    }
    let mut clean = 0;
    for (i, byte) in bytes.iter().enumerate() {
        let short: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0x08 => b"\\b",
            0x0c => b"\\f",
            0..0x20 => b"",
            _ => continue,
        };
        buf.extend_from_slice(&bytes[clean..i]);
        clean = i + 1;
        if short.is_empty() {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            buf.extend_from_slice(b"\\u00");
            buf.push(HEX[usize::from(byte >> 4)]);
            buf.push(HEX[usize::from(byte & 15)]);
        } else {
            buf.extend_from_slice(short);
        }
    }
    buf.extend_from_slice(&bytes[clean..]);
}

#[cfg(test)]
mod tests {
    use super::super::{Event, Kind, OpName, Stream, encode_event, read_packet};
    use super::Packet;

    /// The writer and the packet agree to the byte, so a recording's line can be made from either.
    fn agrees(packet: &[u8]) -> Event {
        let text = std::str::from_utf8(packet).expect("packets are UTF-8");
        let event = read_packet(packet).expect("a packet reads back");
        let mut again = Vec::new();
        encode_event(&mut again, &event);
        assert_eq!(
            String::from_utf8(again)
                .expect("lines are UTF-8")
                .trim_end(),
            text
        );
        event
    }

    #[test]
    fn a_packet_is_the_line_the_writer_writes() {
        let mut buf = Vec::new();
        let at = std::panic::Location::caller();
        let mut packet = Packet::op(
            &mut buf,
            12,
            "op",
            OpName::Put,
            Some("Queue-1"),
            Some(3),
            Some(at),
        );
        packet
            .args()
            .text("value", "'h\"1\u{1}\n第'")
            .text("item", "7:1")
            .seconds("timeout", 1.0)
            .end_args();
        packet.int("t0", 4);
        packet.text("result", "None");
        let event = agrees(packet.finish());
        let Kind::Op(op) = event.kind else {
            panic!("not an op")
        };
        assert_eq!(op.args.value.as_deref(), Some("'h\"1\u{1}\n第'"));
        assert!(op.at.is_some_and(|at| at.starts_with("packet.rs:")));
    }

    #[test]
    fn output_that_is_not_utf8_survives() {
        let mut buf = Vec::new();
        let packet = Packet::output(&mut buf, 0, Stream::Stdout, b"\xff\x00a", None);
        let Kind::Output(output) = agrees(packet.finish()).kind else {
            panic!("not output")
        };
        assert_eq!(output.data, b"\xff\x00a");
    }
}
