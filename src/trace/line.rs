//! `Line`: the flat JSON object that a line of a recording or a packet is, being read.
//!
//! Owns the names and types of the fields; `event` says which of them a kind has, and a field it names
//! that is not here does not compile. Words are borrowed from what is read, so that they cost no
//! allocation.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::event::{Event, Kind, PsRow};
use super::look::{PipeLook, ThreadLook};
use super::note::FindingNote;
use super::op::Args;
use super::words::{FaultKind, OpName, Role, RunStatus, StartMethod};

/// A text; borrowed unless an escape stands in it. (serde borrows a plain `Cow` field, but none
/// within an `Option`.)
#[derive(Debug, Default, Clone)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

/// The flat object. Who writes one stands in `packet`.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub(super) struct Line<'a> {
    #[serde(default)]
    pub seq: u64,
    #[serde(default)]
    pub t: i64,
    pub proc: Option<u32>,
    #[serde(default)]
    pub pid: i32,
    pub tid: Option<i32>,
    #[serde(borrow)]
    pub kind: Option<Text<'a>>,

    pub op: Option<OpName>,
    pub object: Option<String>,
    pub ver: Option<u64>,
    pub at: Option<String>,
    pub args: Option<Box<Args>>,
    pub t0: Option<i64>,
    pub result: Option<String>,
    pub error: Option<String>,

    pub ppid: Option<i32>,
    pub name: Option<String>,
    pub role: Option<Role>,
    pub daemon: Option<bool>,
    pub method: Option<StartMethod>,
    pub command: Option<String>,

    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub by: Option<i32>,

    pub stream: Option<Text<'a>>,
    pub data: Option<String>,
    pub data_b64: Option<Text<'a>>,
    pub left_out: Option<[u64; 2]>,
    pub file: Option<String>,
    pub line: Option<u32>,
    pub rows: Option<Vec<PsRow>>,
    pub gone: Option<Vec<i32>>,
    pub fault: Option<FaultKind>,
    pub stuck: Option<bool>,
    pub threads: Option<Vec<ThreadLook>>,
    pub pipes: Option<Vec<PipeLook>>,
    pub text: Option<String>,
    pub finding: Option<Box<FindingNote>>,
    pub status: Option<RunStatus>,
    pub detail: Option<String>,
    pub ended: Option<Vec<i32>>,
}

/// Reads one line. Its text is kept where its kind is unknown.
pub(super) fn decode(json: &str) -> Result<Event, serde_json::Error> {
    let mut line: Line<'_> = serde_json::from_str(json)?;
    let word = line.kind.take();
    let word = word.ok_or_else(|| Error::missing_field("kind"))?;
    let word = word.as_str();
    let kind = Kind::read(word, &mut line).unwrap_or_else(|| Kind::Unknown {
        kind: word.to_owned(),
        json: json.to_owned(),
    });
    Ok(Event {
        seq: line.seq,
        t: line.t,
        proc: line.proc,
        pid: line.pid,
        tid: line.tid,
        kind,
    })
}
