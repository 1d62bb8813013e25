//! `forklore trace` from the outside. forklore ends with the program's exit code and passes its stdin on;
//! the recording plays, and no process is left.

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Stdio};

use forklore::sys::signal::SignalState;
use forklore::trace::{Event, Kind, Reader};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{Said, ended, finish, forklore, plain, say};
use crate::marks::{assert_nothing_left, mark, marked, wait_until};

/// The lines of a recording.
fn recorded(text: &str) -> Vec<Event> {
    let mut reader = Reader::new(text.as_bytes()).expect("a header");
    let mut events = Vec::new();
    while let Some(event) = reader.next_event().expect("a whole line") {
        events.push(event);
    }
    events
}

fn printed(events: &[Event]) -> String {
    let mut bytes = Vec::new();
    for event in events {
        if let Kind::Output(output) = &event.kind {
            bytes.extend_from_slice(&output.data);
        }
    }
    String::from_utf8(bytes).expect("text")
}

#[test]
fn its_exit_code_is_the_programs_own() {
    for (script, code) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("exit 255", 255),
        ("kill -9 $$", 137),
        ("kill -TERM $$", 143),
    ] {
        for format in ["human", "json"] {
            let said = say(&["trace", "--format", format, "--", "sh", "-c", script]);
            assert_eq!(said.code, Some(code), "{script}: {said:?}");
        }
    }
    let said = say(&["trace", "--", "sh", "-c", "exit 7"]);
    assert!(
        said.out.contains("sh ended with exit code 7 after "),
        "{said:?}"
    );
    assert_eq!(said.err, "");
}

#[test]
fn the_lines_are_told_with_their_writers_and_all_rows_in_the_end() {
    let said = say(&["trace", "sh", "-c", "echo one; sh -c 'echo two >&2'; true"]);
    assert_eq!(said.code, Some(0));
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines[0], "sh -c echo one; sh -c 'echo two >&2'; true");
    let told = |end: &str| lines.iter().any(|line| line.ends_with(end));
    assert!(
        told(" sh               one") && told(" sh               stderr: two"),
        "{said:?}"
    );
    let rows = lines
        .iter()
        .filter(|line| line.starts_with("0     "))
        .count();
    assert_eq!(rows, 2, "{said:?}");
    let chinese = say(&["--lang", "zh", "trace", "sh", "-c", "exit 7"]);
    assert!(chinese.out.contains("sh 在 "), "{chinese:?}");
}

#[test]
fn what_can_not_be_started_is_named() {
    for (program, words) in [
        ("no-such-program", "there is no program `no-such-program`"),
        ("/etc/passwd", "passwd could not be started: "),
        ("/", "could not be started: "),
    ] {
        let said = say(&["trace", "--", program]);
        assert_eq!((said.code, said.out.as_str()), (Some(3), ""), "{said:?}");
        assert!(said.err.contains(words), "{said:?}");
    }
    for wrong in [
        &["trace"][..],
        &["trace", "--"],
        &["trace", "--frobnicate", "ls"],
    ] {
        let said = say(wrong);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{said:?}");
    }
}

#[test]
fn the_program_inherits_nothing_of_ours() {
    // Both run from one shell, so it does not matter what tests running beside this one have open.
    let script = "ls /proc/self/fd; echo; \"$0\" trace --format json -- ls /proc/self/fd";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_forklore")]);
    plain(&mut command);
    let said = finish(&mut command);
    let (untraced, traced) = said.out.split_once("\n\n").expect("both listings");
    assert_eq!(printed(&recorded(traced)).trim_end(), untraced, "{said:?}");
}

#[test]
fn the_program_inherits_signals_as_they_were() {
    let look = "grep '^Sig[BIC]' /proc/self/status";
    // No signals, signals that the parent ignores, and those ignored in a script's background job.
    for (before, after) in [
        ("", ""),
        ("trap '' HUP INT QUIT TERM USR1 TSTP PIPE CHLD;", ""),
        ("", "& wait"),
    ] {
        let script =
            format!("{before} {look} {after}\necho\n\"$0\" trace --format json -- {look} {after}");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_forklore")]);
        plain(&mut command);
        let said = finish(&mut command);
        let (untraced, traced) = said.out.split_once("\n\n").expect("both listings");
        let printed = printed(&recorded(traced));
        assert_eq!(printed.trim_end(), untraced, "{script}");
    }
}

