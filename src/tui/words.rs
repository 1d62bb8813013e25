//! The World in words: what a process is doing, how it ended, what an object is.
//!
//! Words come from the locale; names and values from the program are made harmless here.

use crate::model::{Pending, Process, State, Target, World};
pub(crate) use crate::text::seconds;
use crate::text::{Lang, clean, width};
use crate::trace::{Event, Exit, Kind, Op};

/// What a process is doing: `waiting for lock, held by Process-2 (PID 12)`.
pub(crate) fn state(lang: Lang, world: &World, process: &Process) -> String {
    state_in(lang, world, process, usize::MAX)
}

/// The same in so many columns: where they are few, a process is named without its PID.
pub(crate) fn state_in(lang: Lang, world: &World, process: &Process, room: usize) -> String {
    match &process.state {
        State::Running if process.is_service() => lang.phrase("tui.state-service").to_owned(),
        State::Running if is_idle(world, process) => lang.phrase("tui.state-idle").to_owned(),
        State::Running => lang.phrase("tui.state-running").to_owned(),
        State::Sleeping { .. } => lang.phrase("tui.state-sleeping").to_owned(),
        State::Waiting(pending) => waiting(lang, world, pending, room),
        State::AtGate(pending) => lang.tell(
            "tui.state-gate",
            &[("what", &operation(world, &pending.op))],
        ),
        State::Exited { exit, reaped, .. } => {
            let how = if was_ended(world, process) {
                lang.phrase("tui.state-ended-by-us").to_owned()
            } else {
                ended(lang, *exit)
            };
            if *reaped {
                how
            } else {
                lang.tell("tui.state-zombie", &[("how", &how)])
            }
        }
    }
}

/// Whether forklore ended it with the run.
fn was_ended(world: &World, process: &Process) -> bool {
    let end = world.end();
    end.is_some_and(|note| note.end.ended.contains(&process.pid))
}

pub(crate) fn waiting(lang: Lang, world: &World, pending: &Pending, room: usize) -> String {
    let what = target(lang, world, &pending.target, pending.op.op.as_str());
    let holders = world.held_by(&pending.target);
    let holder = holders.first().and_then(|proc| world.process(*proc));
    let Some(holder) = holder else {
        return lang.tell("tui.state-waiting", &[("what", &what)]);
    };
    let words = |who: &str| match &pending.target {
        Target::Task { .. } => {
            lang.tell("tui.state-waiting-task", &[("what", &what), ("who", &who)])
        }
        target if is_held(world, target) => {
            lang.tell("tui.state-waiting-held", &[("what", &what), ("who", &who)])
        }
        _ => lang.tell("tui.state-waiting", &[("what", &what)]),
    };
    let name = clean(&holder.name);
    let whole = words(&format!("{name} (PID {})", holder.pid));
    if width(&whole) <= room {
        whole
    } else {
        words(&name)
    }
}

/// Whether it is somebody's to release: a lock, or what has one; a pool or a child is not.
fn is_held(world: &World, target: &Target) -> bool {
    matches!(target, Target::Object(object) if world.object_at(*object).is_some_and(|object| object.pool().is_none()))
}

/// Whether this is a pool's worker that has no task.
pub(crate) fn is_idle(world: &World, process: &Process) -> bool {
    let pool = process.pool.and_then(|key| world.object_at(key)?.pool());
    let mut workers = pool.into_iter().flat_map(|pool| &pool.workers);
    workers.any(|worker| worker.proc == process.proc && worker.task.is_none())
}

