//! Every check is able to fail: correct runs with falsified logs.
//!
//! A run's events are changed in ways that each stand for a defect (a line lost, a child killed, an
//! operation left out, the run cut short), or the run is evaluated with the parameters of another one.
//! A check that passes in all these cases checks nothing.

use std::collections::{BTreeMap, BTreeSet};

use forklore::check;
use forklore::lesson::{Lesson, Library, Params};
use forklore::model::World;
use forklore::trace::{Event, Exit, Kind, OpName, Role, Stream};

use super::native;

/// A way to falsify a log.
type Mutant = (&'static str, fn(&mut Vec<Event>));

const MUTANTS: &[Mutant] = &[
    ("cut short", |events| events.truncate(events.len() / 2)),
    ("nothing printed", |events| {
        events.retain(|event| !is_output(event));
    }),
    ("an error printed", |events| {
        for event in events {
            if let Kind::Output(output) = &mut event.kind {
                output.stream = Stream::Stderr;
            }
        }
    }),
    ("printed twice", |events| {
        for event in events {
            if let Kind::Output(output) = &mut event.kind {
                output.data.extend_from_within(..);
            }
        }
    }),
    ("printed in the opposite order", |events| {
        let places: Vec<usize> = (0..events.len())
            .filter(|at| is_output(&events[*at]))
            .collect();
        let (front, back) = places.split_at(places.len() / 2);
        for (a, b) in front.iter().zip(back.iter().rev()) {
            let (a_kind, b_kind) = (events[*a].kind.clone(), events[*b].kind.clone());
            let (a_proc, b_proc) = (events[*a].proc, events[*b].proc);
            (events[*a].kind, events[*a].proc) = (b_kind, b_proc);
            (events[*b].kind, events[*b].proc) = (a_kind, a_proc);
        }
    }),
    ("lists longer by one", |events| {
        for event in events {
            if let Kind::Output(output) = &mut event.kind {
                let text = String::from_utf8_lossy(&output.data);
                if let Some((first, _)) = text
                    .strip_prefix('[')
                    .and_then(|list| list.split_once([',', ']']))
                {
                    output.data = text.replacen('[', &format!("[{first}, "), 1).into_bytes();
                }
            }
        }
    }),
    ("everybody a stranger", |events| {
        for event in events {
            if let Kind::ProcessStart(start) = &mut event.kind {
                start.role = Role::Foreign;
            }
        }
    }),
    ("everybody killed", |events| {
        for event in events {
            if let Kind::ProcessExit(exit) = &mut event.kind {
                *exit = Exit::Signal(9);
            }
        }
    }),
    ("nobody ended", |events| {
        events.retain(|event| {
            !matches!(
                event.kind,
                Kind::ProcessExit(_) | Kind::ProcessReaped { .. }
            )
        });
    }),
    ("nothing written", |events| {
        without(events, &[OpName::Set, OpName::DictSet]);
    }),
    ("nothing released", |events| {
        without(events, &[OpName::Release]);
    }),
    ("nothing put", |events| without(events, &[OpName::Put])),
    ("nothing taken", |events| {
        without(events, &[OpName::QueueGet]);
    }),
    ("no task ended", |events| {
        without(events, &[OpName::TaskEnd]);
    }),
    ("nothing submitted", |events| {
        without(events, &[OpName::Submit]);
    }),
    ("everything raised", |events| {
        for event in events {
            if let Kind::Op(op) = &mut event.kind {
                op.error = Some("OSError: broken on purpose".to_owned());
            }
        }
    }),
    ("nothing raised", |events| {
        for event in events {
            if let Kind::Op(op) = &mut event.kind {
                op.error = None;
            }
        }
    }),
    ("all tasks by one more worker each", |events| {
        let mut next = 1_000;
        let mut running = None;
        for event in events {
            let Kind::Op(op) = &event.kind else { continue };
            match op.op {
                OpName::TaskStart => {
                    next += 1;
                    running = Some(next);
                    event.proc = running;
                }
                OpName::TaskEnd => event.proc = running.or(event.proc),
                _ => {}
            }
        }
    }),
    ("submitted at the end", |events| {
        // Every submit but the first comes after everything else the program did.
        let mut first = true;
        let (late, mut rest): (Vec<Event>, Vec<Event>) = events
            .drain(..)
            .partition(|event| is_op(event, OpName::Submit) && !std::mem::take(&mut first));
        rest.extend(late);
        number(&mut rest);
        *events = rest;
    }),
    ("submitted at the beginning", |events| {
        let (early, mut all): (Vec<Event>, Vec<Event>) = events
            .drain(..)
            .partition(|event| is_op(event, OpName::Submit));
        let made = all.iter().position(|event| is_op(event, OpName::Create));
        let at = made.map_or(0, |at| at + 1);
        all.splice(at..at, early);
        number(&mut all);
        *events = all;
    }),
    ("everybody born before anybody ends", |events| {
        let is_end = |event: &Event| {
            matches!(
                event.kind,
                Kind::ProcessExit(_) | Kind::ProcessReaped { .. }
            )
        };
        let (ends, mut rest): (Vec<Event>, Vec<Event>) = events.drain(..).partition(is_end);
        let last = rest.pop();
        rest.extend(ends);
        rest.extend(last);
        number(&mut rest);
        *events = rest;
    }),
];

fn is_op(event: &Event, wanted: OpName) -> bool {
    matches!(&event.kind, Kind::Op(op) if op.op == wanted)
}

fn is_output(event: &Event) -> bool {
    matches!(event.kind, Kind::Output(_))
}

fn without(events: &mut Vec<Event>, ops: &[OpName]) {
    events.retain(|event| match &event.kind {
        Kind::Op(op) => !ops.contains(&op.op),
        _ => true,
    });
}

fn number(events: &mut [Event]) {
    for (event, seq) in events.iter_mut().zip(1..) {
        event.seq = seq;
    }
}

/// The checks that apply to a run with these parameters, and those of them that fail.
fn reds(lesson: &Lesson, params: &Params, tty: bool, events: &[Event]) -> BTreeMap<String, bool> {
    let mut world = World::new();
    for event in events {
        world.apply(event);
    }
    check::evaluate(lesson, params, &native::circumstances(tty), &world)
        .into_iter()
        .map(|verdict| (verdict.id, !verdict.passed))
        .collect()
}

/// The checks of the lesson that no falsified log makes fail.
fn never_red(lesson: &Lesson) -> BTreeSet<String> {
    let settings = super::settings(lesson);
    let mut open: BTreeSet<String> = BTreeSet::new();
    let mut red: BTreeSet<String> = BTreeSet::new();
    for params in &settings {
        let events = native::events(lesson, params, true);
        let mut note = |found: BTreeMap<String, bool>| {
            for (id, is_red) in found {
                if is_red {
                    red.insert(id.clone());
                }
                open.insert(id);
            }
        };
        note(reds(lesson, params, true, &events));
        for (_, mutate) in MUTANTS {
            let mut told = events.clone();
            mutate(&mut told);
            note(reds(lesson, params, true, &told));
        }
        for other in &settings {
            note(reds(lesson, other, true, &events));
        }
    }
    &open - &red
}

#[test]
fn every_check_is_able_to_fail() {
    let library = Library::embedded().expect("the lessons");
    let found: Vec<String> = library
        .iter()
        .filter(|lesson| lesson.twin)
        .flat_map(|lesson| {
            let never = never_red(lesson);
            never
                .into_iter()
                .map(move |id| format!("{}: {id}", lesson.slug()))
        })
        .collect();
    assert!(found.is_empty(), "never red: {}", found.join(", "));
}
