//! The one log: what an event is, and how it is written on the wire and in a recording.
//!
//! Owns `Event` (the domain type that every other layer reads), `Packet` (what a traced process sends),
//! and the reader and writer of recordings. It knows nothing of processes, of the `World` that folds
//! events, or of the screen.
//!
//! # Format 1
//!
//! A recording is JSON Lines in UTF-8, each line ended by a newline, no line longer than 4 MiB. The first
//! line is the header, every further line one event. It is only ever appended to, so that after a crash
//! everything up to the last whole line can be read; a last line without its newline is dropped. It may be
//! compressed by zstd (any number of frames, a window of at most 128 MiB); readers know it by its first
//! bytes, writers compress where the file's name ends in `.zst`.
//!
//! `forklore` in the header is the version of the format. A reader refuses a newer one. Within a version
//! kinds, fields and words may be added: a reader ignores fields it does not know, keeps kinds it does not
//! know as [`Kind::Unknown`], and reads words it does not know as the word named 'else' below. Whoever
//! copies a recording copies its lines ([`copy`], [`Reader::line`]), so that all of that survives to the byte.
//! Fields that are absent have no value; `null` stands for absent. Numbers are integers of 64 bits unless said otherwise.
//!
//! ## Header
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `forklore` | int | version of the format: 1 |
//! | `lesson` | text | slug of the lesson, or the traced command |
//! | `engine` | text | a word of [`Engine`]: `native`, `python`, or `trace` for a program of the user's own |
//! | `program_sha256` | text | SHA-256 of the program's text, hexadecimal |
//! | `argv` | list of texts, may be absent | the traced program and its arguments |
//! | `params` | object | parameters of the lesson by name: int, float, bool or text |
//! | `started` | float | when the run began, seconds since 1970-01-01 UTC |
//! | `kernel` | text | kernel release |
//! | `cpus` | int | processors online |
//! | `time_scale` | float | what every sleep of the program was multiplied by |
//! | `stdout` | text | `tty` or `pipe`: how instrumented stdio was buffered; `pty`: stdio was a real terminal |
//! | `gate` | text | `open`, `paced` or `manual` |
//! | `seed` | int, may be absent | seed of the run's own choices |
//! | `python` | text, may be absent | version of the interpreter |
//! | `version` | text | version of forklore that wrote it |
//!
//! ## Every event
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `seq` | int | place in the log, from 1, without a gap; the only order there is |
//! | `t` | int | ns of `CLOCK_MONOTONIC` since the run began; may run backwards between processes |
//! | `proc` | int, may be absent | birth number of the process, its identity (PIDs wrap); 0 is the main process |
//! | `pid` | int, may be absent | its PID as the kernel said it |
//! | `tid` | int, may be absent | thread, where the process has several |
//! | `kind` | text | one of the kinds below; the fields after it are the kind's |
//!
//! Fields are written in the order of this text. A packet on the event channel is the same object without
//! `seq`, `proc` and `pid`, which only the supervisor may give.
//!
//! ## Kinds
//!
//! [`Kind`] is the table of kinds: each entry names its word and its fields, in the order they are
//! written. [`Args`] is the table of an operation's arguments, [`PsRow`] a row of `ps`. Words of one
//! field (`op`, `role`, `fault` …) are the enums [`OpName`], [`Role`], [`StartMethod`], [`Stream`],
//! [`FaultKind`], [`RunStatus`]; a word nobody knows reads as the one named there for it.
//!
//! Publishing operations are logged before their effect can be seen, consuming ones after it. Values of
//! the program are Python's `repr`.
//!
//! # How to add
//!
//! A kind: an entry in the table of `event`, its new fields in `line`. An argument: an entry in the
//! table of `op`. A word: an entry in its table in `words`. From there on the compiler names what has
//! to follow (the fold, the exporters, the words of the screen), and a test asks for the golden file.
//!
//! ## Damage
//!
//! A reader gives what stands before the damage and names its line: a line that is no event, a number
//! that is not the next one, a line too long, compressed data that is cut off or damaged. A recording
//! whose last event is no `end` is not whole.
//!
//! `tests/golden/format-1.jsonl` has every kind, as it is written.

mod batch;
mod compressed;
mod engine;
mod event;
mod field;
mod header;
mod line;
mod look;
mod note;
mod op;
mod output;
mod packet;
mod ps_line;
mod reader;
mod words;

pub use batch::{Batch, encode_event};
pub use compressed::{Sink, beginning, is_compressed_name, uncompressed};
pub use engine::{Engine, EngineWord};
pub use event::{Event, Exit, Fault, Kind, ProcessStart, PsRow, PsUpdate, Reaped, RunEnd};
pub use header::{FORMAT, Header};
pub use look::{Look, PipeLook, ThreadLook};
pub use note::FindingNote;
pub use op::{Args, BUFFERED, Op};
pub use output::{LeftOut, Output};
pub use packet::Packet;
pub use reader::{LONGEST_LINE, ReadError, Reader, copy, read_packet};
pub use words::{Class, FaultKind, OpName, Role, RunStatus, StartMethod, Stream};
