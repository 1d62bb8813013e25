//! `Event`: one thing that happened, as the rest of the program reads it.
//!
//! Owns the domain vocabulary (kinds, operations, exits, rows of ps). Refuses to know the wire:
//! `wire` turns these types into JSON and back, so that a format version can change there alone.

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

/// What happened. Field names are the wire's field names.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `process.start`: the first event of a process, sent by itself before it does anything. Of a
    /// process that others saw first, a second one may follow: its own, which knows more.
    ProcessStart(ProcessStart),
    /// `process.exec`: the process has become another program (execve(2)). `name` is that program's,
    /// without its folder; `command` its command line as ps prints it.
    ProcessExec { name: String, command: String },
    /// `process.exit`: the kernel says the process has ended.
    ProcessExit(Exit),
    /// `process.reaped`: its parent (or the guard, for an orphan) collected its status. The event's
    /// `proc`/`pid` are the child's; `by` is the PID that waited, `exit` the status it was given.
    ProcessReaped { by: i32, exit: Exit },
    /// `op`: one finished operation on an object (gate open: its only event).
    Op(Box<Op>),
    /// `op.wait`: the operation is about to block; an `op` follows when it gets through.
    OpWait(Box<Op>),
    /// `op.begin`: gated runs only; the operation is announced and waits for its grant.
    OpBegin(Box<Op>),
    /// `op.end`: gated runs only; the granted operation is done.
    OpEnd(Box<Op>),
    /// `output`: bytes a process wrote.
    Output(Output),
    /// `line`: the source line a process has come to (CPython engine).
    Line { file: String, line: u32 },
    /// `ps`: rows that changed since the last one.
    Ps(PsUpdate),
    /// `gate`: the supervisor let the announced operation of the event's process go on.
    Gate,
    /// `fault`: something went wrong or was done to a process from outside.
    Fault(Fault),
    /// `marker`: a point worth finding again.
    Marker { text: String },
    /// `end`: the run is over; the last event.
    End(RunEnd),
    /// A kind this version does not know; kept whole as its JSON text.
    Unknown { kind: String, json: String },
}

