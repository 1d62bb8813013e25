//! `replay --headless`: the original output, the verdict, and damaged or hostile recordings.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use forklore::trace::{
    Engine, Event, Exit, Header, Kind, Output, ProcessStart, Role, RunEnd, RunStatus, StartMethod,
    Stream, encode_event,
};

use crate::harness::{Said, ended, forklore, say};

fn header(lesson: &str) -> Header {
    Header {
        program_sha256: "0".repeat(64),
        ..Header::of(lesson)
    }
}

/// A recording in which one process with a name prints these bytes and ends.
fn recording(lesson: &str, name: &str, prints: &[(Stream, &[u8])]) -> Vec<u8> {
    let mut bytes = header(lesson).line();
    let start = ProcessStart {
        ppid: 1,
        name: name.to_owned(),
        role: Role::Main,
        daemon: false,
        method: StartMethod::Exec,
    };
    let mut kinds = vec![Kind::ProcessStart(start)];
    kinds.extend(prints.iter().map(|(stream, data)| {
        Kind::Output(Output {
            stream: *stream,
            data: data.to_vec(),
            at: None,
            left_out: None,
        })
    }));
    kinds.push(Kind::ProcessExit(Exit::Code(0)));
    kinds.push(Kind::End(RunEnd {
        status: RunStatus::Finished,
        detail: None,
        ended: Vec::new(),
    }));
    for (index, kind) in kinds.into_iter().enumerate() {
        let own = !matches!(kind, Kind::End(_));
        let event = Event {
            seq: index as u64 + 1,
            t: i64::try_from(index).unwrap() * 1_000_000,
            proc: own.then_some(0),
            pid: if own { 100 } else { 0 },
            tid: None,
            kind,
        };
        encode_event(&mut bytes, &event);
    }
    bytes
}

/// Replays bytes given on stdin.
fn replay(bytes: &[u8], arguments: &[&str]) -> Said {
    let mut command = forklore(&["replay", "--headless", "-"]);
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A replay that gives up early closes its stdin.
    let _ = stdin.write_all(bytes);
    drop(stdin);
    ended(child)
}

#[test]
fn a_replay_prints_what_the_run_printed_and_gives_its_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let path = path.to_str().unwrap();
    let run = say(&["run", "lock", "--record", path]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let plain = say(&["replay", "--headless", path]);
    assert_eq!(plain.code, Some(0), "{}", plain.err);
    let timed = say(&["replay", "--headless", "--times", path]);
    let lines = plain.out.lines().count();
    assert_eq!(lines, 40);
    // With --times the lines are those that the run itself printed.
    assert_eq!(timed.out.lines().count(), lines);
    for (timed, plain) in timed.out.lines().zip(plain.out.lines()) {
        assert!(timed.ends_with(plain), "{timed} / {plain}");
        assert!(run.out.contains(timed), "{timed}");
    }
    let verdicts = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.starts_with('✓'));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(verdicts(&plain.err), verdicts(&run.out));
    assert!(
        plain.err.contains("The run finished after"),
        "{}",
        plain.err
    );
}

#[test]
fn streams_go_where_they_went_and_times_put_them_together() {
    let prints = [
        (Stream::Stdout, &b"out\n"[..]),
        (Stream::Stderr, b"err\n"),
        (Stream::Stdout, b"rest"),
    ];
    let bytes = recording("nowhere", "MainProcess", &prints);
    let said = replay(&bytes, &[]);
    assert_eq!(said.out, "out\nrest\n");
    assert!(said.err.starts_with("err\n"), "{}", said.err);
    let said = replay(&bytes, &["--times"]);
    let expected = "   0.001 PID MainProcess      out\n   \
                    0.002 PID MainProcess      stderr: err\n   \
                    0.003 PID MainProcess      rest\n";
    let told: Vec<String> = said
        .out
        .lines()
        .map(|line| {
            let (time, rest) = line.split_at(8);
            format!("{time} {}\n", rest.trim_start().replacen("100", "PID", 1))
        })
        .collect();
    assert_eq!(told.concat(), expected);
}

#[test]
fn a_program_that_hung_has_its_verdict_after_all_that_was_printed() {
    let events = r#"{"seq":1,"t":1,"proc":0,"pid":100,"kind":"process.start","ppid":1,"name":"MainProcess","role":"main","daemon":false,"method":"exec"}
{"seq":2,"t":2,"proc":0,"pid":100,"kind":"op","op":"create","object":"Lock-1","args":{"class":"Lock","name":"door"},"t0":1}
{"seq":3,"t":3,"proc":0,"pid":100,"kind":"op","op":"acquire","object":"Lock-1","t0":2,"result":"True"}
{"seq":4,"t":4,"proc":0,"pid":100,"kind":"op.wait","op":"acquire","object":"Lock-1","t0":3}
{"seq":5,"t":5,"pid":0,"kind":"fault","fault":"deadlock","detail":"all wait"}
{"seq":6,"t":6,"proc":0,"pid":100,"kind":"output","stream":"stderr","data":"KeyboardInterrupt\n"}
{"seq":7,"t":7,"proc":0,"pid":100,"kind":"process.exit","signal":2}
{"seq":8,"t":8,"pid":0,"kind":"end","status":"finished"}
"#;
    let mut bytes = Header {
        engine: Engine::Trace.into(),
        argv: vec!["python3".to_owned(), "a.py".to_owned()],
        ..header("python3 a.py")
    }
    .line();
    bytes.extend_from_slice(events.as_bytes());
    let said = replay(&bytes, &[]);
    let lines: Vec<&str> = said.err.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines[..3],
        [
            "KeyboardInterrupt",
            "Nothing can go on:",
            "  MainProcess (PID 100) waits for door (Lock-1), which it holds itself",
        ],
        "{said:?}"
    );
    assert!(lines[3].starts_with("python3 ended"), "{said:?}");
    assert_eq!(said.code, Some(130));
}

