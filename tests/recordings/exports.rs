//! Exports, read by Python's json, csv and xml modules. Skipped with a message where there is no
//! python3. The Perfetto export has its own tests in `perfetto`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::examples::lessons;
use crate::harness::say;

pub(crate) const GOLDEN: &str = include_str!("../golden/format-1.jsonl");

/// A recording in which every text has something hostile.
fn hostile(folder: &Path) -> PathBuf {
    let path = folder.join("hostile.jsonl");
    let text = GOLDEN
        .replace(
            "here 这里",
            "</title><script>&\\\"'\\u0000\\u001b[31m\\ufffe,=1+1\\n",
        )
        .replace("Process-1", "=cmd|' /C'!A0<b>\\\",\\u0007第一")
        .replace("\"RLock-1\"", "\"]]>&amp;\\u202e\"");
    std::fs::write(&path, text).unwrap();
    path
}

/// Exports, lets Python read the result, and returns what the script prints.
pub(crate) fn python(recording: &[&str], format: &str, script: &str) -> Option<String> {
    let mut words = vec!["export", "--to", format];
    words.extend(recording);
    let said = say(&words);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{format}");
    let child = Command::new("python3")
        .args(["-c", script])
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("no python3: {format} is not checked");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(said.out.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{format}");
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

/// Every example, and the hostile recording.
pub(crate) fn each(format: &str, script: &str, check: impl Fn(&str, &str)) {
    let folder = tempfile::tempdir().unwrap();
    let path = hostile(folder.path());
    if let Some(said) = python(&[path.to_str().unwrap()], format, script) {
        check("hostile", &said);
    }
    for lesson in lessons() {
        if let Some(said) = python(&["--example", &lesson], format, script) {
            check(&lesson, &said);
        }
    }
}

#[test]
fn asciicast_is_version_2_with_times_that_do_not_run_backwards() {
    let script = r#"
import json, sys
lines = sys.stdin.read().split("\n")
head = json.loads(lines[0])
assert head["version"] == 2 and head["width"] > 0 and head["height"] > 0, head
last, codes, text = 0, set(), ""
for line in lines[1:]:
    if not line: continue
    t, code, data = json.loads(line)
    assert t >= last, line
    last = t
    codes.add(code)
    if code == "o":
        assert data.endswith("\r\n"), data
        text += data
import re
plain = re.sub("\x1b\\[[0-9;]*m", "", text)
assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]", plain), repr(plain)
print(sorted(codes), plain.count("\r\n"))
"#;
    each("asciicast", script, |which, said| {
        assert!(said.starts_with("['m', 'o']"), "{which}: {said}");
    });
}

/// The player itself, from PyPI, if python3 has it.
#[test]
fn asciicast_is_read_by_asciinema() {
    let script = r#"
import sys
try:
    from asciinema.asciicast import open_from_url
except ImportError:
    print("none")
    sys.exit()
import os, tempfile
with tempfile.NamedTemporaryFile(suffix=".cast", delete=False) as file:
    file.write(sys.stdin.buffer.read())
with open_from_url(file.name) as cast:
    print(cast.version, sum(1 for e in cast.events()))
    os.unlink(file.name)
"#;
    each("asciicast", script, |which, said| {
        if said == "none" {
            println!("no asciinema: {which} is not played by it");
        } else {
            assert!(said.starts_with("2 "), "{which}: {said}");
        }
    });
}

#[test]
fn svg_is_xml_with_a_lane_a_process_and_no_script() {
    let script = r#"
import sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.read())
space = "{http://www.w3.org/2000/svg}"
assert root.tag == space + "svg"
names = {element.tag.removeprefix(space) for element in root.iter()}
assert names <= {"svg", "title", "style", "rect", "text", "line"}, names
width = float(root.get("width"))
for rect in root.iter(space + "rect"):
    if rect.get("x"): assert 0 <= float(rect.get("x")) <= width, rect.attrib
style = root.find(space + "style").text
assert "Noto Sans CJK SC" in style and "prefers-color-scheme:dark" in style
assert "var(" not in style
classes = {e.get("class") for e in root.iter() if e.get("class")}
assert all("." + name + "{" in style for name in classes), classes
lanes = [t.text for t in root.iter(space + "text") if t.get("class") == "n"]
print(len(lanes), len(list(root.iter(space + "rect"))))
"#;
    each("svg", script, |which, said| {
        let lanes: usize = said.split(' ').next().unwrap().parse().unwrap();
        assert!(lanes >= 2, "{which}: {said}");
    });
    let dark = say(&[
        "export",
        "--to",
        "svg",
        "--theme",
        "dark",
        "--example",
        "lock",
    ]);
    assert!(!dark.out.contains("prefers-color-scheme") && dark.out.contains("#0d1117"));
    let chinese = say(&["--lang", "zh", "export", "--to", "svg", "--example", "lock"]);
    assert!(chinese.out.contains("等待") && chinese.out.contains("xml:lang=\"zh\""));
}

/// Class and width of what is drawn, in order.
fn drawn(svg: &str) -> Vec<(&str, f64)> {
    let rects = svg.lines().filter(|line| line.ends_with("</title></rect>"));
    rects
        .map(|rect| {
            let value = |name: &str| {
                let from = rect.find(name).unwrap() + name.len();
                rect[from..].split('"').next().unwrap()
            };
            (value("class=\""), value(" width=\"").parse().unwrap())
        })
        .collect()
}

