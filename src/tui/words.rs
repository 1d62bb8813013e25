//! The World in words: what a process is doing, how it ended, what an object is.
//!
//! Words come from the locale; names and values from the program are made harmless here.

use crate::model::{Object, Process, State, Target, World};
use crate::text::{Lang, clean};
use crate::trace::{Event, Exit, Kind, Op};

/// What a process is doing: `waiting for lock, held by PID 12`.
pub(crate) fn state(lang: Lang, world: &World, process: &Process) -> String {
    match &process.state {
        State::Running if process.is_service() => lang.phrase("tui.state-service").to_owned(),
        State::Running => lang.phrase("tui.state-running").to_owned(),
        State::Sleeping { .. } => lang.phrase("tui.state-sleeping").to_owned(),
        State::Waiting(pending) => {
            let what = target(lang, world, &pending.target, pending.op.op.as_str());
            let holders = world.held_by(&pending.target);
            match holders.first().and_then(|proc| world.process(*proc)) {
                Some(holder) if !matches!(pending.target, Target::Child { .. }) => lang.tell(
                    "tui.state-waiting-held",
                    &[("what", &what), ("pid", &holder.pid)],
                ),
                _ => lang.tell("tui.state-waiting", &[("what", &what)]),
            }
        }
        State::AtGate(pending) => {
            let what = target(lang, world, &pending.target, pending.op.op.as_str());
            lang.tell("tui.state-gate", &[("op", &pending.op.op), ("what", &what)])
        }
        State::Exited { exit, reaped, .. } => {
            let how = ended(lang, *exit);
            if *reaped {
                how
            } else {
                lang.tell("tui.state-zombie", &[("how", &how)])
            }
        }
    }
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

/// An event in one line, its words as a recording has them: `#340 · 1.234 s · Process-3 · release lock`.
pub(crate) fn event(event: &Event, world: &World) -> String {
    let mut parts = vec![format!("#{}", event.seq), format!("{} s", seconds(event.t))];
    if let Some(process) = event.proc.and_then(|proc| world.process(proc)) {
        parts.push(process.name.to_string());
    }
    parts.push(match event.kind.op() {
        Some(op) => operation(&event.kind, op, world),
        None => match &event.kind {
            Kind::Output(output) => {
                let text = String::from_utf8_lossy(&output.data);
                format!("output {}", text.trim_end())
            }
            Kind::Marker { text } => format!("marker {text}"),
            Kind::Fault(fault) => format!("fault {}", fault.fault),
            Kind::End(end) => format!("end {}", end.status),
            kind => kind.word().to_owned(),
        },
    });
    clean(&parts.join(" · ")).into_owned()
}

/// `release lock`, `op.wait acquire lock`, `get temp[2] → 33`.
fn operation(kind: &Kind, op: &Op, world: &World) -> String {
    let stage = match kind {
        Kind::Op(_) => String::new(),
        stage => format!("{} ", stage.word()),
    };
    let object = op.object.as_ref().map_or_else(String::new, |id| {
        let label = world.object(id).map_or(id.as_str(), Object::label);
        format!(" {label}")
    });
    let part = match (op.args.index, &op.args.key) {
        (Some(index), _) => format!("[{index}]"),
        (None, Some(key)) => format!("[{key}]"),
        (None, None) => String::new(),
    };
    let outcome = op.error.as_ref().or(op.result.as_ref());
    let outcome = outcome.map_or_else(String::new, |outcome| format!(" → {outcome}"));
    format!("{stage}{}{object}{part}{outcome}", op.op)
}

/// Seconds with three digits, from nanoseconds.
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub(crate) fn seconds(ns: i64) -> String {
    format!("{:.3}", ns as f64 / 1e9)
}
