//! `test`: its result formats, what it keeps of failed runs, and how it ends.

use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{ended, finish, forklore, say};
use crate::marks::{assert_nothing_left, mark, wait_until};
use crate::packs::pack;

/// A pack whose create-process expects one process too many.
fn wrong_pack() -> tempfile::TempDir {
    let rest = "[[parameters]]\nname = \"processes\"\nkind = \"int\"\ndefault = 3\nmin = 1\nmax = 8\n\
        label = { en = \"p\", zh = \"进程\" }\n\
        [[checks]]\nid = \"four\"\nkind = \"process-count\"\nof = \"process\"\nis = 4\n\
        words = { en = \"Four children\", zh = \"四个子进程\" }\n\
        [[checks]]\nid = \"nothing-left\"\nkind = \"nothing-left\"\n\
        words = { en = \"Nothing is left\", zh = \"没有残留\" }";
    pack("create-process", rest)
}

#[test]
fn every_lesson_passes_and_the_summary_is_the_last_line() {
    let mut command = forklore(&["test", "--runs", "1"]);
    let mark = mark(&mut command);
    let said = finish(&mut command);
    assert_eq!(
        (said.code, said.err.as_str()),
        (Some(0), ""),
        "{}",
        said.out
    );
    let last = said.out.lines().last().unwrap();
    let lessons = forklore::lesson::Library::embedded().unwrap().len();
    let told = format!("{lessons} lessons, {lessons} runs: ");
    assert!(last.starts_with(&told), "{last}");
    assert!(last.contains(" checks passed, 0 failed ("), "{last}");
    assert_eq!(said.out.lines().count(), lessons + 1, "{}", said.out);
    assert_nothing_left(&mark);
}

#[test]
fn a_failing_run_is_kept_named_and_can_be_replayed() {
    let pack = wrong_pack();
    let pack = pack.path().to_str().unwrap();
    let kept = tempfile::tempdir().unwrap();
    let folder = kept.path().join("new/folder");
    let said = say(&[
        "test",
        "create-process",
        "lock",
        "--runs",
        "2",
        "--replace",
        "--lessons",
        pack,
        "--record",
        folder.to_str().unwrap(),
    ]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let expected = folder.join("create-process-1.jsonl");
    let told = format!("run 1, recorded in {}", expected.display());
    assert!(said.out.contains(&told), "{told} in {}", said.out);
    assert!(said.out.contains("✗ four: Four children"), "{}", said.out);
    assert!(
        said.out.contains("3 child processes, expected 4"),
        "{}",
        said.out
    );
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["create-process-1.jsonl", "create-process-2.jsonl"]);
    let replay = say(&[
        "replay",
        "--headless",
        expected.to_str().unwrap(),
        "--replace",
        "--lessons",
        pack,
    ]);
    assert_eq!(replay.code, Some(1), "{}", replay.err);
    assert!(
        replay.err.contains("✗ FAILED  Four children"),
        "{}",
        replay.err
    );
    let good = say(&["replay", "--headless", expected.to_str().unwrap()]);
    assert_eq!(good.code, Some(0), "{}", good.err);
}

#[test]
fn without_a_folder_recordings_are_kept_among_temporary_files() {
    let pack = wrong_pack();
    let temporary = tempfile::tempdir().unwrap();
    let mut command = forklore(&[
        "test",
        "create-process",
        "--runs",
        "1",
        "--replace",
        "--lessons",
    ]);
    let said = finish(command.arg(pack.path()).env("TMPDIR", temporary.path()));
    let (_, path) = said.out.split_once("recorded in ").unwrap();
    let path = path.lines().next().unwrap();
    assert!(Path::new(path).starts_with(temporary.path()), "{path}");
    assert!(Path::new(path).exists(), "{path}");
    let clean = tempfile::tempdir().unwrap();
    let said = finish(forklore(&["test", "lock", "--runs", "1"]).env("TMPDIR", clean.path()));
    assert_eq!(said.code, Some(0));
    assert_eq!(std::fs::read_dir(clean.path()).unwrap().count(), 0);
}

#[test]
fn json_goes_to_stdout_alone() {
    let pack = wrong_pack();
    let pack = pack.path().to_str().unwrap();
    let said = say(&[
        "test",
        "create-process",
        "lock",
        "--runs",
        "1",
        "--format",
        "json",
        "--replace",
        "--lessons",
        pack,
    ]);
    assert_eq!(said.code, Some(1));
    let value: serde_json::Value = serde_json::from_str(&said.out).expect("one JSON object");
    assert_eq!(value["forklore_test"], 1);
    assert_eq!(value["failed"], 1);
    let lessons = value["lessons"].as_array().unwrap();
    assert_eq!(lessons.len(), 2);
    for lesson in lessons {
        assert_eq!(
            (&lesson["engine"], &lesson["runs"]),
            (&"native".into(), &1.into())
        );
        assert!(lesson["seconds"].as_f64().unwrap() > 0.0);
        for check in lesson["checks"].as_array().unwrap() {
            assert!(check["id"].is_string() && check["detail"].is_string());
            assert!(check["passed"].is_boolean());
        }
    }
    assert_eq!(lessons[0]["checks"][0]["passed"], false);
    assert!(said.err.contains("1 of 2 checks FAILED"), "{}", said.err);
}

