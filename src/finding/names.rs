//! How findings name processes and objects: harmless text that is the same in every language.

use nix::sys::signal::Signal;

use super::errors::failure;
use crate::lesson::Words;
use crate::model::{Object, Party, Process, Wait, World};
use crate::text::clean;
use crate::trace::{Exit, OpName, Role, ThreadLook};

/// `Process-3 (PID 1234)`.
pub(super) fn who(process: Option<&Process>) -> String {
    process.map_or_else(
        || "?".to_owned(),
        |process| named(&process.name, process.pid),
    )
}

/// The same, of a process as it was remembered.
pub(super) fn party(party: &Party) -> String {
    named(&party.name, party.pid)
}

fn named(name: &str, pid: i32) -> String {
    format!("{} (PID {pid})", clean(name))
}

/// The program's name for it and its identity: `lock (RLock-1)`.
pub(super) fn what(object: Option<&Object>) -> String {
    object.map_or_else(
        || "?".to_owned(),
        |object| match object.name.as_deref() {
            Some(name) => format!("{} ({})", clean(name), clean(&object.id)),
            None => clean(&object.id).into_owned(),
        },
    )
}

/// The same, of one without a name by what it belongs to: a lock by its value, a copy by its original.
pub(super) fn what_of(world: &World, object: Option<&Object>) -> String {
    object.map_or_else(
        || "?".to_owned(),
        |object| match world.name_of(object) {
            Some(name) => format!("{} ({})", clean(&name), clean(&object.id)),
            None => clean(&object.id).into_owned(),
        },
    )
}

/// Of a thing between threads in a forked process: what it is a copy of.
pub(super) fn copied<'a>(world: &'a World, object: &Object) -> Option<&'a Object> {
    let original = world.object(object.of.as_deref()?)?;
    (object.class.contains('.') && original.class == object.class).then_some(original)
}

/// The program's name for it, else its identity.
pub(super) fn label(object: &Object) -> String {
    clean(object.label()).into_owned()
}

/// How a process ended: `was killed by SIGKILL`; of one that printed a traceback, with its error.
pub(super) fn ended(world: &World, process: &Process) -> Words {
    match process.exit() {
        Some(Exit::Code(code)) if code != 0 => match failure(world, process.proc) {
            Some(failure) => {
                let place = at(failure.at.as_deref());
                let error = failure.error;
                Words::tell(
                    "finding.ended-by-error",
                    &[("code", &code), ("error", &error), ("at", &place)],
                )
            }
            None => Words::tell("finding.ended-with-code", &[("code", &code)]),
        },
        Some(Exit::Code(code)) => Words::tell("finding.ended-with-code", &[("code", &code)]),
        Some(Exit::Signal(number)) => {
            let signal = Signal::try_from(number).map_or_else(
                |_| format!("signal {number}"),
                |signal| signal.as_str().to_owned(),
            );
            Words::tell("finding.killed-by", &[("signal", &signal)])
        }
        Some(Exit::Unknown) | None => Words::tell("finding.ended", &[]),
    }
}

/// Where it happens, to stand behind who it happens to; nothing where that is not known.
pub(super) fn at_place(place: Option<&str>) -> Words {
    place.map_or_else(Words::default, |place| {
        Words::tell("finding.at-place", &[("at", &clean(place))])
    })
}

/// Processes that have ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Gone {
    /// A sentence, and `nobody is left` where there is none to name.
    pub words: Words,
    pub pids: Vec<i32>,
    pub places: Vec<String>,
}

impl Gone {
    pub(super) fn is_empty(&self) -> bool {
        self.pids.is_empty()
    }
}

/// Most processes that are named in one sentence.
const NAMED: usize = 3;

