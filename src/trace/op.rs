//! `Op`: one operation on an object, and the table of the arguments an operation can have.
//!
//! From the table come the type, its names, its reader and its writer. To add an argument add it there;
//! the compiler then names the exporters that have to say what becomes of it.

use super::field::{Field, Fields, fields};
use super::packet::Packet;
use super::words::OpName;

/// `key` of a `print` whose `value` is text that lies in the process's buffer: not written yet, and
/// copied into a forked child.
pub const BUFFERED: &str = "buffered";

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

fields!(Op {
    op,
    object,
    ver,
    at,
    args,
    t0,
    result,
    error,
});

impl Op {
    /// Every text in it.
    pub(crate) fn texts(&mut self, each: &mut dyn FnMut(&mut String)) {
        Fields::each_text(self, each);
    }
}

macro_rules! args {
    ($( $(#[$doc:meta])* $arg:ident: $type:ty ),* $(,)?) => {
        /// Arguments of an operation; each is present only where the operation has it.
        ///
        /// Values of the learner's program are carried as Python's `repr` text. (Read as it stands:
        /// every name and type here is the wire's.)
        #[derive(Debug, Clone, PartialEq, Default, serde::Deserialize)]
        pub struct Args {
            $( $(#[$doc])* pub $arg: Option<$type> ),*
        }

        impl Args {
            /// The names of all arguments, in the order they are written.
            pub const NAMES: &'static [&'static str] = &[$( stringify!($arg) ),*];

            fn write_each(&self, packet: &mut Packet<'_>) {
                $( Field::write(&self.$arg, stringify!($arg), packet); )*
            }

            fn texts_of_each(&mut self, each: &mut dyn FnMut(&mut String)) {
                $( Field::each_text(&mut self.$arg, each); )*
            }
        }
    };
}

args! {
    /// `create`: the class (`RLock`, `Array`, `Queue`, `Pool`, `DictProxy` …).
    class: String,
    /// `create`, `name`: the variable's name in the program, for people.
    name: String,
    /// `create` of an Array/Value: its type code, one character.
    typecode: String,
    /// `create` of an Array/Value/Condition: the object that is its lock. `create` of a proxy: its
    /// manager. `create` of a Connection: its other end.
    of: String,
    /// `get`, `set` of an Array or a list: the index.
    index: i64,
    /// Dictionary key or attribute name. `print`: [`BUFFERED`].
    key: String,
    /// The value written, put, sent or given as arguments of a task.
    value: String,
    /// Several values: initial cells of an Array, result of an update (key, value, key, value …).
    values: Vec<String>,
    /// `put`, `get`, `send`, `recv`: identity of the message, `PID:n` of its producer.
    item: String,
    /// `submit`, `task.start`, `task.end`, `result.*`: the task's number in its pool, from 0.
    task: u64,
    /// `submit`, `start`: the function's name.
    func: String,
    /// `start`, `join`, `terminate`, `kill`: the child's name …
    child: String,
    /// … and its PID, once it has one.
    pid: i32,
    /// Capacity, count, recursion depth, number of parties, number of workers, initial value.
    n: i64,
    /// Seconds; absent means for ever.
    timeout: f64,
    /// `submit`: which functions get to know of the result: `callback`, `error_callback`, or both.
    callbacks: String,
    /// `acquire`, `put`, `get`: false when the caller would not wait.
    blocking: bool,
}

impl Field for Args {
    type Wire = Box<Args>;

    fn read(wire: Option<Box<Args>>) -> Args {
        wire.map_or_else(Args::default, |args| *args)
    }

    /// Without any there is no field.
    fn write(&self, key: &str, packet: &mut Packet<'_>) {
        if *self != Args::default() {
            packet.object(key, |packet| self.write_each(packet));
        }
    }

    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        self.texts_of_each(each);
    }
}
