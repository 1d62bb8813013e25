//! The closed vocabularies of the log: each an enum whose values have one word on the wire.
//!
//! A new word is one entry here; whoever matches on the enum is told by the compiler. A word this
//! version does not know reads as the value named after `else`.

use serde::de::{Deserialize, Deserializer};

use super::field::Value;
use super::line::Text;

macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $enum:ident $(else $other:ident)? {
        $($(#[$doc:meta])* $variant:ident = $text:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $enum { $($(#[$doc])* $variant),* }

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

        impl Value for $enum {
            fn write(&self, buf: &mut Vec<u8>) {
                // No word has anything to escape.
                buf.push(b'"');
                buf.extend_from_slice(self.as_str().as_bytes());
                buf.push(b'"');
            }
        }

        $(
            impl Default for $enum {
                fn default() -> Self {
                    $enum::$other
                }
            }

            impl<'de> Deserialize<'de> for $enum {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$enum, D::Error> {
                    let word = Text::deserialize(deserializer)?;
                    Ok($enum::parse(word.as_str()).unwrap_or_default())
                }
            }
        )?
    };
}

words! {
    /// What a process is to the program.
    pub enum Role else Foreign {
        /// The tutorial's main process.
        Main = "main",
        /// A `Process` the program started.
        Process = "process",
        /// A worker of a `Pool`.
        Worker = "worker",
        /// The server process of a manager: a service, never scheduled, never 'unfinished'.
        Manager = "manager",
        /// A process the program started by other means; known only by its output or its row in ps.
        Foreign = "foreign",
        /// A process that is not the run's: it was handed one of the run's channels. It is shown and
        /// never touched.
        Guest = "guest",
    }
}

words! {
    /// How a process was started.
    pub enum StartMethod else Unknown {
        /// The main process, started by forklore itself.
        Exec = "exec",
        Fork = "fork",
        Spawn = "spawn",
        Forkserver = "forkserver",
        Unknown = "unknown",
    }
}

words! {
    /// The operations of every object. The object's class gives a word its meaning.
    pub enum OpName else Other {
        Create = "create", Name = "name",
        // Process
        Start = "start", Join = "join", Terminate = "terminate", Kill = "kill", Close = "close",
        IsAlive = "is_alive", ExitCode = "exitcode",
        // Popen; a process by itself
        Communicate = "communicate", SendSignal = "send_signal",
        OsFork = "os.fork", OsWait = "os.wait", OsWaitpid = "os.waitpid", OsExit = "os._exit",
        // threads of a process
        ThreadStart = "thread.start", ThreadEnd = "thread.end", ThreadJoin = "thread.join",
        // Lock, RLock, Semaphore, BoundedSemaphore
        Acquire = "acquire", Release = "release",
        // Event, Condition, Barrier
        SetFlag = "event.set", ClearFlag = "event.clear", IsSet = "event.is_set", Wait = "wait",
        Notify = "notify", NotifyAll = "notify_all", Abort = "abort", Reset = "reset",
        // Value, Array
        GetObj = "get_obj", Get = "get", Set = "set", GetSlice = "get_slice", SetSlice = "set_slice",
        // Queue, SimpleQueue, JoinableQueue, Connection
        Put = "put", QueueGet = "queue.get", TaskDone = "task_done", QueueJoin = "queue.join",
        JoinThread = "join_thread", CancelJoinThread = "cancel_join_thread", QSize = "qsize", Empty = "empty", Full = "full",
        Send = "send", Recv = "recv", Poll = "poll",
        // os.pipe
        Read = "read", Write = "write",
        // SharedMemory
        Attach = "attach", Unlink = "unlink",
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
        Cancel = "cancel",
        // signals
        Signal = "signal", SetWakeupFd = "set_wakeup_fd", Alarm = "alarm", SetITimer = "setitimer",
        // of a process itself
        AtExit = "atexit.register",
        Sleep = "sleep", Print = "print", Flush = "flush", Exit = "exit",
        // of a child of multiprocessing: what its end shows (`endings.py` of the Python package)
        Raise = "raise", Drop = "drop", CopyChanged = "copy.changed", Inherit = "inherit",
        /// A word this version does not know.
        Other = "?",
    }
}

words! {
    /// The classes of objects that have a model of their own, by CPython's names: what `create` says.
    pub enum Class {
        Lock = "Lock", RLock = "RLock",
        Semaphore = "Semaphore", BoundedSemaphore = "BoundedSemaphore",
        Event = "Event", Condition = "Condition", Barrier = "Barrier",
        Array = "Array", SynchronizedArray = "SynchronizedArray",
        SynchronizedString = "SynchronizedString", RawArray = "RawArray",
        Value = "Value", Synchronized = "Synchronized", RawValue = "RawValue",
        Queue = "Queue", SimpleQueue = "SimpleQueue", JoinableQueue = "JoinableQueue",
        Connection = "Connection", PipeConnection = "PipeConnection",
        DictProxy = "DictProxy", Dict = "dict",
        NamespaceProxy = "NamespaceProxy", Namespace = "Namespace",
        ListProxy = "ListProxy", List = "list",
        SyncManager = "SyncManager", Manager = "Manager", BaseManager = "BaseManager",
        Pool = "Pool", ThreadPool = "ThreadPool", ProcessPoolExecutor = "ProcessPoolExecutor",
        ThreadPoolExecutor = "ThreadPoolExecutor",
        // inside one process; a forked one has copies
        ThreadLock = "threading.Lock", ThreadRLock = "threading.RLock",
        ThreadCondition = "threading.Condition", ThreadEvent = "threading.Event",
        ThreadSemaphore = "threading.Semaphore",
        ThreadBoundedSemaphore = "threading.BoundedSemaphore",
        ThreadQueue = "queue.Queue",
        Popen = "Popen", SharedMemory = "SharedMemory", OsPipe = "os.pipe",
    }
}

words! {
    /// A stream a process writes to. An `output` on any other is an unknown event.
    pub enum Stream { Stdout = "stdout", Stderr = "stderr" }
}

words! {
    /// What went wrong, or was done to a process from outside.
    pub enum FaultKind else Other {
        /// A process was killed on the learner's word.
        Killed = "killed",
        /// A process could not be started.
        StartFailed = "start_failed",
        /// Processes can't be followed (ptrace(2) is not allowed here): what neither writes nor
        /// introduces itself is not seen.
        NotFollowed = "not_followed",
        /// All waited and none could go on, in a program that is not ours to end.
        Deadlock = "deadlock",
        /// All wait, but a thread that tells nothing runs.
        AllWaitThread = "all_wait_thread",
        /// All wait, but a timer or a timeout could wake one.
        AllWaitTimer = "all_wait_timer",
        /// All wait, but a signal handler could wake one.
        AllWaitSignal = "all_wait_signal",
        /// All wait, but one waits for what comes from outside the run.
        AllWaitInput = "all_wait_input",
        /// All wait, but what one does can't be seen.
        AllWaitUnseen = "all_wait_unseen",
        /// Processes outlive the traced program and are not waited for.
        LivesOn = "lives_on",
        /// A limit of the system was reached: what the log lacks for it is said.
        Limit = "limit",
        /// A process turned its tracing off (its channel was gone) and went on.
        TracingOff = "tracing_off",
        /// Output was dropped or held back beyond the bound.
        OutputHeld = "output_held",
        /// A packet could not be read.
        BadPacket = "bad_packet",
        /// The recording could not be written any further.
        RecordingStopped = "recording_stopped",
        /// The stage or the guard died from outside.
        StageLost = "stage_lost",
        /// The supervisor contradicted itself; a defect of forklore.
        Internal = "internal",
        /// A word this version does not know.
        Other = "other",
    }
}

words! {
    /// How a run ended.
    pub enum RunStatus else Unknown {
        /// Every process of the run ended by itself.
        Finished = "finished",
        /// All waited and none could wake.
        Deadlock = "deadlock",
        /// The learner (or a signal) stopped it.
        Stopped = "stopped",
        /// The scenario could not be started or went down from outside.
        Failed = "failed",
        /// Nothing said how it ended (a torn recording).
        Unknown = "unknown",
    }
}
