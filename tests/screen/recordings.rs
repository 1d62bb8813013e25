//! Recordings on the screen: every way to move the play head, and damaged files.

use std::io::Write as _;
use std::path::Path;

use forklore::model::World;
use forklore::trace::{Reader, RunStatus, Sink, uncompressed};

use crate::pty::Screen;

const GOLDEN: &str = include_str!("../golden/format-1.jsonl");
/// Kinds, fields and words of a later version.
const LATER: &str = include_str!("../golden/format-1-later.jsonl");

/// Opens these bytes as a recording.
fn replay(name: &str, bytes: &[u8], size: (u16, u16)) -> Screen {
    let state = tempfile::tempdir().unwrap();
    std::fs::write(state.path().join(name), bytes).unwrap();
    Screen::with(&["replay", name], size, state, &[])
}

/// Goes to a place with the prompt and waits for what is there.
fn go(screen: &mut Screen, words: &str, seen: &str) {
    screen.press("t");
    screen.wait_for("go to (");
    screen.press(words);
    screen.press("\r");
    screen.wait_for(seen);
}

#[test]
fn the_play_head_goes_wherever_it_is_sent() {
    let mut screen = Screen::open(&["replay", "--example", "lock"], (120, 40));
    screen.wait_for(" 201/201 ");
    // By number, share, moment, and in words.
    go(&mut screen, "50%", " 101/201 ");
    go(&mut screen, "1", " 1/201 ");
    go(&mut screen, "release lock", "release lock");
    screen.wait_for(" 55/201 ");
    // Steps of one and of ten, back and forward.
    for (keys, place) in [
        (",", " 54/201 "),
        ("<", " 44/201 "),
        (".", " 45/201 "),
        (">", " 55/201 "),
    ] {
        screen.press(keys);
        screen.wait_for(place);
    }
    // The same match again; then along the process, then from marker to marker.
    screen.press("}");
    screen.wait("the next release", |text| {
        matches!(place(text), Some(n) if n > 55) && text.contains("release lock")
    });
    screen.press("{");
    screen.wait_for(" 55/201 ");
    screen.press(")");
    screen.wait("another place", |text| place(text).is_some_and(|n| n > 55));
    screen.press("t0\r]");
    screen.wait_for(" · starts");
    screen.press("]");
    screen.wait("a later start", |text| {
        text.contains(" · starts") && place(text).is_some_and(|n| n > 1)
    });
    screen.press("[");
    screen.wait_for(" 1/201 ");
    // It plays from there at an eighth of the speed, and stops when paused.
    screen.press("---");
    screen.wait_for("playback ×0.125");
    screen.press(" ");
    screen.wait("it plays", |text| place(text).is_some_and(|n| n > 3));
    screen.press(" i");
    screen.wait_for("Long waits are shortened");
    screen.press("+++++++++");
    screen.wait_for("playback ×64");
    screen.press("e");
    screen.wait_for(" 201/201 ");
    // A search finds lines printed after the play head's moment.
    screen.press("t1\r");
    screen.wait_for(" 1/201 ");
    screen.press("/9 -----> 44\r");
    screen.wait_for("9 -----> 44: line");
    screen.press("?");
    screen.wait_for("go to an event");
    screen.press("?");
    screen.wait("no help", |text| !text.contains("go to an event"));
    screen.press("q");
    assert!(screen.ended().success());
}

/// The number before `/201`.
fn place(text: &str) -> Option<u32> {
    let (before, _) = text.split_once("/201 ")?;
    before.rsplit(' ').next()?.parse().ok()
}

#[test]
fn a_damaged_file_opens_with_a_word_and_what_can_be_trusted() {
    let lines: Vec<&str> = GOLDEN.split_inclusive('\n').collect();
    let with = |line: usize, text: &str| {
        let mut lines = lines.clone();
        lines[line] = text;
        lines.concat().into_bytes()
    };
    let mut sink = Sink::compressed(Vec::new()).unwrap();
    // As a run writes it: what has happened up to a moment is readable from then on.
    sink.write_all(lines[..29].concat().as_bytes()).unwrap();
    sink.flush().unwrap();
    sink.write_all(lines[29].as_bytes()).unwrap();
    let small = sink.finish().unwrap();
    let absurd = lines[20].replace("\"t\":", "\"t\":9e99,\"x\":");
    for (bytes, words) in [
        (
            GOLDEN.as_bytes()[..GOLDEN.len() - 3].to_vec(),
            "last line was cut off; the 28 events before it are good",
        ),
        (
            lines[..29].concat().into_bytes(),
            "stops before the run's end",
        ),
        (small[..small.len() - 9].to_vec(), "was cut off here"),
        (
            with(20, "no event\n"),
            "damaged after 19 good events: line 21: not an event",
        ),
        (with(20, lines[3]), "event number 3 where 20 was due"),
        (with(20, &absurd), "damaged after 19 good events"),
    ] {
        let mut screen = replay("a.jsonl", &bytes, (140, 40));
        screen.wait_for(words);
        // Everything before it is there.
        screen.press("e");
        screen.wait("the incomplete recording", |text| {
            text.contains("plain") && text.contains("recording, incomplete")
        });
        screen.press("q");
        assert!(screen.ended().success(), "{words}");
    }
}