#[test]
fn arguments_reach_the_program_to_the_byte() {
    let odd = OsStr::from_bytes(b"\xff \"'$\n--lang");
    let mut command = forklore(&["trace", "--format", "json", "--", "printf", "%s|%s"]);
    let said = finish(command.arg(odd).arg("--help"));
    assert_eq!(said.code, Some(0));
    let events = recorded(&said.out);
    let mut bytes = Vec::new();
    for event in &events {
        if let Kind::Output(output) = &event.kind {
            bytes.extend_from_slice(&output.data);
        }
    }
    let wanted = [odd.as_bytes(), b"|--help"].concat();
    assert_eq!(bytes, wanted);
}

#[test]
fn what_is_piped_in_is_the_programs() {
    let mut command = forklore(&["trace", "--format", "json", "--", "cat"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"first\nsecond\n").unwrap();
    drop(input);
    let said = ended(child);
    assert_eq!(printed(&recorded(&said.out)), "first\nsecond\n");
    // There is nobody to read from: it reads end of file.
    let said = say(&["trace", "--format", "json", "--", "cat"]);
    assert_eq!(
        (said.code, printed(&recorded(&said.out)).as_str()),
        (Some(0), "")
    );
}

/// Records this script; returns the folder of the recording and what was printed.
fn record(name: &str, script: &str) -> (tempfile::TempDir, String, Said) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    let path = file.to_str().unwrap().to_owned();
    let said = say(&["trace", "--record", &path, "--", "sh", "-c", script]);
    (folder, path, said)
}

#[test]
fn a_recording_plays_with_the_verdict_of_the_program() {
    for name in ["a.jsonl", "a.jsonl.zst"] {
        let (_folder, path, said) = record(name, "echo one; sh -c 'echo two'; exit 4");
        assert_eq!(said.code, Some(4), "{said:?}");
        let replayed = say(&["replay", "--headless", &path]);
        assert_eq!(
            (replayed.code, replayed.out.as_str()),
            (Some(4), "one\ntwo\n"),
            "{replayed:?}"
        );
        assert!(
            replayed.err.contains("sh ended with exit code 4 after "),
            "{replayed:?}"
        );
        let same = say(&["compare", &path, &path]);
        assert_eq!(same.code, Some(0), "{same:?}");
        for form in ["perfetto", "asciicast", "svg", "csv"] {
            let export = say(&["export", &path, "--to", form]);
            assert_eq!((export.code, export.err.as_str()), (Some(0), ""), "{form}");
            assert!(export.out.contains("sh"), "{form}");
        }
    }
    let (_folder, path, _) = record("k.jsonl", "kill -9 $$");
    assert_eq!(say(&["replay", "--headless", &path]).code, Some(137));
}

#[test]
fn what_is_told_is_what_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jsonl");
    let path = file.to_str().unwrap();
    let script = "echo one; sh -c 'echo two; exit 3'; kill -9 $$";
    let said = say(&[
        "trace", "--format", "json", "--record", path, "--", "sh", "-c", script,
    ]);
    assert_eq!(said.code, Some(137));
    assert_eq!(said.out, std::fs::read_to_string(&file).unwrap());
}

#[test]
fn where_processes_can_not_be_followed_it_is_said_and_the_program_runs() {
    // A followed process can't be followed again: it has a tracer already.
    let inner = env!("CARGO_BIN_EXE_forklore");
    let script = "echo one; sh -c 'echo two; exit 3'; exit 4";
    let said = say(&[
        "trace", "--", inner, "trace", "--format", "json", "--", "sh", "-c", script,
    ]);
    assert_eq!(said.code, Some(4), "{said:?}");
    assert_eq!(
        said.out.matches("\"fault\":\"not_followed\"").count(),
        1,
        "{said:?}"
    );
    for line in ["one\\n", "two\\n"] {
        assert!(
            said.out.contains(&format!("\"data\":\"{line}\"")),
            "{said:?}"
        );
    }
}

#[test]
fn two_recordings_of_one_program_are_held_against_each_other() {
    let (_a, a, _) = record("a.jsonl", "echo one; sh -c 'exit 3'; true");
    let (_b, b, _) = record("b.jsonl", "echo one; sh -c 'exit 5'; true");
    let said = say(&["compare", &a, &b]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.out.contains("exit") && said.out.contains("sh (2)"),
        "{said:?}"
    );
}