/// The processes among these that have ended; those that failed come first, and alone where there are
/// any.
pub(super) fn gone(world: &World, among: impl Fn(&Process) -> bool) -> Gone {
    let ended_ones = world.processes().filter(|process| {
        let of_program = !matches!(process.role, Role::Guest | Role::Manager) && process.proc != 0;
        of_program && !process.is_alive() && among(process)
    });
    let (failed, fine): (Vec<&Process>, Vec<&Process>) =
        ended_ones.partition(|process| process.exit() != Some(Exit::Code(0)));
    let fine = fine
        .into_iter()
        .filter(|process| process.role != Role::Foreign);
    let mut list_of: Vec<&Process> = failed;
    if list_of.is_empty() {
        list_of = fine.collect();
    }
    list_of.truncate(NAMED);
    if list_of.is_empty() {
        return Gone {
            words: nobody(world),
            ..Gone::default()
        };
    }
    let sentences: Vec<Words> = list_of
        .iter()
        .map(|process| {
            Words::tell(
                "finding.one-gone",
                &[
                    ("who", &who(Some(process))),
                    ("ended", &ended(world, process)),
                ],
            )
        })
        .collect();
    let places = list_of.iter();
    let places = places.filter_map(|process| failure(world, process.proc)?.at);
    Gone {
        words: list(&sentences),
        pids: list_of.iter().map(|process| process.pid).collect(),
        places: places.collect(),
    }
}

/// Nobody has ended: who lives waits for another, main first of all.
fn nobody(world: &World) -> Words {
    let others = world.processes().filter_map(|process| {
        let pending = process.pending()?;
        let waits_for_another = matches!(
            pending.op.op,
            OpName::Join | OpName::Shutdown | OpName::ResultGet | OpName::ResultWait
        );
        let process = waits_for_another.then_some(process)?;
        Some((process, pending.op.at.as_deref()))
    });
    let others: Vec<Words> = others
        .take(NAMED)
        .map(|(process, at)| {
            Words::tell(
                "finding.waits-itself",
                &[("who", &who(Some(process))), ("at", &at_place(at))],
            )
        })
        .collect();
    if others.is_empty() {
        Words::tell("finding.nobody-left", &[])
    } else {
        list(&others)
    }
}

/// Where it was seen last, of a process whose wait the kernel alone knows.
pub(super) fn seen(process: &Process) -> Words {
    match process.at.as_deref() {
        Some(place) if process.pending().is_none() => {
            Words::tell("finding.seen", &[("at", &clean(place))])
        }
        place => at_place(place),
    }
}

/// The pipe that a thread reads from or writes to, where the log does not know it.
pub(super) fn pipe_of(thread: Option<&ThreadLook>) -> Words {
    let key = match thread.map(|thread| thread.fds.as_slice()) {
        Some([0]) => "finding.pipe.stdin",
        Some([1]) => "finding.pipe.stdout",
        Some([2]) => "finding.pipe.stderr",
        Some([_, _, ..]) => "finding.pipe.several",
        _ => "finding.pipe.one",
    };
    Words::tell(key, &[])
}

/// The thread of a process that waits: of its main thread the process alone.
pub(super) fn waiter(world: &World, wait: &Wait) -> Words {
    let process = party(&wait.who);
    let thread = wait.tid.and_then(|tid| {
        let mut threads = world.process(wait.who.proc)?.threads.iter();
        threads.find(|thread| thread.tid == tid)?.name.clone()
    });
    match thread {
        Some(thread) => Words::tell(
            "finding.thread",
            &[("thread", &clean(&thread)), ("who", &process)],
        ),
        None => Words::new(process.clone(), process),
    }
}

/// Sentences one after the other.
pub(super) fn list(parts: &[Words]) -> Words {
    Words::of(|lang| {
        let parts: Vec<&str> = parts.iter().map(|part| part.get(lang)).collect();
        parts.join(lang.phrase("finding.semicolon"))
    })
}

/// A place in the program.
pub(super) fn at(place: Option<&str>) -> String {
    place.map_or_else(|| "?".to_owned(), |place| clean(place).into_owned())
}
