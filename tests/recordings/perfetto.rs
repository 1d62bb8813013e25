//! Traces for Perfetto, read by the rules of its importer (`importer.py`, in Python): it drops nothing of
//! them, and every arrow runs from the operation that gave to the one that took.

use std::fmt::Write as _;

use serde_json::Value;

use crate::exports::{GOLDEN, each, python};

const IMPORTER: &str = include_str!("importer.py");

/// An end of an arrow: process, slice, and the slice around it.
fn end(value: &Value) -> (&str, &str, &str) {
    let text = |n: usize| value[n].as_str().unwrap();
    (text(0), text(1), text(2))
}

/// The first word of the operation an arrow ends in.
fn taker<'a>((_, slice, around): (&str, &'a str, &'a str)) -> &'a str {
    let operation = if slice.starts_with("from ") {
        around
    } else {
        slice
    };
    operation.split(' ').next().unwrap()
}

#[test]
fn every_slice_is_kept_and_every_arrow_runs_from_giver_to_taker() {
    each("perfetto", IMPORTER, |which, said| {
        let read: Value = serde_json::from_str(said).unwrap();
        let arrows = read["arrows"].as_array().unwrap();
        for arrow in arrows {
            let (giver, (from, ..)) = (taker(end(&arrow[1])), end(&arrow[1]));
            let (to, slice, _) = end(&arrow[2]);
            let pair = (arrow[0].as_str().unwrap(), giver, taker(end(&arrow[2])));
            let lawful = [
                ("lock", "release", "acquire"),
                ("message", "put", "queue.get"),
                ("message", "send", "recv"),
                ("task", "submit", "task"),
                ("task", "task", "result.get"),
            ];
            assert!(lawful.contains(&pair), "{which}: {arrow}");
            assert!(from != to, "{which}: {arrow}");
            if let Some(named) = slice.strip_prefix("from ") {
                assert_eq!(named, from, "{which}: {arrow}");
            }
        }
        let count = match which {
            "lock" | "pool-async" => 9,
            "queue" => 3,
            "pool-blocking" => 8,
            "hostile" => 1,
            _ => 0,
        };
        assert_eq!(arrows.len(), count, "{which}");
        assert!(read["slices"]["process"].as_u64() >= Some(2), "{which}");
        assert!(read["slices"]["end"] == 1, "{which}");
    });
}

/// What the importer makes of these events.
fn read(events: &[&str]) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let mut text = GOLDEN.lines().next().unwrap().to_owned();
    for (number, event) in events.iter().enumerate() {
        write!(text, "\n{{\"seq\":{},{event}}}", number + 1).unwrap();
    }
    std::fs::write(&path, text + "\n").unwrap();
    let said = python(&[path.to_str().unwrap()], "perfetto", IMPORTER)?;
    Some(serde_json::from_str(&said).unwrap())
}

const MAIN: &str = r#""t":1000,"proc":0,"pid":100,"kind":"process.start","ppid":99,"name":"Main","role":"main","daemon":false,"method":"exec""#;
const CHILD: &str = r#""t":1100,"proc":1,"pid":101,"kind":"process.start","ppid":100,"name":"Child","role":"process","daemon":false,"method":"fork""#;
const LOCK: &str = r#""t":1000,"proc":0,"pid":100,"kind":"op","op":"create","object":"Lock-1","args":{"class":"Lock"},"t0":1000"#;

#[test]
fn who_takes_later_than_it_began_gets_its_arrow_at_its_end() {
    // It waited; it was inside another operation when the lock became free.
    let waited = [
        MAIN,
        LOCK,
        CHILD,
        r#""t":2000,"proc":1,"pid":101,"kind":"op.wait","op":"acquire","object":"Lock-1","t0":1900"#,
        r#""t":3000,"proc":0,"pid":100,"kind":"op","op":"release","object":"Lock-1","t0":2950"#,
        r#""t":3010,"proc":1,"pid":101,"kind":"op","op":"get","object":"Array-1","t0":2990"#,
        r#""t":3500,"proc":1,"pid":101,"kind":"op","op":"acquire","object":"Lock-1","t0":1900,"result":"True""#,
        r#""t":4000,"kind":"end","status":"finished""#,
    ];
    // While the gate holds an operation there is no wait event.
    let gated: Vec<&str> = waited
        .into_iter()
        .filter(|event| !event.contains("op.wait"))
        .collect();
    for (events, waits) in [(&waited[..], 1), (&gated[..], 0)] {
        let Some(read) = read(events) else { return };
        let arrows = read["arrows"].as_array().unwrap();
        assert_eq!(arrows.len(), 1, "{read}");
        assert_eq!(end(&arrows[0][1]), ("Main", "release Lock-1", "Main"));
        assert_eq!(
            end(&arrows[0][2]),
            ("Child", "from Main", "acquire Lock-1"),
            "{read}"
        );
        assert_eq!(read["slices"]["wait"].as_u64().unwrap_or(0), waits);
        assert_eq!(read["slices"]["taken"], 1);
    }
}