/// An event in one line: `#340 · 1.234 s · Process-3 · release lock`.
pub(crate) fn event(lang: Lang, world: &World, event: &Event) -> String {
    let process = event.proc.and_then(|proc| world.process(proc));
    let who = process.map_or_else(String::new, |process| clean(&process.name).into_owned());
    let what = match &event.kind {
        Kind::ProcessStart(_) => lang.phrase("tui.event-start").to_owned(),
        Kind::ProcessExec { command, .. } => {
            lang.tell("tui.event-exec", &[("command", &clean(command))])
        }
        Kind::ProcessExit(exit) => ended(lang, *exit),
        Kind::ProcessReaped { .. } => lang.phrase("tui.event-reaped").to_owned(),
        Kind::Op(op) | Kind::OpEnd(op) => operation(world, op),
        Kind::OpWait(op) => lang.tell("tui.event-wait", &[("what", &operation(world, op))]),
        Kind::OpBegin(op) => lang.tell("tui.event-begin", &[("what", &operation(world, op))]),
        Kind::Output(output) => {
            let line = crate::text::clean_line(&output.data, 200);
            lang.tell("tui.event-output", &[("text", &line.text)])
        }
        Kind::Ps(_) => lang.phrase("tui.event-ps").to_owned(),
        Kind::Gate => lang.phrase("tui.event-gate").to_owned(),
        Kind::Look(_) => lang.phrase("tui.event-look").to_owned(),
        Kind::Fault(fault) => lang.term("fault", fault.fault.as_str()),
        Kind::Marker { text, .. } => clean(text).into_owned(),
        Kind::End(end) => lang.term("status", end.status.as_str()),
        Kind::Line { file, line } => clean(&format!("{file}:{line}")).into_owned(),
        Kind::Unknown { kind, .. } => clean(kind).into_owned(),
    };
    let mut parts = vec![format!("#{}", event.seq), format!("{} s", seconds(event.t))];
    parts.extend((!who.is_empty()).then_some(who));
    parts.push(what);
    parts.join(" · ")
}

/// An operation: `set temp[1] 101`, `join Process-2`, `get queue → 'h1'`.
pub(crate) fn operation(world: &World, op: &Op) -> String {
    let object = op.object.as_deref();
    let label = object.map(|id| world.object(id).map_or(id, |object| object.label()));
    let mut text = op.op.to_string();
    match (label, &op.args.child, op.args.task) {
        (Some(label), ..) => text.extend([" ", label]),
        (None, Some(child), _) => text.extend([" ", child]),
        (None, None, Some(task)) => text.extend([" ", &task.to_string()]),
        (None, None, None) => {}
    }
    if let Some(index) = op.args.index {
        text.extend(["[", &index.to_string(), "]"]);
    } else if let Some(key) = &op.args.key {
        text.extend(["[", key, "]"]);
    }
    if let Some(value) = &op.args.value {
        text.extend([" ", value]);
    }
    if let Some(outcome) = op.error.as_ref().or(op.result.as_ref()) {
        text.extend([" → ", outcome]);
    }
    clean(&text).into_owned()
}

/// How a process ended: `exited 0`, `killed by SIGKILL`.
pub(crate) fn ended(lang: Lang, exit: Exit) -> String {
    match exit {
        Exit::Code(code) => lang.tell("tui.state-exited", &[("code", &code)]),
        Exit::Signal(number) => lang.tell("tui.state-killed", &[("signal", &signal(number))]),
        Exit::Unknown => lang.phrase("tui.state-ended").to_owned(),
    }
}

/// `SIGKILL`; a number without a name stays one.
pub(crate) fn signal(number: i32) -> String {
    signal_hook::low_level::signal_name(number).map_or_else(|| number.to_string(), str::to_owned)
}

/// What is waited for.
fn target(lang: Lang, world: &World, target: &Target, op: &str) -> String {
    match target {
        Target::Object(object) => clean(world.label(*object)).into_owned(),
        Target::Task { pool, task } => lang.tell(
            "tui.target-task",
            &[("task", task), ("pool", &clean(world.label(*pool)))],
        ),
        Target::Child {
            name: Some(name), ..
        } => clean(name).into_owned(),
        Target::Child { pid: Some(pid), .. } => format!("PID {pid}"),
        Target::Child { .. } | Target::Nothing => op.to_owned(),
    }
}
