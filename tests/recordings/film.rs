//! `export --to asciicast --screen` from the outside: read by Python's json, played by asciinema if it is
//! installed, and drawn by another terminal emulator.

use crate::examples::lessons;
use crate::exports::{GOLDEN, python};
use crate::harness::say;

const SCRIPT: &str = r#"
import json, re, sys
lines = sys.stdin.read().splitlines()
head = json.loads(lines[0])
assert head["version"] == 2 and head["env"] == {"TERM": "xterm-256color"}, head
frames, marks, last = [], [], 0
for line in lines[1:]:
    t, code, data = json.loads(line)
    assert t >= last, line
    last = t
    if code == "m": marks.append(data)
    else:
        assert code == "o" and data, line
        frames.append(t)
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data)
        assert not re.search("[\x00-\x1f\x7f-\x9f]", plain), repr(plain)
# The screen is cleared first and given back last; between these no more than twenty frames a second.
between = frames[1:-1]
assert all(b - a > 0.0499 for a, b in zip(between, between[1:])), between
print(head["width"], head["height"], len(frames), last, json.dumps(marks, ensure_ascii=False))
"#;

fn terminal((columns, rows): (u16, u16)) -> vt100::Parser {
    vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)
}

/// What a terminal shows at the end.
fn shown(words: &[&str], (columns, rows): (u16, u16)) -> String {
    let said = say(words);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{words:?}");
    let mut terminal = terminal((columns, rows));
    for line in said.out.lines().skip(1) {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        if event[1] == "o" {
            terminal.process(event[2].as_str().unwrap().as_bytes());
        }
    }
    terminal.screen().contents()
}

#[test]
fn a_film_is_an_asciicast_of_few_frames_with_its_marks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, GOLDEN.replace("here 这里", "here \\u001b[31m这里")).unwrap();
    let marked = [path.to_str().unwrap(), "--screen", "80x24"];
    let Some(said) = python(&marked, "asciicast", SCRIPT) else {
        return;
    };
    assert!(said.starts_with("80 24 "), "{said}");
    assert!(said.contains("\"here 这里\""), "{said}");
    for lesson in lessons() {
        let film = ["--example", &lesson, "--screen"];
        let said = python(&film, "asciicast", SCRIPT).unwrap();
        assert!(said.starts_with("120 40 "), "{lesson}: {said}");
        assert!(said.contains("\"+ MainProcess\""), "{lesson}: {said}");
    }
}

#[test]
fn a_film_is_as_long_as_its_run_unless_asked_otherwise() {
    let length = |more: &[&str]| -> Option<f64> {
        let film = [&["--example", "pool-async", "--screen"], more].concat();
        let said = python(&film, "asciicast", SCRIPT)?;
        said.split(' ').nth(3)?.parse().ok()
    };
    let Some(plain) = length(&[]) else { return };
    // The recording's end, and at most a frame more.
    assert!((0.951..1.002).contains(&plain), "{plain}");
    let fast = length(&["--speed", "4"]).unwrap();
    assert!((0.237..0.289).contains(&fast), "{fast}");
    assert!(length(&["--cut-idle"]).unwrap() <= plain);
}

#[test]
fn the_last_picture_stays_on_the_screen() {
    for (lang, done) in [("en", "pool Pool"), ("zh", "进程池")] {
        for (words, size) in [("80x24", (80, 24)), ("200x60", (200, 60))] {
            let film = [
                "--lang",
                lang,
                "export",
                "--to",
                "asciicast",
                "--example",
                "pool-async",
                "--screen",
                words,
            ];
            let screen = shown(&film, size);
            assert_eq!(screen.lines().count(), usize::from(size.1), "{screen}");
            assert!(screen.contains("successful"), "{screen}");
            assert!(screen.contains("144/144"), "{screen}");
            assert!(size.0 == 80 || screen.contains(done), "{screen}");
        }
    }
}

#[test]
fn asciinema_plays_a_film() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.cast");
    let place = path.to_str().unwrap();
    let film = [
        "export",
        "--to",
        "asciicast",
        "--example",
        "lock",
        "--screen",
        "80x24",
        "--output",
        place,
    ];
    assert_eq!(say(&film).code, Some(0));
    let cat = std::process::Command::new("python3")
        .args(["-m", "asciinema", "cat", place])
        .output();
    match cat {
        Ok(cat) if cat.status.success() => {
            let mut terminal = terminal((80, 24));
            terminal.process(&cat.stdout);
            let screen = terminal.screen().contents();
            assert!(screen.contains("forklore"), "{screen}");
        }
        _ => println!("no asciinema: a film is not played by it"),
    }
}

#[test]
fn what_can_t_be_filmed_is_said() {
    let refused = |words: &[&str]| {
        let said = say(&[&["export", "--example", "lock", "--to"], words].concat());
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{words:?}");
        said.err
    };
    assert!(refused(&["svg", "--screen"]).contains("goes with `--to asciicast`"));
    for size in [
        "80", "59x24", "80x14", "501x60", "80x201", "x", "80x24x3", "-1x5",
    ] {
        let why = refused(&["asciicast", &format!("--screen={size}")]);
        assert!(why.contains("from 60x15 to 500x200"), "{size}: {why}");
    }
    refused(&["asciicast", "--speed", "2"]);
    refused(&["asciicast", "--cut-idle"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    for (text, word) in [
        (GOLDEN[..GOLDEN.len() / 2].to_owned(), "cut off"),
        (GOLDEN.replace("\"seq\":9,", "\"seq\":7,"), "can't be read"),
    ] {
        std::fs::write(&path, text).unwrap();
        let file = path.to_str().unwrap();
        let said = say(&["export", "--to", "asciicast", "--screen", "80x24", file]);
        assert_eq!(said.code, Some(4), "{}", said.err);
        assert!(said.err.contains(word), "{}", said.err);
        assert!(said.out.lines().count() > 3);
    }
}