#[test]
fn an_unknown_lesson_is_printed_and_its_checks_left_out() {
    let bytes = recording(
        "from-elsewhere",
        "MainProcess",
        &[(Stream::Stdout, b"hi\n")],
    );
    let said = replay(&bytes, &[]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "hi\n"));
    assert!(
        said.err
            .contains("there is no lesson `from-elsewhere` here, so the checks can't be evaluated"),
        "{}",
        said.err
    );
}

#[test]
fn another_program_and_a_red_check_are_told() {
    let bytes = recording("create-process", "MainProcess", &[]);
    let said = replay(&bytes, &[]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("another version of the lesson's program"),
        "{}",
        said.err
    );
    assert!(said.err.contains("✗ FAILED"), "{}", said.err);
}

#[test]
fn hostile_recordings_can_do_no_harm() {
    let hostile = "\u{1b}]0;owned\u{7}a\u{1b}[2Jb\u{9b}31m\u{202e}\r";
    let long = vec![b'x'; 60_000];
    let prints = [
        (Stream::Stdout, hostile.as_bytes()),
        (Stream::Stdout, b"\n\xff\xfe\x1b[31m"),
        (Stream::Stderr, b"\x1bP1$r\x07\n"),
        (Stream::Stderr, &long),
    ];
    for lesson in ["nowhere", hostile] {
        let bytes = recording(lesson, hostile, &prints);
        for arguments in [&[][..], &["--times"]] {
            let said = replay(&bytes, arguments);
            let steering = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!said.out.contains(steering), "{:?}", said.out);
            assert!(!said.err.contains(steering), "{:?}", said.err);
            assert!(said.out.contains("ab\u{fffd}31m\u{fffd}"), "{:?}", said.out);
        }
    }
}

#[test]
fn a_torn_last_line_is_told_and_the_rest_printed() {
    let mut bytes = recording("nowhere", "MainProcess", &[(Stream::Stdout, b"hi\n")]);
    bytes.truncate(bytes.len() - 4);
    let said = replay(&bytes, &[]);
    assert_eq!(said.out, "hi\n");
    assert_eq!(said.code, Some(4), "it holds no verdict");
    assert!(
        said.err
            .contains("the last line of the recording was cut off"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("stops before the run's end"),
        "{}",
        said.err
    );
}

#[test]
fn other_damage_gives_4_a_clear_word_and_what_was_good() {
    let good = recording("nowhere", "MainProcess", &[(Stream::Stdout, b"hi\n")]);
    let lines: Vec<&[u8]> = good.split_inclusive(|byte| *byte == b'\n').collect();
    let with = |index: usize, line: &[u8]| {
        let mut changed = lines.clone();
        changed[index] = line;
        changed.concat()
    };
    let long = [vec![b' '; 5 << 20], b"\n".to_vec()].concat();
    let header = "{\"forklore\":99,\"new\":true}\n";
    for (bytes, words, out) in [
        (with(3, b"{]\n"), "line 4: not an event", "hi\n"),
        (with(3, b"\xff\xfe\n"), "line 4: not an event", "hi\n"),
        (
            with(3, lines[2]),
            "line 4: event number 2 where 3 was due",
            "hi\n",
        ),
        (with(3, &long), "line 4: longer than", "hi\n"),
        (with(0, header.as_bytes()), "has format 99", ""),
        (with(0, b"plain text\n"), "not a recording", ""),
        (Vec::new(), "the file is empty", ""),
    ] {
        let said = replay(&bytes, &[]);
        assert_eq!((said.code, said.out.as_str()), (Some(4), out), "{words}");
        assert!(said.err.contains(words), "{words} in {}", said.err);
    }
}

#[test]
fn files_that_are_no_recordings_give_4() {
    let folder = tempfile::tempdir().unwrap();
    let missing: PathBuf = folder.path().join("missing");
    for (path, words) in [
        (missing.to_str().unwrap(), "No such file"),
        (folder.path().to_str().unwrap(), "directory"),
        ("/dev/zero", "longer than"),
        ("/dev/null", "the file is empty"),
    ] {
        let said = say(&["replay", "--headless", path]);
        assert_eq!((said.code, said.out.as_str()), (Some(4), ""), "{path}");
        assert!(said.err.contains(words), "{words} in {}", said.err);
        assert!(said.err.contains(path), "{path} in {}", said.err);
    }
}
