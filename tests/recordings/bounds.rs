//! Hostile recordings are bounded: no text and no number in one takes more memory or screen space than a
//! bound.

use std::fmt::Write as _;
use std::io::Cursor;

use forklore::compare::Run;
use forklore::model::World;
use forklore::trace::Reader;
use serde_json::{Value, json};

use crate::harness::say;

const GOLDEN: &str = include_str!("../golden/format-1.jsonl");

fn recording(header: &str, events: &[Value]) -> String {
    let mut text = format!("{header}\n");
    for (index, event) in events.iter().enumerate() {
        let mut event = event.clone();
        event["seq"] = json!(index + 1);
        event["t"] = json!(index);
        let _ = writeln!(text, "{event}");
    }
    text
}

fn header() -> &'static str {
    GOLDEN.lines().next().unwrap()
}

/// Every event of a recording, folded and prepared for a comparison.
fn folded(text: &str) -> (World, Run) {
    let mut reader = Reader::new(Cursor::new(text.as_bytes())).unwrap();
    let (mut world, mut run) = (World::new(), Run::default());
    while let Some(event) = reader.next_event().unwrap() {
        world.apply(&event);
        run.push(&event, &world);
    }
    run.end(&world);
    (world, run)
}

/// Events with a text of this length wherever a text is allowed; `n` makes each text different.
fn long(n: u32, len: usize) -> Vec<Value> {
    let long = format!("{n}-{}", "x".repeat(len));
    let pid = n + 1;
    let op = |kind: &str, op: &str| {
        json!({
            "proc": n, "pid": pid, "kind": kind, "op": op, "object": long, "at": long,
            "result": long, "error": long,
            "args": {
                "class": long, "name": long, "typecode": long, "of": long, "key": long,
                "value": long, "values": [long], "item": long, "func": long, "child": long,
            },
        })
    };
    let mut known = op("op", "set");
    known["object"] = json!(format!("DictProxy-{n}"));
    let mut waits = op("op.wait", "acquire");
    waits["object"] = json!(format!("RLock-{n}"));
    let row = json!({
        "pid": pid, "ppid": 1, "user": long, "cpu": 0, "mem": 0, "vsz": 1, "rss": 1, "tty": long,
        "stat": long, "start": long, "time": long, "command": long,
    });
    vec![
        json!({"proc": n, "pid": pid, "kind": "process.start", "ppid": 1, "name": long}),
        op("op", "create"),
        known,
        op("op.begin", "start"),
        op("op", "start"),
        waits,
        json!({"proc": n, "pid": pid, "kind": "output", "stream": "stdout", "data": "a\n", "at": long}),
        json!({"proc": n, "pid": pid, "kind": "line", "file": long, "line": 1}),
        json!({"kind": "ps", "rows": [row]}),
        json!({"kind": "fault", "fault": "other", "detail": long}),
        json!({"kind": "marker", "text": long}),
        json!({"kind": "end", "status": "finished", "detail": long}),
    ]
}

#[test]
fn of_a_text_of_any_length_a_beginning_is_kept() {
    let events: Vec<Value> = (0..6).flat_map(|n| long(n, 100_000)).collect();
    let text = recording(header(), &events);
    assert!(text.len() > 20 << 20, "{}", text.len());
    let (world, run) = folded(&text);
    let (world, run) = (format!("{world:?}").len(), format!("{run:?}").len());
    assert!(world < 1 << 20, "{world} bytes of a World");
    assert!(run < 1 << 20, "{run} bytes of a Run");
}

#[test]
fn more_processes_than_anybody_has_are_counted_and_not_kept() {
    let mut run = Run::default();
    let mut reader = Reader::new(Cursor::new(format!("{}\n", header()))).unwrap();
    assert!(reader.next_event().unwrap().is_none());
    let world = World::new();
    for n in 0..100_000_u32 {
        let line = json!({
            "seq": n + 1, "t": 0, "proc": n, "pid": n + 1, "kind": "process.exit", "code": 0,
        });
        let event = forklore::trace::read_packet(line.to_string().as_bytes()).unwrap();
        run.push(&event, &world);
    }
    assert_eq!(run.names().count(), 65_536);
    assert_eq!(run.totals().left_out, 100_000 - 65_536);
}

#[test]
fn counts_beyond_all_numbers_stay_at_the_greatest() {
    let output = json!({
        "proc": 0, "pid": 1, "kind": "output", "stream": "stdout", "data": "a\nb\n",
        "left_out": [u64::MAX, u64::MAX],
    });
    let many = json!({
        "proc": 0, "pid": 1, "kind": "output", "stream": "stdout", "data": "x\n".repeat(150_000),
    });
    let (world, _) = folded(&recording(header(), &[output.clone(), many, output]));
    assert_eq!(world.log().dropped_lines(), u64::MAX);
    assert_eq!(world.log().dropped_bytes(), u64::MAX);
    assert_eq!(world.log().bytes(), u64::MAX);
}

#[test]
fn what_is_said_of_it_stays_readable() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.jsonl"), folder.path().join("b.jsonl"));
    let names = [a.to_str().unwrap(), b.to_str().unwrap()];
    let long = "x".repeat(1 << 20);
    let mut head: Value = serde_json::from_str(header()).unwrap();
    head["lesson"] = json!(long);
    head["params"] = (0..5000)
        .map(|n| (format!("p{n}"), json!(long[..9])))
        .collect();
    let start = json!({"proc": 0, "pid": 1, "kind": "process.start", "ppid": 1, "name": long});
    let exit = json!({"proc": 0, "pid": 1, "kind": "process.exit", "code": 0});
    std::fs::write(&a, recording(&head.to_string(), &[start, exit])).unwrap();
    std::fs::write(&b, GOLDEN).unwrap();
    let wrong = recording(header(), &[json!({"kind": "gate", "proc": long})]);
    for args in [
        &["replay", "--headless", names[0]][..],
        &["compare", names[0], names[1]],
    ] {
        let said = say(args);
        let len = said.out.len() + said.err.len();
        assert!(len < 20_000, "{args:?}: {len} bytes");
    }
    std::fs::write(&a, wrong).unwrap();
    let said = say(&["replay", "--headless", names[0]]);
    assert_eq!(said.code, Some(4));
    assert!(said.err.len() < 1000, "{} bytes", said.err.len());
}

#[test]
fn a_version_of_python_beyond_all_numbers_is_none() {
    let usual = forklore::lesson::Circumstances::default().python;
    let mut header = Reader::new(Cursor::new(GOLDEN)).unwrap().header().clone();
    for (version, number) in [
        ("3.13.1", 313),
        ("9223372036854775807.1", usual),
        ("92233720368547758.9223372036854775807", usual),
        ("3", usual),
    ] {
        header.python = Some(version.to_owned());
        assert_eq!(forklore::check::circumstances(&header).python, number);
    }
}
