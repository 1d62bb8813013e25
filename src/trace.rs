//! The one log: what an event is, how it stands on the wire and in a recording.
//!
//! Owns `Event` (the domain type every other layer reads), the packet a traced process sends
//! (`Packet`), and the reader and writer of recordings. It knows nothing of processes, of the
//! `World` that folds events, or of the screen.
//!
//! # Format 1
//!
//! A recording is JSON Lines. The first line is the header (`Header`), every further line one
//! event: `{"seq","t","proc","pid","kind",…}`. `seq` counts from 1 without a gap and is the only
//! order; `t` is nanoseconds of `CLOCK_MONOTONIC` since the run began and may run backwards between
//! processes; `proc` is the birth number of the process (identity), `pid` what the kernel said.
//! A packet on the event channel is the same object without `seq`, `proc` and `pid`, which only the
//! supervisor may give. Every field of every kind is described at [`Kind`].

mod compressed;
mod event;
mod packet;
mod ps_line;
mod reader;
mod wire;
mod writer;

pub use compressed::{Sink, is_compressed_name, uncompressed};
pub use event::{
    Args, Event, Exit, Fault, FaultKind, Kind, Op, OpName, Output, ProcessStart, PsRow, PsUpdate,
    Role, RunEnd, RunStatus, StartMethod, Stream,
};
pub use packet::Packet;
pub use reader::{ReadError, Reader, copy, read_packet};
pub use wire::{FORMAT, Header};
pub use writer::{Writer, encode_event};
