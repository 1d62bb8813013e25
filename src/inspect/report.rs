//! What was seen of a program: a row for each process, and the findings.

use super::doing::doing;
use super::graph::{Graph, What};
use super::place;
use super::process::Process;
use super::program::Program;
use super::rules;
use super::view::View;
use crate::finding::Finding;
use crate::lesson::Words;
use crate::proc::Memory;
use crate::proc::file;
use crate::sys::stat::Stat;
use crate::text::clean;

/// A program as it was at one moment.
#[derive(Debug)]
pub struct Report {
    /// In the order of their birth; the first is the program's first.
    pub processes: Vec<Row>,
    pub findings: Vec<Finding>,
    /// A process was too large for its memory to be searched whole.
    pub bounded: bool,
    /// There are more processes than were looked at.
    pub left_out: bool,
    /// Somebody waits for what will not come.
    pub stuck: bool,
}

/// A process.
#[derive(Debug, PartialEq)]
pub struct Row {
    pub pid: i32,
    pub ppid: i32,
    pub name: String,
    pub command: String,
    /// As ps shows it.
    pub state: char,
    /// `3.11`.
    pub python: Option<String>,
    pub note: Option<Note>,
    /// The main thread first.
    pub threads: Vec<ThreadRow>,
}

/// Why less than usual is known of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A Python of this version, whose structures are not known.
    Python(String),
    NotPermitted,
    /// Ended, its status as `exitcode` has it, and not collected.
    Zombie(i64),
}

#[derive(Debug, PartialEq)]
pub struct ThreadRow {
    pub tid: i32,
    /// As Python calls it; `None` of the main thread and of threads without Python.
    pub name: Option<String>,
    pub doing: Words,
    /// It waits for what will not come.
    pub stuck: bool,
    /// It serves others and is idle.
    pub idle: bool,
    /// `file:line function`, innermost first; whether it is the program's own.
    pub stack: Vec<(String, bool)>,
}

/// Why a program could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookError {
    Gone,
    /// It has ended; the PID of its parent, which has not collected it.
    Zombie(i32),
    /// A thread of the kernel: it has no memory and no descriptors.
    Kernel(String),
    Denied(Denied),
}

/// What keeps us from seeing a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// It belongs to this user (a number where there is no name).
    User(String),
    /// `kernel.yama.ptrace_scope`.
    Yama(u8),
    /// Root of a container, or a security module.
    Root,
    Other,
}

/// Looks at the program that a process belongs to.
///
/// # Errors
/// `LookError` when there is no such process, or it may not be seen.
pub fn look(pid: i32) -> Result<Report, LookError> {
    let pid = process_of(pid);
    let stat = Stat::of(pid).ok_or(LookError::Gone)?;
    if stat.is_dead() {
        return Err(LookError::Zombie(stat.ppid));
    }
    if is_kernel(pid) {
        return Err(LookError::Kernel(clean(&stat.name).into_owned()));
    }
    if let Some(denied) = denied(pid) {
        return Err(LookError::Denied(denied));
    }
    let program = Program::look(pid).ok_or(LookError::Gone)?;
    let mut graph = Graph::of(&program);
    graph.settle();
    Ok(report(&graph))
}

/// The process of a thread, which may be meant by its number.
fn process_of(tid: i32) -> i32 {
    let status = file(tid, "status");
    let status = String::from_utf8_lossy(&status);
    let own = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    own.and_then(|pid| pid.trim().parse().ok()).unwrap_or(tid)
}

/// Whether it is a thread of the kernel: `PF_KTHREAD` in its flags, the ninth field of its stat.
fn is_kernel(pid: i32) -> bool {
    const PF_KTHREAD: u64 = 0x0020_0000;
    let stat = file(pid, "stat");
    let stat = String::from_utf8_lossy(&stat);
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let flags = after.split_ascii_whitespace().nth(6);
    flags
        .and_then(|flags| flags.parse::<u64>().ok())
        .is_some_and(|flags| flags & PF_KTHREAD != 0)
}

/// Why the memory of a process may not be read.
fn denied(pid: i32) -> Option<Denied> {
    use std::os::unix::fs::MetadataExt as _;
    if std::fs::File::open(format!("/proc/{pid}/mem")).is_ok() {
        return None;
    }
    // Gone meanwhile.
    let owner = std::fs::metadata(format!("/proc/{pid}")).ok()?.uid();
    let own = nix::unistd::geteuid();
    if owner != own.as_raw() {
        let user = nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(owner));
        let name = user.ok().flatten().map(|user| user.name);
        return Some(Denied::User(name.unwrap_or_else(|| owner.to_string())));
    }
    Some(match yama_scope() {
        Some(scope) => Denied::Yama(scope),
        _ if own.is_root() => Denied::Root,
        _ => Denied::Other,
    })
}

/// `kernel.yama.ptrace_scope`, where it restricts who may look at whom.
pub fn yama_scope() -> Option<u8> {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").ok()?;
    scope.trim().parse().ok().filter(|scope| *scope > 0)
}

/// Reads memory of this process as that of others is read: whether the system allows the call.
///
/// # Errors
/// What the kernel, or a container's filter of system calls, answers.
pub fn try_memory() -> std::io::Result<()> {
    let word = [0_u8; 8];
    let own = Memory::of(std::process::id().cast_signed());
    own.fill(word.as_ptr() as u64, &mut [0; 8])?;
    Ok(())
}

fn report<'a>(graph: &'a Graph<'a>) -> Report {
    let program = graph.program;
    let rows = program.processes.iter().enumerate();
    let serving = |at: usize| graph.nodes[at].serves;
    Report {
        processes: rows
            .map(|(place, process)| row(graph, place, process))
            .collect(),
        findings: rules::findings(graph),
        bounded: graph.semaphores.values().any(|known| known.bounded),
        left_out: program.bounded,
        stuck: (0..graph.nodes.len()).any(|at| graph.nodes[at].stuck && !serving(at)),
    }
}

fn row<'a>(graph: &'a Graph<'a>, place: usize, process: &Process) -> Row {
    let note = if process.is_dead() {
        Some(Note::Zombie(super::program::exit_of(process.exit_code)))
    } else if !process.permitted {
        Some(Note::NotPermitted)
    } else {
        process.unknown_python.clone().map(Note::Python)
    };
    let nodes = graph.nodes_of(process.pid).iter();
    Row {
        pid: process.pid,
        ppid: process.ppid,
        name: clean(&graph.program.name(place)).into_owned(),
        command: clean(&process.command.join(" ")).into_owned(),
        state: process.state,
        python: process.python.as_ref().map(super::stack::Python::version),
        note,
        threads: nodes.map(|at| thread(View { graph, at: *at })).collect(),
    }
}

fn thread(view: View<'_>) -> ThreadRow {
    let node = &view.graph.nodes[view.at];
    let stack = view
        .graph
        .stack(view.at)
        .map(place::frames)
        .unwrap_or_default();
    let cwd = &view.process().cwd;
    let frames = stack.iter().map(|frame| {
        let file = place::imported(place::short(&frame.code.file, cwd));
        let line = format!("{}:{} {}", clean(file), frame.line, clean(&frame.code.name));
        (line, place::is_own(frame))
    });
    ThreadRow {
        tid: view.graph.thread(view.at).tid,
        name: view.thread_name().map(|name| clean(&name).into_owned()),
        doing: doing(view),
        stuck: node.stuck,
        idle: node.serves && !matches!(node.what, What::Runs),
        stack: frames.collect(),
    }
}
