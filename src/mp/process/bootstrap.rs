//! A process from its first instruction to its last (CPython: `BaseProcess._bootstrap`,
//! `util._exit_function`).
//!
//! Owns the fork, what a child does before and after its function, and the same end for the main
//! process: finalizers, SIGTERM to daemonic children, joining the others, flushing, `_exit`.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::CString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use nix::fcntl::{OFlag, open};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;

use super::child::{Child, forget_children, unjoined};
use crate::mp::exceptions::{Exception, SystemExit};
use crate::mp::tracer::{self, Call, Ended, Fill};
use crate::mp::wait::{self, Timeout};
use crate::mp::{context, stdio, util};
use crate::protocol::Grant;
use crate::sys::fork::{Side, exit_now, fork};
use crate::sys::{signal, title};
use crate::trace::{OpName, Role, StartMethod};

/// What the new child is.
#[derive(Debug, Clone)]
pub(crate) struct SpawnSpec {
    pub(crate) name: String,
    pub(crate) path: Vec<u32>,
    pub(crate) role: Role,
    pub(crate) daemon: bool,
}

/// Forks a child that does `work` and ends.
pub(crate) fn spawn(
    spec: &SpawnSpec,
    work: impl FnOnce() -> Option<Exception>,
) -> std::io::Result<Rc<Child>> {
    let parent = context::pid();
    // As much as possible is done before the fork: each page a child first writes to, or runs code
    // from, costs it a microsecond.
    let (own, shown) = (spec.clone(), ProcessTitle::of(&spec.name));
    match fork()? {
        Side::Parent(pid) => Ok(Child::register(pid, &spec.name, spec.daemon)),
        Side::Child => {
            become_child(own, &shown, parent);
            let code = run(work);
            exit_now(finish(code));
        }
    }
}

fn become_child(spec: SpawnSpec, shown: &ProcessTitle, parent: u32) {
    signal::notice_parents_end(parent.cast_signed());
    let (role, daemon) = (spec.role, spec.daemon);
    context::become_child(spec.name, spec.path, role, daemon);
    after_fork();
    shown.show();
    close_stdin();
    let (ppid, name) = (parent.cast_signed(), context::current_name());
    tracer::announce(ppid, &name, role, daemon, StartMethod::Fork);
}

/// Drops what belongs to the parent: its gate, its children, its background work. Then runs what
/// other parts of `mp` registered with `util`.
fn after_fork() {
    tracer::forget_gate();
    forget_children();
    wait::forget_pumps();
    util::forget_finalizers();
    util::run_after_forkers();
}

/// The name of a process as ps shows it: `pool-async: ForkPoolWorker-1`, comm `PoolWorker-1`.
struct ProcessTitle {
    title: String,
    comm: std::io::Result<CString>,
}

impl ProcessTitle {
    fn of(name: &str) -> ProcessTitle {
        ProcessTitle {
            title: context::setting(|settings| format!("{}: {name}", settings.title)),
            // comm has 15 bytes, so the start method is left out.
            comm: title::comm(name.strip_prefix("Fork").unwrap_or(name)),
        }
    }

    /// Sets it for this process.
    fn show(&self) {
        title::set_title(&self.title);
        if let Ok(comm) = &self.comm {
            // If the kernel refuses, the old one stays.
            let _ = title::set_comm(comm);
        }
    }
}

/// CPython gives a child /dev/null for stdin.
fn close_stdin() {
    let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC;
    if let Ok(null) = open(c"/dev/null", flags, Mode::empty()) {
        let _ = nix::unistd::dup2_stdin(null);
    }
}

thread_local! {
    /// The message of the last panic, for the traceback of a program that panicked.
    static PANIC: RefCell<Option<Exception>> = const { RefCell::new(None) };
}

/// Runs the function of a process; its exit code, what it raised printed as CPython prints it.
fn run(work: impl FnOnce() -> Option<Exception>) -> i32 {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(None) => 0,
        Ok(Some(error)) => {
            report(&error);
            1
        }
        Err(payload) => match unwound(payload) {
            Unwound::Exit(code) => code & 0xff,
            Unwound::Panic(error) => {
                report(&error);
                1
            }
        },
    }
}

/// What a caught unwinding was.
pub(crate) enum Unwound {
    Exit(i32),
    Panic(Exception),
}

pub(crate) fn unwound(payload: Box<dyn Any + Send>) -> Unwound {
    match payload.downcast::<SystemExit>() {
        Ok(exit) => Unwound::Exit(exit.0),
        Err(_) => Unwound::Panic(
            PANIC
                .take()
                .unwrap_or_else(|| Exception::new("Panic", "a panic without words")),
        ),
    }
}

fn report(error: &Exception) {
    stdio::flush();
    let head = match context::role() {
        Role::Main => String::new(),
        _ => format!("Process {}:\n", context::current_name()),
    };
    stdio::write_stderr(&format!("{head}{}", error.traceback()));
}

/// The end of every process: finalizers, its children, its output. Gives the exit code back.
fn finish(code: i32) -> i32 {
    if context::role() == Role::Main {
        // CPython flushes the main process's stdio before it joins its children.
        stdio::flush();
    }
    util::run_finalizers(0);
    let children = unjoined();
    for child in children.iter().filter(|child| child.daemon()) {
        if tracer::gated() {
            // The program does not call it, and still others feel it.
            let args: Fill<'_> = &|packet| child.fill(packet, child.name());
            Call::begin_at(OpName::Terminate, None, None, args).done(None, Ended::Plain);
        }
        child.signal(Signal::SIGTERM);
    }
    // Whether a start collected a child is luck, and under the gate nothing is left to that.
    let joined = |child: &&Rc<Child>| tracer::gated() || !child.is_collected();
    for child in children.iter().filter(joined) {
        child.join(child.name(), Timeout::Never, None);
    }
    util::run_finalizers(i32::MIN);
    stdio::flush();
    // Under the gate the end of a process is an operation, for others wait for it; that of a service
    // is not.
    if matches!(context::role(), Role::Main | Role::Process | Role::Worker) {
        let args: Fill<'_> = &|packet| {
            packet.int("n", i64::from(code));
        };
        let call = Call::begin_at(OpName::Exit, None, None, args);
        if call.grant() != Grant::Open {
            call.done(None, Ended::Plain);
        }
    }
    tracer::send_kept();
    code
}

/// Makes this process the main process and runs the program in it; its exit code.
pub fn run_main(ppid: i32, program: impl FnOnce() -> crate::mp::Result<()>) -> i32 {
    std::panic::set_hook(Box::new(|info| {
        let text = info
            .payload_as_str()
            .unwrap_or("a panic without words")
            .to_owned();
        let error = match info.location() {
            Some(at) => Exception {
                at: (at.file().to_owned(), at.line()),
                ..Exception::new("Panic", text)
            },
            None => Exception::new("Panic", text),
        };
        PANIC.set(Some(error));
    }));
    // Without the counter a join would sleep through its child's end.
    if let Err(error) = signal::install_child_counter() {
        stdio::write_stderr(&format!("SIGCHLD can't be handled: {error}\n"));
        return 1;
    }
    // Nothing has to be dropped yet, but this initialises the lists once, before the forks.
    after_fork();
    ProcessTitle::of("MainProcess").show();
    tracer::announce(ppid, "MainProcess", Role::Main, false, StartMethod::Exec);
    let code = run(|| program().err());
    finish(code)
}

/// Ends the main process without running anything of the standard library's exit.
pub fn exit_main(code: i32) -> ! {
    exit_now(code)
}
