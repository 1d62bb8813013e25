//! Cases of `Array` and `Value`: what parents and siblings see, and in which order it is logged.

use std::collections::HashMap;
use std::fmt::Write as _;

use forklore::mp::{self, Array, Barrier, Event, Lock, Process, Value, print};
use forklore::trace::{Kind, OpName};

use crate::harness::{Case, Finished};

/// A child writes and lives on; its parent and its sibling see the write while it lives.
fn sharing() -> mp::Result<()> {
    let temp = Array::new('i', [11, 22, 33])?;
    let (written, seen) = (Event::new()?, Event::new()?);
    let writer = {
        let (temp, written, seen) = (temp.clone(), written.clone(), seen.clone());
        Process::new(
            move || -> mp::Result<()> {
                temp.set(1, 102)?;
                written.set();
                seen.wait();
                temp.set(2, 103)
            },
            (),
        )
    };
    writer.start()?;
    written.wait();
    print!(
        "parent {} while alive {}",
        temp.slice(..),
        writer.is_alive()?
    );
    let sibling = {
        let temp = temp.clone();
        Process::new(move || print!("sibling {}", temp.slice(..)), ())
    };
    sibling.start()?;
    sibling.join()?;
    seen.set();
    writer.join()?;
    print!("after {}", temp.slice(..));
    Ok(())
}

/// The writes of a killed child stay.
fn a_killed_writer() -> mp::Result<()> {
    let value = Value::new('d', 0.0)?;
    let written = Event::new()?;
    let p = {
        let (value, written) = (value.clone(), written.clone());
        Process::new(
            move || -> mp::Result<()> {
                value.set(2.5)?;
                written.set();
                mp::sleep(60.0);
                value.set(0.0)
            },
            (),
        )
    };
    p.start()?;
    written.wait();
    p.kill()?;
    p.join()?;
    print!("{} {:?}", value.get(), p.exitcode()?);
    Ok(())
}

const ADDERS: i64 = 4;
const TURNS: i64 = 100;

fn add_together(value: &Value, one: fn(&Value) -> mp::Result<()>) -> mp::Result<()> {
    let children: Vec<Process> = (0..ADDERS)
        .map(|_| {
            let value = value.clone();
            Process::new(move || (0..TURNS).try_for_each(|_| one(&value)), ())
        })
        .collect();
    children.iter().try_for_each(Process::start)?;
    children.iter().try_for_each(Process::join)?;
    print!("{}", value.get());
    Ok(())
}

fn counting_under_the_lock() -> mp::Result<()> {
    add_together(&Value::new('i', 0)?, |value| {
        value.get_lock()?.acquire();
        value.add(1)?;
        value.get_lock()?.release()
    })
}

fn counting_without() -> mp::Result<()> {
    add_together(&Value::new('i', 0)?, |value| value.add(1))
}

fn counting_raw() -> mp::Result<()> {
    add_together(&Value::raw('i', 0)?, |value| value.add(1))
}

/// All processes write all cells, with the lock and without it.
fn a_scramble() -> mp::Result<()> {
    let locked = Array::zeroed('h', 3)?.named("locked");
    let raw = Array::raw('B', [0, 0, 0])?;
    let together = Barrier::new(3)?;
    let children: Vec<Process> = (0..3)
        .map(|i: i64| {
            let (locked, raw) = (locked.clone(), raw.clone());
            let together = together.clone();
            Process::new(
                move || -> mp::Result<()> {
                    let inside = locked.get_obj()?;
                    together.wait()?;
                    for turn in 0..200 {
                        locked.set(turn % 3, 1000 * i + turn)?;
                        raw.set(i, turn)?;
                        inside.set(-1, turn)?;
                        locked.get(i)?;
                        raw.get(turn % 3)?;
                        locked.slice(1..);
                        inside.set_slice(..2, [i, turn])?;
                    }
                    Ok(())
                },
                (),
            )
        })
        .collect();
    children.iter().try_for_each(Process::start)?;
    children.iter().try_for_each(Process::join)
}

/// In the order of the log, every read returns what was written last.
fn reads_give_what_was_written(run: &Finished) {
    let mut memory: HashMap<&str, Vec<String>> = HashMap::new();
    let mut reads = 0;
    for (pid, op) in run.ops() {
        let Some(object) = op.object.as_deref() else {
            continue;
        };
        if op.op == OpName::Create {
            let values = op
                .args
                .values
                .clone()
                .or(op.args.value.clone().map(|value| vec![value]));
            memory.insert(object, values.unwrap_or_default());
            continue;
        }
        let Some(cells) = memory.get_mut(object).filter(|_| op.error.is_none()) else {
            continue;
        };
        let len = i64::try_from(cells.len()).expect("few");
        let index = op.args.index.unwrap_or(0);
        let index = usize::try_from(if index < 0 { index + len } else { index }).expect("an index");
        match op.op {
            OpName::Set => cells[index] = op.args.value.clone().expect("a value"),
            OpName::SetSlice => {
                let values = op.args.values.clone().expect("values");
                cells[index..index + values.len()].clone_from_slice(&values);
            }
            OpName::Get => {
                reads += 1;
                assert_eq!(
                    op.result.as_ref(),
                    Some(&cells[index]),
                    "{pid} {object} {index}"
                );
            }
            OpName::GetSlice => {
                reads += 1;
                let n = usize::try_from(op.args.n.expect("a length")).expect("a length");
                let text = format!("[{}]", cells[index..index + n].join(", "));
                assert_eq!(op.result, Some(text), "{pid} {object} {index}");
            }
            _ => {}
        }
    }
    assert!(reads > 0, "nothing was read");
}

