//! `.zst`: recordings compressed on their way to a file, and uncompressed on their way back.
//!
//! Owns how often a compressed recording can be read by somebody else while it is written (`flush`
//! ends a block, every `FRAME` bytes end a frame with its checksum), how a compressed file is known
//! (by its first bytes, not by its name) and how much memory it may take to read one.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use zstd::stream::read::Decoder;
use zstd::stream::write::Encoder;

/// Level of compression: recordings repeat themselves so closely that the next ones take more time and
/// make most of them larger (at level 3 the examples by up to a tenth).
const LEVEL: i32 = 1;

/// Window written, as a power of two. Lines repeat within a few KiB, and tables of this size are
/// made ready in no time: a run of ten milliseconds would notice.
const WRITTEN_LOG: u32 = 18;

/// Bytes of lines a frame holds: what a damaged byte can spoil.
const FRAME: usize = 1 << 20;

/// Largest window read, as a power of two: what `zstd` itself reads without being asked to.
const WINDOW_LOG: u32 = 27;

/// The first bytes of a frame (RFC 8878, 3.1.1); of a frame to be skipped the first one counts up to
/// sixteen kinds.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// Whether a file of this name is to be written compressed.
pub fn is_compressed_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("zst"))
}

/// Where the lines of a recording go.
pub enum Sink<W: Write> {
    Plain(W),
    Compressed {
        /// `None` after an error only.
        frame: Option<Encoder<'static, W>>,
        /// Bytes the frame has been given.
        given: usize,
    },
}

impl<W: Write> std::fmt::Debug for Sink<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Sink::Plain(_) => "Sink::Plain",
            Sink::Compressed { .. } => "Sink::Compressed",
        })
    }
}

impl<W: Write> Sink<W> {
    /// # Errors
    /// When there is no memory for a compressor.
    pub fn compressed(output: W) -> io::Result<Sink<W>> {
        Ok(Sink::Compressed {
            frame: Some(frame(output)?),
            given: 0,
        })
    }

    /// Compressed or not, as the name says.
    ///
    /// # Errors
    /// As `compressed`.
    pub fn named(path: &Path, output: W) -> io::Result<Sink<W>> {
        if is_compressed_name(path) {
            Sink::compressed(output)
        } else {
            Ok(Sink::Plain(output))
        }
    }

    /// Writes what is left and gives the output back.
    ///
    /// # Errors
    /// What the output reports.
    pub fn finish(self) -> io::Result<W> {
        let mut output = match self {
            Sink::Plain(output) => output,
            Sink::Compressed { frame, .. } => frame.ok_or(io::ErrorKind::BrokenPipe)?.finish()?,
        };
        output.flush()?;
        Ok(output)
    }
}

fn frame<W: Write>(output: W) -> io::Result<Encoder<'static, W>> {
    let mut frame = Encoder::new(output, LEVEL)?;
    frame.include_checksum(true)?;
    frame.window_log(WRITTEN_LOG)?;
    Ok(frame)
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Plain(output) => output.write(bytes),
            Sink::Compressed { frame: open, given } => {
                if *given >= FRAME {
                    let full = open.take().ok_or(io::ErrorKind::BrokenPipe)?;
                    *open = Some(frame(full.finish()?)?);
                    *given = 0;
                }
                let open = open.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
                let written = open.write(bytes)?;
                *given += written;
                Ok(written)
            }
        }
    }

    /// After this, what was written can be read, were we to die now.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Plain(output) => output.flush(),
            Sink::Compressed { frame, .. } => {
                frame.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.flush()
            }
        }
    }
}

/// The lines of a recording, whether it is compressed or not.
///
/// # Errors
/// What the input reports, or no memory for a decompressor. Compressed data that is cut off reports
/// `UnexpectedEof` where it ends, damaged data `InvalidData`; what came before was given.
pub fn uncompressed(input: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    uncompressed_by(input, 1 << 17)
}

