//! `multiprocessing` in Rust: CPython 3.13's names, semantics and error texts on real fork(2).
//!
//! Programs of lessons are written against this. Every operation can be traced: it then sends one
//! event in the right place (see `tracer`), and costs one load where tracing is off.
//!
//! | CPython file | ours | |
//! |---|---|---|
//! | process.py, popen_fork.py | `process` | fork, join, exit codes, the end of a process |
//! | context.py | `context` | names, identity, settings of the run |
//! | synchronize.py | `synchronize` | Lock, RLock, Semaphore, BoundedSemaphore, Event, Condition, Barrier |
//! | sharedctypes.py | `sharedctypes` | Value, Array |
//! | queues.py | `queues` | Queue, SimpleQueue, JoinableQueue |
//! | connection.py | `connection` | Pipe, Connection |
//! | managers.py | `managers` | Manager, its server process and proxies |
//! | pool.py | `pool` | Pool, AsyncResult |
//! | heap.py | `heap` | shared memory |
//! | util.py | `util` | finalizers |
//! | (waiting) | `wait` | sleeping on futex words |
//! | (plain values) | `crate::object` | a value of any of Python's plain types, `repr` |
//! | (print, time.sleep) | `stdio`, `process::sleep` | buffering as on a terminal or into a pipe |
//!
//! `# Errors` names what CPython's documentation does not. Every constructor that shares memory
//! raises `OSError` when the system has none left.
//!
//! # Deliberate differences
//! - No primitive starts a thread in a program's process. The work of CPython's threads (a queue's
//!   feeder, a pool's handlers) is done inside calls of `mp`, so callbacks and the replacement of
//!   workers wait while the program computes.
//! - Locks are futex words that hold their owner's PID, not POSIX semaphores. As with those, a lock
//!   stays locked when its owner dies, and waiters are not served in order.
//! - A manager's server accepts every process of its own user (`SO_PEERCRED`); CPython checks a key.
//!   The server and its objects live until `shutdown` or the end of their creator; CPython frees them
//!   when nothing refers to them any more.
//! - A process killed in the middle of a queue or pool operation leaves the object usable: half a
//!   message is dropped, and another reader or worker takes over. CPython's stay locked.
//! - Children outlive a parent that is killed, as CPython's do, but not the guard and the supervisor of
//!   their run both (`sys::signal`).
//! - A manager makes `dict`, `list` and `Namespace`. It has no `Lock`, `RLock`, `Semaphore`, `Event`,
//!   `Condition`, `Barrier`, `Queue`, `Value`, `Array` or `Pool` of its own, and takes no classes by
//!   `register`; a `ListProxy` has no slices with a step and no assignment to slices.
//! - `imap` takes all its items at once (CPython's task thread takes them as the pipe has room, so an
//!   endless iterable works there); a pool's callbacks are called before the result is ready, as
//!   CPython's, but in the main process's own calls of `mp`.
//! - Values that cross processes are serde types; a queue carries one type.
//! - A function given to a pool is a `fn` item: what captures its surroundings is refused when it
//!   is compiled, where CPython's pickle refuses it when it is run.

mod codec;
mod connection;
pub mod context;
mod exceptions;
mod heap;
mod managers;
mod pool;
mod process;
mod queues;
mod ring;
mod sharedctypes;
mod stdio;
mod synchronize;
pub mod tracer;
mod util;
mod wait;

pub use crate::object::Object;
pub use crate::print_py as print;
pub use codec::Bytes;
pub use connection::{Connection, pipe};
pub use context::{Settings, configure, current_name};
pub use exceptions::{Exception, Outcome, Result, exit};
pub use managers::{DictProxy, ListProxy, Manager, NamespaceProxy};
pub use pool::{AsyncResult, Callbacks, IMap, Pool, PoolOptions, Returned, Task};
pub use process::{Process, Target, active_children, exit_main, run_main, sleep};
pub use queues::{JoinableQueue, Queue, SimpleQueue};
pub use sharedctypes::{Array, ArrayIter, Locking, Value};
pub use stdio::{flush, print_end, print_line, write_stderr};
pub use synchronize::{
    AnyLock, Barrier, BoundedSemaphore, Condition, Event, Lock, RLock, Semaphore,
};