fn one_of_each() -> mp::Result<()> {
    let temp = Array::new('i', [11, 22])?.named("temp");
    temp.set(0, (1_i64 << 32) + 101)?;
    temp.set(9, 1).expect_err("there is no such element");
    for item in &temp {
        print!("----> {item}");
    }
    temp.set_slice(.., [mp::Object::from(1), "x".into()])
        .expect_err("an int is needed");
    Value::new('f', 0.1)?.get();
    Ok(())
}

fn events_tell_all(run: &Finished) {
    run.ok();
    run.versions_are_in_order();
    let ops: Vec<String> = run
        .ops()
        .iter()
        .filter(|(_, op)| op.object.is_some())
        .map(|(_, op)| {
            let object = op.object.as_deref().unwrap_or_default();
            let mut text = format!("{object} {}", op.op);
            let args = &op.args;
            let fields = [
                ("code", args.typecode.clone()),
                ("of", args.of.clone()),
                ("name", args.name.clone()),
                ("n", args.n.map(|n| n.to_string())),
                ("index", args.index.map(|index| index.to_string())),
                ("value", args.value.clone()),
                (
                    "values",
                    args.values.as_ref().map(|values| values.join(",")),
                ),
                ("gives", op.result.clone()),
                ("raises", op.error.clone()),
            ];
            for (key, value) in fields {
                if let Some(value) = value {
                    let _ = write!(text, " {key}={value}");
                }
            }
            text
        })
        .collect();
    assert_eq!(
        ops,
        [
            "RLock-1 create",
            "Array-1 create code=i of=RLock-1 n=2 values=11,22",
            "Array-1 name name=temp",
            "Array-1 set index=0 value=101",
            "Array-1 set index=9 raises=IndexError: invalid index",
            "Array-1 get index=0 gives=101",
            "Array-1 get index=1 gives=22",
            "Array-1 get index=2 raises=IndexError: invalid index",
            "Array-1 set_slice index=0 values=1",
            "Array-1 set_slice index=0 raises=TypeError: 'str' object cannot be interpreted as an integer",
            "RLock-2 create",
            "Value-1 create code=f of=RLock-2 value=0.10000000149011612",
            "Value-1 get gives=0.10000000149011612",
        ]
    );
}

/// Waits until a process sleeps, as a process that waits for a lock does.
fn until_asleep(pid: i32) {
    let asleep = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with('S'))
    };
    while !asleep() {
        mp::sleep(0.001);
    }
}

/// An access waits for whoever holds the array's lock.
fn a_held_lock() -> mp::Result<()> {
    let lock = Lock::new()?;
    let temp = Array::with_lock('i', [1], &lock)?;
    let there = Event::new()?;
    lock.acquire();
    let reader = {
        let (temp, there) = (temp.clone(), there.clone());
        Process::new(
            move || -> mp::Result<()> {
                there.set();
                print!("child {}", temp.get(0)?);
                Ok(())
            },
            (),
        )
    };
    reader.start()?;
    there.wait();
    until_asleep(reader.pid().unwrap_or_default());
    // Without taking the lock: it is held, and not recursive.
    temp.get_obj()?.set(0, 2)?;
    lock.release()?;
    reader.join()
}

pub fn cases() -> Vec<Case> {
    let shared: fn(&Finished) = |run| {
        run.ok();
        assert_eq!(
            run.lines(),
            [
                "parent [11, 102, 33] while alive true",
                "sibling [11, 102, 33]",
                "after [11, 102, 103]",
            ]
        );
    };
    let nothing_lost: fn(&Finished) = |run| {
        run.ok();
        assert_eq!(run.lines(), [(ADDERS * TURNS).to_string()]);
    };
    // Updates may be lost and need not be.
    let something_there: fn(&Finished) = |run| {
        run.ok();
        let count: i64 = run.stdout.trim().parse().expect("a number");
        assert!(
            (TURNS..=ADDERS * TURNS).contains(&count) || count > 0,
            "{count}"
        );
    };
    vec![
        Case::plain(
            "sharedctypes_writes_are_seen_while_the_writer_lives",
            sharing,
            shared,
        ),
        Case::plain(
            "sharedctypes_a_killed_childs_write_stays",
            a_killed_writer,
            |run| {
                run.ok();
                assert_eq!(run.lines(), ["2.5 Some(-9)"]);
            },
        ),
        Case::plain(
            "sharedctypes_nothing_is_lost_under_the_lock",
            counting_under_the_lock,
            nothing_lost,
        ),
        Case::traced(
            "sharedctypes_nothing_is_lost_in_the_log",
            counting_under_the_lock,
            |run| {
                run.ok();
                assert_eq!(run.lines().len(), 0, "traced prints are events");
                run.versions_are_in_order();
                reads_give_what_was_written(run);
            },
        ),
        Case::plain(
            "sharedctypes_updates_without_the_lock",
            counting_without,
            something_there,
        ),
        Case::plain("sharedctypes_raw_updates", counting_raw, something_there),
        Case::traced(
            "sharedctypes_the_log_has_every_access_in_its_place",
            a_scramble,
            |run| {
                run.ok();
                run.versions_are_in_order();
                reads_give_what_was_written(run);
            },
        ),
        Case::traced("sharedctypes_events_tell_all", one_of_each, events_tell_all),
        Case::plain(
            "sharedctypes_an_access_waits_for_the_lock",
            a_held_lock,
            |run| {
                run.ok();
                assert_eq!(run.lines(), ["child 2"]);
            },
        ),
        Case::traced(
            "sharedctypes_waiting_for_the_lock_is_told",
            a_held_lock,
            |run| {
                run.ok();
                let waits = run.events.iter().filter(
                    |event| matches!(&event.kind, Kind::OpWait(op) if op.op == OpName::Get),
                );
                assert_eq!(waits.count(), 1);
            },
        ),
    ]
}