#[test]
fn who_was_refused_took_nothing() {
    let Some(read) = read(&[
        MAIN,
        LOCK,
        CHILD,
        r#""t":2000,"proc":0,"pid":100,"kind":"op","op":"release","object":"Lock-1""#,
        r#""t":3000,"proc":1,"pid":101,"kind":"op","op":"acquire","object":"Lock-1","result":"False""#,
        r#""t":4000,"kind":"end","status":"finished""#,
    ]) else {
        return;
    };
    assert_eq!(read["arrows"].as_array().unwrap().len(), 0);
}

#[test]
fn what_never_ended_is_drawn_to_the_end_and_nothing_laps_over_it() {
    let Some(read) = read(&[
        MAIN,
        LOCK,
        CHILD,
        r#""t":1500,"proc":0,"pid":100,"kind":"op","op":"create","object":"Pool-1","args":{"class":"Pool","n":1}"#,
        r#""t":1500,"proc":0,"pid":100,"kind":"op","op":"submit","object":"Pool-1","args":{"task":0,"func":"f"},"t0":1500"#,
        // A task that begins with the operation that begins it, and operations without duration.
        r#""t":2000,"proc":1,"pid":101,"kind":"op","op":"task.start","object":"Pool-1","args":{"task":0}"#,
        r#""t":2000,"proc":1,"pid":101,"kind":"op","op":"get","object":"Array-1","t0":2000"#,
        r#""t":2000,"proc":1,"pid":101,"kind":"op","op":"get","object":"Array-1","t0":2000"#,
        r#""t":2100,"proc":1,"pid":101,"kind":"op","op":"get","object":"Array-1","t0":2000"#,
        r#""t":2200,"proc":1,"pid":101,"kind":"op.wait","op":"acquire","object":"Lock-1""#,
        r#""t":2300,"proc":0,"pid":100,"kind":"op.wait","op":"join","args":{"child":"Child"}"#,
        // Under the gate there is only its announcement.
        r#""t":2400,"proc":0,"pid":100,"kind":"op.begin","op":"acquire","object":"Lock-1""#,
        r#""t":9000,"kind":"end","status":"deadlock""#,
    ]) else {
        return;
    };
    assert_eq!(read["slices"]["wait"], 3, "{read}");
    assert_eq!(read["slices"]["task"], 1, "{read}");
    let arrows = read["arrows"].as_array().unwrap();
    assert_eq!(arrows.len(), 1, "{read}");
    assert_eq!(end(&arrows[0][2]), ("Child", "task 0", "Child"));
}

#[test]
fn what_is_said_to_have_been_before_the_run_begins_with_it() {
    let Some(read) = read(&[
        r#""t":0,"proc":0,"pid":100,"kind":"process.start","ppid":99,"name":"Main","role":"main","daemon":false,"method":"exec""#,
        r#""t":0,"proc":0,"pid":100,"kind":"op","op":"create","object":"Lock-1","args":{"class":"Lock"},"t0":-7"#,
        r#""t":-5,"proc":0,"pid":100,"kind":"op.wait","op":"acquire","object":"Lock-1""#,
        r#""t":-4,"proc":0,"pid":100,"kind":"output","stream":"stdout","data":"early""#,
        r#""t":-3,"kind":"marker","text":"here""#,
        r#""t":9,"kind":"end","status":"deadlock""#,
    ]) else {
        return;
    };
    for kind in ["process", "op", "wait", "stdout", "marker", "end"] {
        assert_eq!(read["slices"][kind], 1, "{read}");
    }
}
