//! The one log: what an event is, how it stands on the wire and in a recording.
//!
//! Owns `Event` (the domain type every other layer reads), the packet a traced process sends
//! (`Packet`), and the reader and writer of recordings. It knows nothing of processes, of the
//! `World` that folds events, or of the screen.
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
//! | `engine` | text | `native`, `python`, or `trace` for a program of one's own |
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
//! | kind | fields |
//! |---|---|
//! | `process.start` | `ppid` int · `name` text (`MainProcess`, `ForkPoolWorker-1`) · `role` `main`, `process`, `worker`, `manager`, else `foreign` · `daemon` bool · `method` `exec`, `fork`, `spawn`, `forkserver`, else `unknown`. A second one may follow for a process that was seen before it spoke (`role` `foreign`, or `main` of a traced program) |
//! | `process.exec` | `name` text: the program the process has become, without its folder · `command` text: its command line as ps prints it |
//! | `process.exit` | how it ended: `code` int, or `signal` int, or `unknown` true |
//! | `process.reaped` | the same, as the waiting process was told, and `by` int: the PID that waited |
//! | `op` | a finished operation (below) |
//! | `op.wait` | the operation is about to block; its `op` follows when it gets through |
//! | `op.begin`, `op.end` | gated runs: announced, and done after its grant |
//! | `gate` | the announced operation of this process was let through |
//! | `output` | `at` text · `stream` `stdout` or `stderr` · `data` text, or where the bytes are no UTF-8 `data_b64` (RFC 4648 with padding); at most 64 KiB of bytes · `left_out` `[bytes, lines]` that were written here and are not kept, in a recording saved from a session that had no room for all output |
//! | `line` | `file` text · `line` int: where a process has come to (CPython engine) |
//! | `ps` | `rows` list of changed rows (below) · `gone` list of PIDs whose row is gone |
//! | `fault` | `fault` a word of [`FaultKind`], else `other` · `detail` text |
//! | `marker` | `text` text |
//! | `end` | `status` `finished`, `deadlock`, `stopped`, `failed`, else `unknown` · `detail` text · `ended` list of PIDs that had to be ended. The last event |
//!
//! ## Operations
//!
//! `op` a word of [`OpName`] (else `?`) · `object` text: identity of the object, unique in the run
//! (`RLock-1`, `Array-1@PID` where a child made it) · `ver` int: the object's own counter, the order of
//! operations on it · `at` text: `program.rs:12` · `args` object · `t0` int: when it was begun (`t` is
//! when it was logged) · `result` text: what it returned · `error` text: what it raised. Publishing
//! operations are logged before their effect can be seen, consuming ones after it. Values of the program are Python's `repr`.
//!
//! `args` holds what the operation has of: `class`, `name`, `typecode`, `of` (texts) · `index` int · `key`,
//! `value` texts · `values` list of texts · `item` text (`PID:n`, a message's identity) · `task` int ·
//! `func`, `child` texts · `pid` int · `n` int · `timeout` float, seconds · `blocking` bool; see [`Args`].
//!
//! ## Rows of ps
//!
//! `pid`, `ppid` int · `user` text · `cpu`, `mem` int, tenths of a percent · `vsz`, `rss` int, KiB · `tty`,
//! `stat`, `start`, `time`, `command` texts, as `ps aux` prints them. A row has all of them.
//!
//! ## Damage
//!
//! A reader gives what stands before the damage and names its line: a line that is no event, a number
//! that is not the next one, a line too long, compressed data that is cut off or damaged. A recording
//! whose last event is no `end` is not whole.
//!
//! `tests/golden/format-1.jsonl` has every kind, as it is written.

mod base64;
mod compressed;
mod event;
mod line;
mod packet;
mod ps_line;
mod reader;
mod stretch;
mod wire;
mod writer;

pub use compressed::{Sink, beginning, is_compressed_name, uncompressed};
pub use event::{
    Args, Event, Exit, Fault, FaultKind, Kind, LeftOut, Op, OpName, Output, ProcessStart, PsRow,
    PsUpdate, Role, RunEnd, RunStatus, StartMethod, Stream,
};
pub use packet::Packet;
pub use reader::{LONGEST_LINE, ReadError, Reader, copy, read_packet};
pub use stretch::Stretch;
pub use wire::{FORMAT, Header};
pub use writer::{Writer, encode_event};