/// As `uncompressed`, for who wants the first line only: little more of it is decompressed than asked for.
///
/// # Errors
/// As `uncompressed`.
pub fn beginning(input: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    uncompressed_by(input, 1 << 9)
}

/// `step` bytes are decompressed at a time.
fn uncompressed_by(
    mut input: impl Read + Send + 'static,
    step: usize,
) -> io::Result<Box<dyn BufRead + Send>> {
    let mut begin = Vec::with_capacity(MAGIC.len());
    input
        .by_ref()
        .take(MAGIC.len() as u64)
        .read_to_end(&mut begin)?;
    let compressed = begin == MAGIC || begin.get(1..) == Some(&SKIPPABLE[..]);
    let whole = io::Cursor::new(begin).chain(input);
    if !compressed {
        return Ok(Box::new(BufReader::with_capacity(1 << 16, whole)));
    }
    let mut decoder = Decoder::with_buffer(BufReader::with_capacity(1 << 16, whole))?;
    decoder.window_log_max(WINDOW_LOG)?;
    let lines = BufReader::with_capacity(step, Frames(decoder));
    Ok(Box::new(lines))
}

/// A decompressor whose errors say whether the disk or the data is at fault.
struct Frames<R: BufRead>(Decoder<'static, R>);

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes).map_err(|error| {
            let of_the_data = error.raw_os_error().is_none();
            if of_the_data && error.kind() == io::ErrorKind::Other {
                io::Error::new(io::ErrorKind::InvalidData, error)
            } else {
                error
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, Cursor, ErrorKind, Read as _, Write as _};
    use std::path::Path;

    use super::{FRAME, Sink, uncompressed};

    fn lines(count: usize) -> Vec<u8> {
        let line = |n| format!("{{\"seq\":{n},\"t\":{},\"kind\":\"gate\"}}\n", n * 1013);
        (0..count).map(line).collect::<String>().into_bytes()
    }

    fn compressed(lines: &[u8]) -> Vec<u8> {
        let mut sink = Sink::named(Path::new("a.jsonl.zst"), Vec::new()).unwrap();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            sink.write_all(line).unwrap();
        }
        sink.finish().unwrap()
    }

    #[test]
    fn a_recording_of_several_frames_comes_back() {
        let lines = lines(60_000);
        assert!(lines.len() > 2 * FRAME);
        let small = compressed(&lines);
        assert!(small.len() < lines.len() / 5, "{}", small.len());
        let mut back = Vec::new();
        let mut reader = uncompressed(Cursor::new(small)).unwrap();
        reader.read_to_end(&mut back).unwrap();
        assert!(back == lines);
    }

    #[test]
    fn the_first_bytes_decide_and_a_skippable_frame_is_skipped() {
        let mut plain = uncompressed(Cursor::new(b"{}".to_vec())).unwrap();
        assert_eq!(plain.fill_buf().unwrap(), b"{}");
        let mut bytes = vec![0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        bytes.extend(compressed(b"{}\n"));
        let mut back = String::new();
        let mut reader = uncompressed(Cursor::new(bytes)).unwrap();
        reader.read_to_string(&mut back).unwrap();
        assert_eq!(back, "{}\n");
    }

    #[test]
    fn what_was_flushed_can_be_read_without_an_end() {
        let mut sink = Sink::compressed(Vec::new()).unwrap();
        sink.write_all(b"flushed\n").unwrap();
        sink.flush().unwrap();
        sink.write_all(b"not flushed\n").unwrap();
        let Sink::Compressed {
            frame: Some(frame), ..
        } = &sink
        else {
            panic!("{sink:?}")
        };
        let so_far = frame.get_ref().clone();
        let mut reader = uncompressed(Cursor::new(so_far)).unwrap();
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).unwrap();
        assert_eq!(line, b"flushed\n");
        let error = reader.read_until(b'\n', &mut line).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let mut small = compressed(&lines(1000));
        let middle = small.len() / 2;
        small[middle] ^= 0x55;
        let mut reader = uncompressed(Cursor::new(small)).unwrap();
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }
}
