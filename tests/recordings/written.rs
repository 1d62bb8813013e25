//! Recording real runs: trouble with the file never breaks the run, and what was written before a crash
//! is readable.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use forklore::sys::clock;
use forklore::trace::{Reader, uncompressed};
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};

use crate::harness::{ended, finish, forklore, plain, say};

const GOLDEN: &str = include_str!("../golden/format-1.jsonl");

#[test]
fn a_pipe_whose_reader_leaves_ends_the_recording_and_not_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    mkfifo(&pipe, Mode::S_IRWXU).unwrap();
    let place = pipe.to_str().unwrap();
    let child = forklore(&[
        "run",
        "pool-async",
        "--time-scale",
        "0.1",
        "--record",
        place,
    ])
    .spawn()
    .unwrap();
    // The reader takes the header and two events, then stops reading.
    let mut reader = BufReader::with_capacity(64, File::open(&pipe).unwrap());
    let mut line = String::new();
    for _ in 0..3 {
        reader.read_line(&mut line).unwrap();
    }
    drop(reader);
    let said = ended(child);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    let told = said.err.matches("the recording has stopped").count();
    assert_eq!(told, 1, "{}", said.err);
    assert!(said.err.contains("Broken pipe"), "{}", said.err);
    assert!(line.starts_with("{\"forklore\":1,"), "{line}");
}

#[test]
fn a_pipe_nobody_reads_is_told_and_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["pipe", "pipe.zst"] {
        let pipe = folder.path().join(name);
        mkfifo(&pipe, Mode::S_IRWXU).unwrap();
        let place = pipe.to_str().unwrap();
        let said = say(&["run", "create-process", "--record", place]);
        assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
        assert!(said.out.contains("The run finished"), "{}", said.out);
        let told = said.err.matches("the recording has stopped").count();
        assert_eq!(told, 1, "{}", said.err);
        assert!(said.err.contains("nobody reads the pipe"), "{}", said.err);
    }
}

#[test]
fn test_says_once_that_nothing_can_be_recorded_there() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "mine\n").unwrap();
    let place = notes.join("in-a-file");
    let place = place.to_str().unwrap();
    let said = say(&["test", "create-process", "--runs", "3", "--record", place]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let told = said.err.matches("the recording has stopped").count();
    assert_eq!(told, 1, "{}", said.err);
}

#[test]
fn where_nothing_can_be_recorded_nothing_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "mine\n").unwrap();
    let inside = notes.join("a.jsonl");
    for (path, words) in [
        (folder.path(), "Is a directory"),
        (inside.as_path(), "Not a directory"),
        (Path::new("/nowhere/a.jsonl"), "No such file"),
        (notes.as_path(), "is not a recording; it was left as it is"),
    ] {
        let path = path.to_str().unwrap();
        let said = say(&["run", "lock", "--record", path]);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{path}");
        assert!(said.err.contains(words), "{words} in {}", said.err);
        assert!(said.err.contains(path), "{}", said.err);
    }
    assert_eq!(std::fs::read_to_string(&notes).unwrap(), "mine\n");
}

#[test]
fn a_recording_that_is_there_makes_way_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    for (name, before) in [
        ("a.jsonl", GOLDEN),
        ("b.jsonl", ""),
        ("c.jsonl", "{\"forklore\":9}\n"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, before).unwrap();
        let path = path.to_str().unwrap();
        let said = say(&["run", "create-process", "--record", path]);
        assert_eq!(said.code, Some(0), "{name}: {}", said.err);
        let said = say(&["replay", "--headless", path]);
        assert_eq!(said.code, Some(0), "{name}: {}", said.err);
    }
}

/// The number of complete events in a file, as far as it can be read.
fn readable(path: &Path) -> u64 {
    let opened = File::open(path).and_then(uncompressed);
    let Some(mut reader) = opened.ok().and_then(|lines| Reader::new(lines).ok()) else {
        return 0;
    };
    let mut events = 0;
    while let Ok(Some(_)) = reader.next_event() {
        events += 1;
    }
    events
}

#[test]
fn what_was_recorded_before_forklore_was_killed_can_be_read() {
    for name in ["run.jsonl", "run.jsonl.zst"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let file = path.to_str().unwrap();
        let child = forklore(&["run", "pool-async", "--record", file])
            .spawn()
            .unwrap();
        // Three tasks run and sleep for a second between their lines, so there are six lines by now.
        let deadline = clock::deadline(Duration::from_secs(30)).unwrap();
        while readable(&path) < 40 {
            assert!(clock::monotonic_ns() < deadline, "{}", readable(&path));
            std::thread::sleep(Duration::from_millis(5));
        }
        let before = readable(&path);
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL).unwrap();
        assert_eq!(ended(child).code, None);
        assert!(readable(&path) >= before);
        let said = say(&["replay", "--headless", file]);
        assert_eq!(said.code, Some(4), "{}", said.err);
        assert!(said.out.contains("0---------->11"), "{}", said.out);
        let word = [
            "stops before the run's end",
            "last line of the recording was cut off",
            "compressed file was cut off",
        ];
        assert!(
            word.iter().any(|word| said.err.contains(word)),
            "{}",
            said.err
        );
    }
}

#[test]
fn where_there_is_no_stdout_nothing_is_a_success() {
    let forklore = env!("CARGO_BIN_EXE_forklore");
    for words in [
        "run create-process",
        "lessons list",
        "replay --headless --example lock",
    ] {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec {forklore} {words} >&-")]);
        plain(&mut shell);
        let said = finish(&mut shell);
        assert_eq!(said.code, Some(1), "{words}: {}", said.err);
        assert!(
            said.err.contains("Bad file descriptor"),
            "{words}: {}",
            said.err
        );
    }
}
