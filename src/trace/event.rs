//! `Event`: one thing that happened, as the rest of the program reads it.
//!
//! Owns the table of kinds: from it come the type, its words, its reader, its writer and the
//! documentation of the format. To add a kind add it there; the compiler then names `line` (new
//! fields), the fold and the exporters.

use super::field::{Field, Fields, fields};
use super::line::Line;
use super::look::Look;
use super::note::FindingNote;
use super::op::Op;
use super::output::Output;
use super::packet::Packet;
use super::words::{FaultKind, Role, RunStatus, StartMethod};

/// One thing that happened, numbered by the supervisor.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Position in the log, from 1; the only order there is.
    pub seq: u64,
    /// Nanoseconds of `CLOCK_MONOTONIC` since the run began; may run backwards between processes.
    pub t: i64,
    /// Birth number of the process this happened in; 0 is the main process. `None` when the event
    /// belongs to no process of the run (an `end`, a marker, rows of ps).
    pub proc: Option<u32>,
    /// The process's PID as the kernel said it; 0 where `proc` is `None`.
    pub pid: i32,
    /// Thread within the process, where the process has several.
    pub tid: Option<i32>,
    pub kind: Kind,
}

macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $word:literal => $kind:ident
            $( ( $payload:ident: $type:ty ) )?
            $( { $( $(#[$about:meta])* $field:ident: $of:ty ),* $(,)? } )?
    );* $(;)?) => {
        /// What happened: one kind an entry, with its word on the wire. Fields have the wire's names,
        /// stand there in this order, and are documented where they are declared.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Kind {
            $(
                #[doc = concat!("`", $word, "`")]
                #[doc = ""]
                $(#[$doc])*
                $kind $( ($type) )? $( { $( $(#[$about])* $field: $of ),* } )?,
            )*
            /// A kind this version does not know; kept whole as its JSON text.
            Unknown { kind: String, json: String },
        }

        impl Kind {
            /// The words of the kinds this version knows, in the order of the table.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word on the wire.
            #[must_use]
            pub fn word(&self) -> &str {
                match self {
                    $( Kind::$kind { .. } => $word, )*
                    Kind::Unknown { kind, .. } => kind,
                }
            }

            /// The kind that has this word, with its fields; `None` for a word this version does not
            /// know and for fields that make no event of that kind.
            pub(super) fn read(word: &str, line: &mut Line<'_>) -> Option<Kind> {
                Some(match word {
                    $( $word => Kind::$kind
                        $( (<$type as Fields>::read(line)?) )?
                        $( { $( $field: Field::read(line.$field.take()) ),* } )?, )*
                    _ => return None,
                })
            }

            /// Gives every text of the event that may be cut; of output only where it was written.
            pub(crate) fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
                match self {
                    $( Kind::$kind $( ($payload) )? $( { $( $field ),* } )? => {
                        $( $payload.each_text(each); )?
                        $( $( $field.each_text(each); )* )?
                    } )*
                    Kind::Unknown { .. } => {}
                }
            }

            /// Writes the fields of the kind.
            pub(super) fn write(&self, packet: &mut Packet<'_>) {
                match self {
                    $( Kind::$kind $( ($payload) )? $( { $( $field ),* } )? => {
                        $( $payload.write(packet); )?
                        $( $( $field.write(stringify!($field), packet); )* )?
                    } )*
                    // Its own text is written in place of all this.
                    Kind::Unknown { .. } => {}
                }
            }
        }
    };
}

kinds! {
    /// The first event of a process, sent by itself before it does anything. Of a process that others
    /// saw first, a second one may follow: its own, which knows more (`role` was `foreign`, or `main`
    /// of a traced program).
    "process.start" => ProcessStart(start: ProcessStart);
    /// The process has become another program (execve(2)).
    "process.exec" => ProcessExec {
        /// That program's name, without its folder.
        name: String,
        /// Its command line as ps prints it.
        command: String,
    };
    /// The kernel says the process has ended.
    "process.exit" => ProcessExit(exit: Exit);
    /// Its parent (or the guard, for an orphan) collected its status. The event's `proc` and `pid` are
    /// the child's.
    "process.reaped" => ProcessReaped(reaped: Reaped);
    /// One finished operation on an object (gate open: its only event).
    "op" => Op(op: Box<Op>);
    /// The operation is about to block; an `op` follows when it gets through.
    "op.wait" => OpWait(op: Box<Op>);
    /// Gated runs only: the operation is announced and waits for its grant.
    "op.begin" => OpBegin(op: Box<Op>);
    /// Gated runs only: the granted operation is done.
    "op.end" => OpEnd(op: Box<Op>);
    /// Bytes a process wrote.
    "output" => Output(output: Output);
    /// The source line a process has come to (CPython engine).
    "line" => Line { file: String, line: u32 };
    /// Rows of ps that changed since the last one.
    "ps" => Ps(update: PsUpdate);
    /// The supervisor let the announced operation of the event's process go on.
    "gate" => Gate;
    /// Something went wrong or was done to a process from outside.
    "fault" => Fault(fault: Fault);
    /// What every thread does, by the kernel's word, when the run stands still or is about to be ended.
    "look" => Look(look: Box<Look>);
    /// A point worth finding again.
    "marker" => Marker {
        text: String,
        /// The finding that it tells.
        finding: Option<Box<FindingNote>>,
    };
    /// The run is over; the last event.
    "end" => End(end: RunEnd);
}

impl Kind {
    /// The operation, whatever stage of it the event tells.
    #[must_use]
    pub fn op(&self) -> Option<&Op> {
        match self {
            Kind::Op(op) | Kind::OpWait(op) | Kind::OpBegin(op) | Kind::OpEnd(op) => Some(op),
            _ => None,
        }
    }
}

/// Of a `process.start`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessStart {
    pub ppid: i32,
    /// The name of the domain: `MainProcess`, `Process-1`, `ForkPoolWorker-1`, `SyncManager-1`.
    pub name: String,
    pub role: Role,
    pub daemon: bool,
    pub method: StartMethod,
}

fields!(ProcessStart {
    ppid,
    name,
    role,
    daemon,
    method,
});

/// How a process ended: `code`, `signal` or `unknown` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    Code(i32),
    /// Killed by this signal number; CPython's exitcode is its negative.
    Signal(i32),
    /// The kernel would not say. Never guessed to be 0.
    Unknown,
}

impl Exit {
    /// The exit code with CPython's sign convention: −N for signal N, `None` where unknown.
    #[must_use]
    pub fn exitcode(self) -> Option<i32> {
        match self {
            Exit::Code(code) => Some(code),
            Exit::Signal(signal) => Some(-signal),
            Exit::Unknown => None,
        }
    }
}

impl Fields for Exit {
    fn read(line: &mut Line<'_>) -> Option<Exit> {
        Some(match (line.code, line.signal) {
            (Some(code), _) => Exit::Code(code),
            (None, Some(signal)) => Exit::Signal(signal),
            (None, None) => Exit::Unknown,
        })
    }

    fn write(&self, packet: &mut Packet<'_>) {
        match self {
            Exit::Code(code) => packet.value("code", code),
            Exit::Signal(signal) => packet.value("signal", signal),
            Exit::Unknown => packet.value("unknown", &true),
        };
    }

    fn each_text(&mut self, _: &mut dyn FnMut(&mut String)) {}
}

/// Of a `process.reaped`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reaped {
    /// The PID that waited.
    pub by: i32,
    /// The status it was given.
    pub exit: Exit,
}

impl Fields for Reaped {
    fn read(line: &mut Line<'_>) -> Option<Reaped> {
        Some(Reaped {
            by: line.by.unwrap_or(0),
            exit: Exit::read(line)?,
        })
    }

    fn write(&self, packet: &mut Packet<'_>) {
        let Reaped { by, exit } = self;
        exit.write(packet);
        packet.value("by", by);
    }

    fn each_text(&mut self, _: &mut dyn FnMut(&mut String)) {}
}

/// Of a `fault`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub fault: FaultKind,
    /// What happened, in English, for a log; the screen words it from `fault`.
    pub detail: String,
}