#[test]
fn svg_says_what_is_waited_for_and_draws_what_never_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let head = GOLDEN.lines().next().unwrap();
    let text = head.to_owned()
        + r#"
{"seq":1,"t":1000,"proc":0,"pid":100,"kind":"process.start","ppid":99,"name":"Main","role":"main","daemon":false,"method":"exec"}
{"seq":2,"t":1000,"proc":0,"pid":100,"kind":"op","op":"create","object":"Lock-1","args":{"class":"Lock"}}
{"seq":3,"t":2000,"proc":0,"pid":100,"kind":"op.wait","op":"acquire","object":"Lock-1"}
{"seq":4,"t":11000,"kind":"end","status":"deadlock"}
"#;
    std::fs::write(&path, text).unwrap();
    let said = say(&["export", "--to", "svg", path.to_str().unwrap()]);
    // It ran for a tenth of the time and waited for the rest: 860 pixels.
    assert_eq!(drawn(&said.out), [("running", 86.0), ("waiting", 774.0)]);
    assert!(said.out.contains(">Lock-1</text>"), "{}", said.out);
    assert!(said.out.contains(">2 µs</text>"), "{}", said.out);
    // A worker without a task is idle, and its tasks are named.
    let pool = say(&["export", "--to", "svg", "--example", "pool-blocking"]);
    let idle = |one: &&(&str, f64)| one.0 == "idle" && one.1 > 300.0;
    assert_eq!(drawn(&pool.out).iter().filter(idle).count(), 3);
    let run: f64 = drawn(&pool.out)
        .iter()
        .filter(|one| one.0 == "running")
        .map(|one| one.1)
        .sum();
    assert!(run < 30.0, "{run}");
    for task in ["task 0", "task 3"] {
        assert!(pool.out.contains(&format!(">{task}</text>")), "{task}");
    }
    // The labels of a lane do not overlap.
    assert_eq!(pool.out.matches("<text class=\"w\"").count(), 8);
}

#[test]
fn csv_has_a_row_an_event_and_no_formula() {
    let script = r#"
import csv, io, sys
rows = list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline="")))
head, rows = rows[0], rows[1:]
assert all(len(row) == len(head) for row in rows)
assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
for row in rows:
    for field in row:
        if field[:1] in "=+-@" and field: float(field)
named = [dict(zip(head, row)) for row in rows]
for row in named:
    assert (row["pid"] == "") == (row["kind"] in ("ps", "look", "marker", "end")), row
    if row["op"] in ("start", "join") and not row["object"]: assert row["child"], row
    if row["op"].startswith("dict.set"): assert row["key"], row
    if row["op"] == "set" and row["object"].startswith("Array"): assert row["index"], row
print(len(rows), head[0], {row[head.index("kind")] for row in rows} >= {"process.start", "op", "end"})
"#;
    each("csv", script, |which, said| {
        assert!(said.ends_with("seq True"), "{which}: {said}");
        if which == "hostile" {
            assert!(said.starts_with("29 "), "{said}");
        }
    });
}

/// Bytes that are not text reach every format as something its readers accept.
#[test]
fn output_that_is_not_utf8_is_text_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    // Every byte there is; a character cut in two.
    let mut text = GOLDEN.lines().take(2).collect::<Vec<_>>().join("\n");
    for (seq, data) in [
        (
            2,
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9/gIGCg4SFjY6PkJucnZ6foP3+/wo=",
        ),
        (3, "5Y2K5A=="),
    ] {
        write!(
            text,
            "\n{{\"seq\":{seq},\"t\":{seq}000,\"proc\":0,\"pid\":100,\"kind\":\"output\",\"stream\":\"stdout\",\"data_b64\":\"{data}\"}}"
        )
        .unwrap();
    }
    text += "\n{\"seq\":4,\"t\":9000,\"kind\":\"end\",\"status\":\"finished\"}\n";
    std::fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap();
    for (format, script) in [
        (
            "csv",
            "import csv, io, sys\ntext = sys.stdin.buffer.read().decode()\nprint(list(csv.reader(io.StringIO(text, newline='')))[3][-1])",
        ),
        (
            "perfetto",
            "import json, sys\nprint([e['name'] for e in json.load(sys.stdin)['traceEvents'] if e.get('cat') == 'stdout'][1])",
        ),
        (
            "asciicast",
            "import json, sys\nprint([json.loads(line) for line in sys.stdin][-1][2])",
        ),
    ] {
        if let Some(said) = python(&[file], format, script) {
            assert!(said.contains("半\u{fffd}"), "{format}: {said}");
        }
    }
}

#[test]
fn a_damaged_recording_is_exported_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, &GOLDEN[..GOLDEN.len() / 2]).unwrap();
    let output = folder.path().join("a.json");
    let said = say(&[
        "export",
        path.to_str().unwrap(),
        "--to",
        "perfetto",
        "--output",
        output.to_str().unwrap(),
    ]);
    assert_eq!((said.code, said.out.as_str()), (Some(4), ""));
    let text = std::fs::read_to_string(&output).unwrap();
    let trace: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(trace["traceEvents"].as_array().unwrap().len() > 10);
    let said = say(&[
        "export",
        path.to_str().unwrap(),
        "--to",
        "svg",
        "--output",
        "/dev/full",
    ]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("can't be written"), "{}", said.err);
}