impl Kind {
    /// The word on the wire.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Kind::ProcessStart(_) => "process.start",
            Kind::ProcessExec { .. } => "process.exec",
            Kind::ProcessExit(_) => "process.exit",
            Kind::ProcessReaped { .. } => "process.reaped",
            Kind::Op(_) => "op",
            Kind::OpWait(_) => "op.wait",
            Kind::OpBegin(_) => "op.begin",
            Kind::OpEnd(_) => "op.end",
            Kind::Output(_) => "output",
            Kind::Line { .. } => "line",
            Kind::Ps(_) => "ps",
            Kind::Gate => "gate",
            Kind::Fault(_) => "fault",
            Kind::Marker { .. } => "marker",
            Kind::End(_) => "end",
            Kind::Unknown { kind, .. } => kind,
        }
    }

    /// The operation, whatever stage of it the event tells.
    #[must_use]
    pub fn op(&self) -> Option<&Op> {
        match self {
            Kind::Op(op) | Kind::OpWait(op) | Kind::OpBegin(op) | Kind::OpEnd(op) => Some(op),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessStart {
    pub ppid: i32,
    /// The name of the domain: `MainProcess`, `Process-1`, `ForkPoolWorker-1`, `SyncManager-1`.
    pub name: String,
    pub role: Role,
    pub daemon: bool,
    pub method: StartMethod,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The tutorial's main process.
    Main,
    /// A `Process` the program started.
    Process,
    /// A worker of a `Pool`.
    Worker,
    /// The server process of a manager: a service, never scheduled, never 'unfinished'.
    Manager,
    /// A process the program started by other means; known only by its output or its row in ps.
    Foreign,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StartMethod {
    /// The main process, started by forklore itself.
    Exec,
    Fork,
    Spawn,
    Forkserver,
    Unknown,
}

/// How a process ended.
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

/// One operation on an object, or of a process.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Op {
    pub op: OpName,
    /// Identity of the object, unique in the run: `RLock-1`; `None` for operations of a process
    /// (`sleep`, `print`, `start`, `join`).
    pub object: Option<String>,
    /// The object's own counter at this operation: the order of operations on one object.
    pub ver: Option<u64>,
    /// Where in the program: `program.rs:12`.
    pub at: Option<String>,
    pub args: Args,
    /// When the operation was begun (ns, like `t`); `t` is when it was logged.
    pub t0: Option<i64>,
    /// What it returned, as Python's `repr` would print it.
    pub result: Option<String>,
    /// What it raised: `ValueError: Pool not running`.
    pub error: Option<String>,
}

/// Arguments of an operation; each is present only where the operation has it.
///
/// Values of the learner's program are carried as Python's `repr` text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Args {
    /// `create`: the class (`RLock`, `Array`, `Queue`, `Pool`, `DictProxy` …).
    pub class: Option<String>,
    /// `create`, `name`: the variable's name in the program, for people.
    pub name: Option<String>,
    /// `create` of an Array/Value: its type code, one character.
    pub typecode: Option<String>,
    /// `create` of an Array/Value/Condition: the object that is its lock. `create` of a proxy: its
    /// manager. `create` of a Connection: its other end.
    pub of: Option<String>,
    /// `get`, `set` of an Array or a list: the index.
    pub index: Option<i64>,
    /// Dictionary key or attribute name.
    pub key: Option<String>,
    /// The value written, put, sent or given as arguments of a task.
    pub value: Option<String>,
    /// Several values: initial cells of an Array, result of an update (key, value, key, value …).
    pub values: Option<Vec<String>>,
    /// `put`, `get`, `send`, `recv`: identity of the message, `PID:n` of its producer.
    pub item: Option<String>,
    /// `submit`, `task.start`, `task.end`, `result.*`: the task's number in its pool, from 0.
    pub task: Option<u64>,
    /// `submit`, `start`: the function's name.
    pub func: Option<String>,
    /// `start`, `join`, `terminate`, `kill`: the child's name …
    pub child: Option<String>,
    /// … and its PID, once it has one.
    pub pid: Option<i32>,
    /// Capacity, count, recursion depth, number of parties, number of workers, initial value.
    pub n: Option<i64>,
    /// Seconds; absent means for ever.
    pub timeout: Option<f64>,
    /// `acquire`, `put`, `get`: false when the caller would not wait.
    pub blocking: Option<bool>,
}

macro_rules! names {
    ($(#[$meta:meta])* $vis:vis enum $enum:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $enum { $($variant),* }

        impl $enum {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$enum] = &[$($enum::$variant),*];

            /// The word on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($enum::$variant => $text),* }
            }

            /// The value whose word this is.
            #[must_use]
            pub fn parse(word: &str) -> Option<$enum> {
                match word { $($text => Some($enum::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

names! {
    /// The operations of every object. The object's class gives a word its meaning.
    pub enum OpName {
        Create = "create", Name = "name",
        // Process
        Start = "start", Join = "join", Terminate = "terminate", Kill = "kill", Close = "close",
        IsAlive = "is_alive", ExitCode = "exitcode",
        // Lock, RLock, Semaphore, BoundedSemaphore
        Acquire = "acquire", Release = "release",
        // Event, Condition, Barrier
        SetFlag = "event.set", ClearFlag = "event.clear", IsSet = "event.is_set", Wait = "wait",
        Notify = "notify", NotifyAll = "notify_all", Abort = "abort", Reset = "reset",
        // Value, Array
        Get = "get", Set = "set", GetSlice = "get_slice", SetSlice = "set_slice",
        // Queue, SimpleQueue, JoinableQueue, Connection
        Put = "put", QueueGet = "queue.get", TaskDone = "task_done", QueueJoin = "queue.join",
        JoinThread = "join_thread", CancelJoinThread = "cancel_join_thread", QSize = "qsize", Empty = "empty", Full = "full",
        Send = "send", Recv = "recv", Poll = "poll",
        // proxies of a manager
        DictSet = "dict.set", DictGet = "dict.get", DictDel = "dict.del", DictPop = "dict.pop",
        DictValues = "dict.values", DictKeys = "dict.keys", DictItems = "dict.items",
        DictUpdate = "dict.update", DictClear = "dict.clear", DictLen = "dict.len",
        DictContains = "dict.contains", DictSetDefault = "dict.setdefault", DictCopy = "dict.copy",
        ListAppend = "list.append", ListGet = "list.get", ListSet = "list.set", ListDel = "list.del",
        ListPop = "list.pop", ListInsert = "list.insert", ListExtend = "list.extend",
        ListLen = "list.len", ListItems = "list.items", ListRemove = "list.remove",
        ListContains = "list.contains", ListIndex = "list.index", ListCount = "list.count",
        ListSort = "list.sort", ListReverse = "list.reverse", ListClear = "list.clear",
        NamespaceGet = "namespace.get", NamespaceSet = "namespace.set", NamespaceDel = "namespace.del",
        Shutdown = "shutdown",
        // Pool
        Submit = "submit", TaskStart = "task.start", TaskEnd = "task.end", ResultReady = "result.ready",
        ResultGet = "result.get", ResultWait = "result.wait", Ready = "ready", Successful = "successful",
        // of a process itself
        Sleep = "sleep", Print = "print",
        // A word this version does not know.
        Other = "?",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the macro that declares the enum has no place for #[default]"
)]
impl Default for OpName {
    fn default() -> Self {
        OpName::Other
    }
}

names! {
    pub enum Stream { Stdout = "stdout", Stderr = "stderr" }
}

names! {
    pub enum FaultKind {
        // A process was killed on the learner's word.
        Killed = "killed",
        // A process could not be started.
        StartFailed = "start_failed",
        // Processes can't be followed (ptrace(2) is not allowed here): what neither writes nor
        // introduces itself is not seen.
        NotFollowed = "not_followed",
        // All waited and none could go on, in a program that is not ours to end.
        Deadlock = "deadlock",
        // A process turned its tracing off (its channel was gone) and went on.
        TracingOff = "tracing_off",
        // Output was dropped or held back beyond the bound.
        OutputHeld = "output_held",
        // A packet could not be read.
        BadPacket = "bad_packet",
        // The recording could not be written any further.
        RecordingStopped = "recording_stopped",
        // The stage or the guard died from outside.
        StageLost = "stage_lost",
        // The supervisor contradicted itself; a defect of forklore.
        Internal = "internal",
        Other = "other",
    }
}

names! {
    /// How a run ended.
    pub enum RunStatus {
        // Every process of the run ended by itself.
        Finished = "finished",
        // All waited and none could wake.
        Deadlock = "deadlock",
        // The learner (or a signal) stopped it.
        Stopped = "stopped",
        // The scenario could not be started or went down from outside.
        Failed = "failed",
        // Nothing said how it ended (a torn recording).
        Unknown = "unknown",
    }
}

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

/// How much of an output is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    pub bytes: u64,
    /// Ends of lines among them.
    pub lines: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub fault: FaultKind,
    /// What happened, in English, for a log; the screen words it from `fault`.
    pub detail: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    pub status: RunStatus,
    /// Who waited for what, or why it failed; one sentence.
    pub detail: Option<String>,
    /// PIDs that were still alive and had to be ended.
    pub ended: Vec<i32>,
}

/// Changed rows of ps and the PIDs whose row is gone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PsUpdate {
    pub rows: Vec<PsRow>,
    pub gone: Vec<i32>,
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