#[test]
fn a_recording_that_breaks_does_not_break_the_run() {
    let said = say(&[
        "trace",
        "--record",
        "/dev/full",
        "--",
        "sh",
        "-c",
        "echo on; exit 6",
    ]);
    assert_eq!(said.code, Some(6), "{said:?}");
    assert!(said.out.contains(" on\n"));
    assert_eq!(
        said.err.matches("the recording has stopped").count(),
        1,
        "{said:?}"
    );
    let said = say(&[
        "trace",
        "--record",
        "/no/such/folder/a",
        "--",
        "sh",
        "-c",
        "exit 6",
    ]);
    assert_eq!(said.code, Some(2), "{said:?}");
}

/// A traced script that has printed `ready`, with its mark.
fn ready(script: &str) -> (std::process::Child, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let mut command = forklore(&["trace", "--", "sh", "-c"]);
    command.arg(script).env("READY", &path);
    let mark = mark(&mut command);
    let child = command.spawn().unwrap();
    wait_until(|| std::fs::read(&path).is_ok_and(|text| !text.is_empty()));
    (child, mark)
}

#[test]
fn the_first_ctrl_c_is_the_programs_and_the_second_ours() {
    let script = "trap 'echo heard >> $READY' INT; echo r > $READY; while :; do sleep 0.01; done";
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let mut command = forklore(&["trace", "--", "sh", "-c", script]);
    command.env("READY", &path);
    let mark = mark(&mut command);
    let child = command.spawn().unwrap();
    let says = |word: &str| {
        wait_until(|| std::fs::read_to_string(&path).is_ok_and(|text| text.contains(word)));
    };
    says("r\n");
    let forklore = Pid::from_raw(child.id().cast_signed());
    kill(forklore, Signal::SIGINT).unwrap();
    says("heard\n");
    kill(forklore, Signal::SIGINT).unwrap();
    let said = ended(child);
    assert_eq!(said.code, Some(130), "{said:?}");
    assert_nothing_left(&mark);
}

#[test]
fn a_hang_up_that_nohup_ignores_ends_neither_forklore_nor_the_program() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let inner =
        "echo r > $READY; while ! grep -q go $READY; do sleep 0.01; done; kill -HUP $$; exit 6";
    let mut command = Command::new("sh");
    plain(&mut command);
    command
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_forklore"))
        .args(["trace", "--", "sh", "-c", inner])
        .env("READY", &path);
    let mark = mark(&mut command);
    let child = command.spawn().unwrap();
    wait_until(|| std::fs::read(&path).is_ok_and(|text| !text.is_empty()));
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGHUP).unwrap();
    std::fs::write(&path, "go").unwrap();
    let said = ended(child);
    assert_eq!(said.code, Some(6), "{said:?}");
    assert_nothing_left(&mark);
}

#[test]
fn nothing_is_left_however_forklore_goes() {
    let script = "trap '' TERM HUP; (setsid sleep 1000 &); sleep 1000 & echo r > $READY; wait";
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGKILL] {
        if SignalState::at_start().ignores(signal) {
            continue;
        }
        let (child, mark) = ready(script);
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        let said = ended(child);
        let code = (signal != Signal::SIGKILL).then_some(128 + signal as i32);
        assert_eq!(said.code, code, "{said:?}");
        assert_nothing_left(&mark);
    }
}

#[test]
fn a_reader_that_goes_ends_the_run() {
    let mut command = forklore(&["trace", "--", "sh", "-c", "while :; do echo more; done"]);
    let mark = mark(&mut command);
    let mut child = command.spawn().unwrap();
    wait_until(|| marked(&mark).len() > 2);
    drop(child.stdout.take());
    assert_eq!(ended(child).code, Some(141));
    assert_nothing_left(&mark);
}

#[test]
fn json_holds_nothing_a_terminal_would_obey() {
    let printed = r"\302\2332J \177 \342\200\256abc";
    let said = say(&["trace", "--format", "json", "--", "printf", printed]);
    let obeyed = |c: &char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}');
    assert_eq!(said.out.chars().find(obeyed), None, "{:?}", said.out);
    assert!(
        said.out.contains(r"\u009b2J \u007f \u202eabc"),
        "{}",
        said.out
    );
}
