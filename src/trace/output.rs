//! `Output`: bytes a process wrote, as text where they are UTF-8, else as base64.
//!
//! Written by whoever reads the streams and by a process that tells its prints. What is done for the
//! eye (escapes, width) is done where they are shown.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::field::{Field as _, Fields};
use super::line::Line;
use super::packet::Packet;
use super::words::Stream;

/// Bytes a process wrote: `data` on the wire where they are UTF-8, else `data_b64` (RFC 4648 with
/// padding); at most 64 KiB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub stream: Stream,
    /// The bytes as written, never sanitised here.
    pub data: Vec<u8>,
    /// Where in the program, for instrumented prints.
    pub at: Option<String>,
    /// What was written here and is not kept, where whoever held the log had no room for all of it.
    pub left_out: Option<LeftOut>,
}

impl Fields for Output {
    /// A stream this version does not know, and base64 that is none, make no output.
    fn read(line: &mut Line<'_>) -> Option<Output> {
        let stream = Stream::parse(line.stream.as_ref()?.as_str())?;
        let data = match (line.data.take(), &line.data_b64) {
            (Some(text), _) => text.into_bytes(),
            (None, Some(text)) => BASE64.decode(text.as_str()).ok()?,
            (None, None) => Vec::new(),
        };
        Some(Output {
            stream,
            data,
            at: line.at.take(),
            left_out: line.left_out.map(|[bytes, lines]| LeftOut { bytes, lines }),
        })
    }

    fn write(&self, packet: &mut Packet<'_>) {
        let Output {
            stream,
            data,
            at,
            left_out,
        } = self;
        at.write("at", packet);
        packet.value("stream", stream);
        write_bytes(data, packet);
        if let Some(LeftOut { bytes, lines }) = left_out {
            packet.value("left_out", &[*bytes, *lines]);
        }
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        self.at.each_text(each);
    }
}

/// The bytes as text where they are UTF-8.
pub(super) fn write_bytes(data: &[u8], packet: &mut Packet<'_>) {
    match std::str::from_utf8(data) {
        Ok(text) => packet.value("data", text),
        Err(_) => packet.value("data_b64", &BASE64.encode(data)),
    };
}

/// Padding was never asked for, and is not now.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How much of an output is not kept: `[bytes, lines]` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    pub bytes: u64,
    /// Ends of lines among them.
    pub lines: u64,
}