#[test]
fn what_is_no_recording_never_opens_the_screen() {
    let newer = GOLDEN.replacen("\"forklore\":1", "\"forklore\":2", 1);
    for (bytes, words) in [
        (newer.as_bytes(), "has format 2"),
        (b"plain text\n", "not a recording"),
        (b"", "the file is empty"),
    ] {
        let screen = replay("a.jsonl", bytes, (120, 40));
        screen.wait_for(words);
        assert_eq!(screen.ended().code(), Some(4), "{words}");
    }
}

#[test]
fn hostile_words_of_a_recording_steer_nothing() {
    let hostile = GOLDEN
        .replace("here 这里", "\\u001b[2J\\u001b]0;owned\\u0007")
        .replace("MainProcess", "\\u001b[31mMain\\r\\n")
        .replace("\"plain", "\"\\u001b[?1049lplain");
    let mut screen = replay("a.jsonl", hostile.as_bytes(), (120, 40));
    screen.wait_for("29/29");
    screen.press("[");
    screen.wait_for("plain");
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn a_recording_saved_again_is_the_same_to_the_byte() {
    let mut screen = replay("later.jsonl", LATER.as_bytes(), (120, 40));
    screen.wait_for(" 5/5 ");
    screen.press("w");
    let text = screen.wait_for("Saved as forklore-");
    let name = saved(&text);
    screen.press("q");
    let (status, state) = screen.ended_with_state();
    assert!(status.success());
    let written = std::fs::read_to_string(state.path().join(name)).unwrap();
    assert_eq!(written, LATER);
}

#[test]
fn a_session_records_its_runs_from_their_beginning() {
    let state = tempfile::tempdir().unwrap();
    let arguments = ["create-process", "--record", "runs.jsonl.zst"];
    let mut screen = Screen::with(&arguments, (120, 40), state, &[]);
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait_for("finished");
    // The session is left while the second run goes on.
    screen.press("g");
    screen.wait_for("Enter opens");
    // Two above the last: pool-blocking.
    screen.press("\x1b[F\x1b[A\x1b[A\r");
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait_for("ForkPoolWorker-3");
    screen.press("qq");
    let (status, state) = screen.ended_with_state();
    assert!(status.success());
    for (name, lesson, end) in [
        ("runs.jsonl.zst", "create-process", RunStatus::Finished),
        ("runs-2.jsonl.zst", "pool-blocking", RunStatus::Stopped),
    ] {
        let file = std::fs::File::open(state.path().join(name)).unwrap();
        let mut reader = Reader::new(uncompressed(file).unwrap()).unwrap();
        assert_eq!(reader.header().lesson, lesson);
        let mut world = World::new();
        while let Some(event) = reader.next_event().unwrap() {
            world.apply(&event);
        }
        assert_eq!(world.end().map(|note| note.end.status), Some(end), "{name}");
    }
}

#[test]
fn a_recording_that_breaks_is_told_and_the_run_goes_on() {
    let state = tempfile::tempdir().unwrap();
    let arguments = ["pool-async", "--record", "/dev/full"];
    let mut screen = Screen::with(&arguments, (120, 40), state, &[]);
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait_for("the recording has stopped");
    screen.wait_for("ForkPoolWorker-3");
    screen.press("qq");
    assert!(screen.ended().success());
    let state = tempfile::tempdir().unwrap();
    let mut screen = Screen::with(&["lock", "--record", "/nowhere/a"], (120, 40), state, &[]);
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait_for("the recording can't be created");
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn a_pipe_nobody_reads_holds_neither_the_screen_nor_the_run() {
    let state = tempfile::tempdir().unwrap();
    let pipe = state.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let arguments = ["create-process", "--record", "pipe"];
    let mut screen = Screen::with(&arguments, (120, 40), state, &[]);
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait_for("main proccess stop");
    screen.wait_for("could not be recorded to its end");
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn more_output_than_is_kept_is_saved_all_the_same() {
    let mut text = GOLDEN.lines().next().unwrap().to_owned() + "\n";
    let data = "0123456789 ".repeat(5800);
    for seq in 1..=600 {
        let line = format!(
            "{{\"seq\":{seq},\"t\":{seq},\"proc\":0,\"pid\":7,\"kind\":\"output\",\"stream\":\"stdout\",\"data\":\"{data}\\n\"}}\n"
        );
        text += &line;
    }
    text += "{\"seq\":601,\"t\":601,\"kind\":\"end\",\"status\":\"finished\"}\n";
    let mut screen = replay("large.jsonl", text.as_bytes(), (120, 40));
    screen.wait_for("/601 ");
    screen.press("e");
    screen.wait_for(" 601/601 ");
    screen.press("w");
    let shown = screen.wait_for("Saved as");
    let name = saved(&shown).to_owned();
    screen.press("q");
    let (status, state) = screen.ended_with_state();
    assert!(status.success());
    let again = std::fs::read(state.path().join(name)).unwrap();
    assert!(again == text.as_bytes(), "{} bytes", again.len());
}

fn saved(text: &str) -> &Path {
    let (_, rest) = text.split_once("Saved as ").unwrap();
    let (name, _) = rest.split_once(".jsonl").unwrap();
    Path::new(&rest[..name.len() + ".jsonl".len()])
}