#[test]
fn junit_is_read_by_pythons_parser_too() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let pack = wrong_pack();
    let mut command = forklore(&["test", "create-process", "--runs", "1", "--format", "junit"]);
    command.arg("--replace").arg("--lessons").arg(pack.path());
    let said = finish(command.arg("--output").arg(file.path()));
    assert_eq!(said.code, Some(1));
    assert!(
        said.out
            .lines()
            .last()
            .unwrap()
            .starts_with("1 lesson, 1 run: "),
        "{}",
        said.out
    );
    let document = std::fs::read_to_string(file.path()).unwrap();
    assert!(document.starts_with("<?xml"), "{document}");
    let script = "import sys, xml.etree.ElementTree as tree\n\
        root = tree.parse(sys.argv[1]).getroot()\n\
        print(root.tag, root.get('tests'), root.get('failures'), [c.get('name') for c in root.iter('testcase')])";
    let python = Command::new("python3")
        .args(["-c", script])
        .arg(file.path())
        .stderr(Stdio::inherit())
        .output();
    // Without python3, only the parser of the unit tests reads it.
    if let Ok(python) = python {
        assert_eq!(
            String::from_utf8_lossy(&python.stdout),
            "testsuites 2 1 ['four', 'nothing-left']\n"
        );
    }
}

/// Reads TAP 14 with its subtests: (ok, description) of every point, and whether the plans are kept.
fn read_tap(text: &str) -> Vec<(usize, bool, String)> {
    assert_eq!(text.lines().next(), Some("TAP version 14"));
    let mut points = Vec::new();
    // Plan and points so far, by depth of indentation.
    let mut open = [(0, 0), (0, 0)];
    let mut in_yaml = false;
    for line in text.lines().skip(1) {
        let depth = usize::from(line.starts_with("    "));
        let body = line.trim_start();
        in_yaml = (in_yaml || body == "---") && body != "...";
        if in_yaml || body == "..." || body.starts_with('#') {
            continue;
        }
        if let Some(plan) = body.strip_prefix("1..") {
            open[depth] = (plan.parse().expect("a plan"), 0);
            continue;
        }
        let ok = !body.starts_with("not ");
        let rest = body
            .trim_start_matches("not ")
            .strip_prefix("ok ")
            .expect("a test point");
        let (number, description) = rest.split_once(" - ").expect("a description");
        open[depth].1 += 1;
        assert_eq!(number.parse(), Ok(open[depth].1), "{line}");
        if depth == 0 {
            assert_eq!(open[1].0, open[1].1, "the subtest's plan");
        }
        points.push((depth, ok, description.to_owned()));
    }
    assert_eq!(open[0].0, open[0].1, "the plan");
    points
}

#[test]
fn tap_has_a_subtest_for_each_lesson() {
    let pack = wrong_pack();
    let mut command = forklore(&["test", "create-process", "lock", "--runs", "1"]);
    command
        .args(["--format", "tap", "--replace", "--lessons"])
        .arg(pack.path());
    let said = finish(&mut command);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let points = read_tap(&said.out);
    assert!(
        points.contains(&(1, false, "four".to_owned())),
        "{points:?}"
    );
    assert!(
        points.contains(&(0, false, "create-process".to_owned())),
        "{points:?}"
    );
    assert!(points.contains(&(0, true, "lock".to_owned())), "{points:?}");
}

#[test]
fn ctrl_c_ends_the_tree_and_gives_130() {
    let mut command = forklore(&["test", "pool-async", "--time-scale", "100", "--runs", "1"]);
    let temporary = tempfile::tempdir().unwrap();
    command
        .env("TMPDIR", temporary.path())
        .env_remove("XDG_RUNTIME_DIR");
    let mark = mark(&mut command);
    let child = command.spawn().unwrap();
    // The recording appears when the run is about to start, the run's directory when it does.
    let count = || std::fs::read_dir(temporary.path()).unwrap().count();
    wait_until(|| count() >= 2);
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    let said = ended(child);
    assert_eq!((said.code, said.out.as_str()), (Some(130), ""));
    assert_eq!(said.err, "forklore: interrupted; there are no results\n");
    assert_nothing_left(&mark);
    assert_eq!(count(), 0);
}

#[test]
fn what_can_not_be_run_or_written_is_refused_first() {
    let said = say(&["test", "nothing-like-it"]);
    assert_eq!(said.code, Some(2));
    let said = say(&["test", "lock", "--runs", "0"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("a whole number from 1 to 10000"),
        "{}",
        said.err
    );
    let said = say(&["test", "lock", "--output", "/nowhere/results"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(
        said.err
            .contains("/nowhere/results: the results can't be written"),
        "{}",
        said.err
    );
    let said = say(&[
        "test",
        "lock",
        "--runs",
        "1",
        "--format",
        "tap",
        "--output",
        "/dev/full",
    ]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("No space left"), "{}", said.err);
}

#[test]
fn a_reader_that_leaves_ends_the_test() {
    let mut command = forklore(&["test", "pool-async", "--time-scale", "100"]);
    let mark = mark(&mut command);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let said = finish(command.stdout(writer));
    assert_eq!((said.code, said.err.as_str()), (Some(141), ""));
    assert_nothing_left(&mark);
}