fields!(Fault { fault, detail });

/// Of an `end`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    pub status: RunStatus,
    /// Who waited for what, or why it failed; one sentence.
    pub detail: Option<String>,
    /// PIDs that were still alive and had to be ended.
    pub ended: Vec<i32>,
}

fields!(RunEnd {
    status,
    detail,
    ended,
});

fields!(Look {
    stuck,
    threads,
    pipes,
});

/// Changed rows of ps and the PIDs whose row is gone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PsUpdate {
    pub rows: Vec<PsRow>,
    pub gone: Vec<i32>,
}

fields!(PsUpdate { rows, gone });

impl PsRow {
    pub(super) fn texts(&mut self) -> [&mut String; 6] {
        let PsRow {
            user,
            tty,
            stat,
            start,
            time,
            command,
            pid: _,
            ppid: _,
            cpu: _,
            mem: _,
            vsz: _,
            rss: _,
        } = self;
        [user, tty, stat, start, time, command]
    }
}

/// One row as `ps aux` prints it: every column as text already formatted the way procps does.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct PsRow {
    pub pid: i32,
    pub ppid: i32,
    pub user: String,
    /// Tenths of a percent; `ps` prints `0.0`.
    pub cpu: u32,
    pub mem: u32,
    /// KiB.
    pub vsz: u64,
    pub rss: u64,
    pub tty: String,
    pub stat: String,
    pub start: String,
    pub time: String,
    pub command: String,
}
