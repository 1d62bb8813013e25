//! How a thread, a process or an object of a living program is named in sentences.

use super::graph::{Graph, What};
use super::names::{Child, Name};
use super::place;
use super::process::Process;
use super::semaphore::Record;
use crate::lesson::Words;
use crate::text::clean;
use nix::sys::signal::Signal;

/// A node of the graph, to be put into words.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub graph: &'a Graph<'a>,
    pub at: usize,
}

/// Parts that are listed before the rest is only counted.
const LISTED: usize = 4;

/// `a, b and 3 more`.
pub(super) fn list(parts: Vec<Words>) -> Words {
    let more = parts.len().saturating_sub(LISTED);
    let mut parts = parts.into_iter().take(LISTED);
    let Some(first) = parts.next() else {
        return Words::tell("why.nobody", &[]);
    };
    let listed = parts.fold(first, |list, part| {
        Words::tell("why.list", &[("list", &list), ("part", &part)])
    });
    if more == 0 {
        return listed;
    }
    Words::tell("why.list-more", &[("list", &listed), ("n", &more)])
}

/// `Process-1 (PID 1234)`.
pub(super) fn named(name: &str, pid: i32) -> String {
    format!("{} (PID {pid})", clean(name))
}

/// `Process-1 (PID 1234) was killed by SIGKILL`.
pub(super) fn ended(child: &Child) -> Words {
    let who = named(&child.name, child.pid);
    let how = match child.exit {
        Some(code @ 0..) => Words::tell("finding.ended-with-code", &[("code", &code)]),
        Some(signal) => {
            let number = i32::try_from(-signal).unwrap_or(0);
            let signal = Signal::try_from(number)
                .map_or_else(|_| format!("signal {number}"), |it| it.as_str().to_owned());
            Words::tell("finding.killed-by", &[("signal", &signal)])
        }
        None => Words::tell("finding.ended", &[]),
    };
    Words::tell("why.who-did", &[("who", &who), ("did", &how)])
}

/// `lock (Lock)`; without a name only what it is.
pub(super) fn thing(name: Option<&Name>, class: &str) -> String {
    match name {
        Some(name) => format!("{} ({})", clean(&name.text), clean(class)),
        None => class.to_owned(),
    }
}

impl<'a> View<'a> {
    pub(super) fn with(self, at: usize) -> View<'a> {
        View { at, ..self }
    }

    pub(super) fn process(self) -> &'a Process {
        self.graph.process(self.at)
    }

    pub(super) fn pid(self) -> i32 {
        self.process().pid
    }

    pub(super) fn what(self) -> &'a What {
        &self.graph.nodes[self.at].what
    }

    /// The process, and its thread where that is not the main one.
    pub(super) fn who(self) -> Words {
        let process = self.process_name(self.graph.nodes[self.at].process);
        match self.thread_name() {
            None => Words::new(process.clone(), process),
            Some(thread) => Words::tell(
                "why.thread-of",
                &[("who", &process), ("thread", &clean(&thread))],
            ),
        }
    }

    pub(super) fn process_name(self, place: usize) -> String {
        let program = self.graph.program;
        named(&program.name(place), program.processes[place].pid)
    }

    /// The name of a process by its PID.
    pub(super) fn pid_name(self, pid: i32) -> String {
        let place = self.graph.program.place(pid);
        place.map_or_else(|| format!("PID {pid}"), |place| self.process_name(place))
    }

    /// The name of a thread that is not the main one.
    pub(super) fn thread_name(self) -> Option<String> {
        let thread = self.graph.thread(self.at);
        if thread.tid == self.pid() {
            return None;
        }
        let named = || {
            let (stack, heap) = (self.graph.stack(self.at)?, self.graph.heap(self.at)?);
            let object = place::caller(heap, stack, "threading.py", "_bootstrap")?;
            heap.text(heap.attr(object, "_name")?)
        };
        Some(named().unwrap_or_else(|| format!("TID {}", thread.tid)))
    }

    /// `file:line` of the program's own function that waits.
    pub(super) fn place(self) -> Option<String> {
        // A server of the library is nowhere in the program.
        let stack = self.graph.stack(self.at)?;
        if self.process().service().is_some() {
            return None;
        }
        let frame = place::own_frames(stack).next()?;
        Some(format!(
            "{}:{}",
            clean(place::short(&frame.code.file, &self.process().cwd)),
            frame.line
        ))
    }

    /// ` at case.py:13`, or nothing.
    pub(super) fn at_place(self) -> Words {
        self.place().map_or_else(Words::default, |place| {
            Words::tell("why.at", &[("place", &place)])
        })
    }

    /// Whether a function of the library is on the stack of the thread.
    pub(super) fn calls(self, file: &str, function: &str) -> bool {
        let stack = self.graph.stack(self.at);
        stack.is_some_and(|stack| place::call(stack, file, function).is_some())
    }

    /// `self` of such a function.
    pub(super) fn caller(self, file: &str, function: &str) -> Option<u64> {
        place::caller(
            self.graph.heap(self.at)?,
            self.graph.stack(self.at)?,
            file,
            function,
        )
    }

    /// What the program calls an object of the thread's process.
    pub(super) fn object_name(self, address: u64) -> Option<&'a Name> {
        let names = &self.graph.program.names[self.graph.nodes[self.at].process];
        names.object(address)
    }

    /// Who holds a lock.
    pub(super) fn holder(self, record: &Record) -> Words {
        if let Some(node) = self.graph.holder(record) {
            return self.with(node).who();
        }
        let name = self.pid_name(record.pid);
        Words::new(name.clone(), name)
    }

    /// Processes that have ended, and how: those that failed first.
    pub(super) fn deaths(self) -> Vec<Child> {
        let mut ended = self.graph.program.ended();
        ended.sort_by_key(|child| child.exit == Some(0));
        ended
    }

    /// Those that did not end with 0.
    pub(super) fn failed(self) -> impl Iterator<Item = i32> {
        let failed = self
            .deaths()
            .into_iter()
            .filter(|child| child.exit != Some(0));
        failed.map(|child| child.pid)
    }

    /// ` Process-1 (PID 1234) was killed by SIGKILL.`, or nothing.
    pub(super) fn deaths_told(self) -> Words {
        let ended: Vec<Words> = self.deaths().iter().map(ended).collect();
        if ended.is_empty() {
            return Words::default();
        }
        Words::tell("why.deaths", &[("list", &list(ended))])
    }
}
