//! `lessons list`, `lessons check`, and faulty lesson packs.

use crate::harness::{Said, finish, forklore, say};
use crate::packs::write;

const MINE: &str = r#"slug = "mine"
order = 50
title = { en = "Mine", zh = "我的课程" }
summary = { en = "A lesson.", zh = "一课。" }

[[parameters]]
name = "workers"
kind = "int"
default = 2
min = 1
max = 4
label = { en = "workers", zh = "工作进程数" }
"#;

#[test]
fn the_list_has_every_lesson_with_what_can_be_set() {
    let pack = tempfile::tempdir().unwrap();
    write(&pack.path().join("50-mine/program.py"), "WORKERS = 2\n");
    write(&pack.path().join("50-mine/lesson.toml"), MINE);
    let path = pack.path().to_str().unwrap();
    let said = say(&["lessons", "list", "--lessons", path]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert!(
        said.out
            .contains("lock            Taking turns with a lock"),
        "{}",
        said.out
    );
    assert!(said.out.contains(" 50  mine"), "{}", said.out);
    assert!(
        said.out.contains("workers  1 to 4, default 2"),
        "{}",
        said.out
    );
    let chinese = say(&["lessons", "list", "--lessons", path, "--lang", "zh"]);
    assert!(chinese.out.contains("我的课程"), "{}", chinese.out);
    assert!(
        chinese.out.contains("工作进程数  1 到 4"),
        "{}",
        chinese.out
    );
}

#[test]
fn a_malformed_lesson_ends_with_4_and_names_file_line_and_expectation() {
    let pack = tempfile::tempdir().unwrap();
    write(&pack.path().join("50-mine/program.py"), "WORKERS = 2\n");
    let wrong = MINE.replace("max = 4", "max = \"\\u001b[31mfour\"");
    write(&pack.path().join("50-mine/lesson.toml"), &wrong);
    let path = pack.path().to_str().unwrap();
    for command in ["list", "check"] {
        let said = say(&["lessons", command, "--lessons", path]);
        // The others are listed, and checked, all the same.
        assert_eq!(said.code, Some(4));
        assert_eq!(said.out.contains("lock"), command == "list");
        for word in [
            "50-mine/lesson.toml:11:",
            "parameters[0].max",
            "expected an integer",
        ] {
            assert!(said.err.contains(word), "{word} in {}", said.err);
        }
        assert!(!said.err.contains('\u{1b}'), "{:?}", said.err);
    }
}

#[test]
fn a_folder_that_is_no_pack_ends_with_4() {
    let empty = tempfile::tempdir().unwrap();
    let said = say(&[
        "lessons",
        "list",
        "--lessons",
        empty.path().to_str().unwrap(),
    ]);
    assert_eq!(said.code, Some(4));
    assert!(
        said.err.contains("--lessons takes a folder of lessons"),
        "{}",
        said.err
    );
}

#[test]
fn what_is_to_mend_is_told_with_its_place() {
    let pack = tempfile::tempdir().unwrap();
    write(&pack.path().join("50-mine/program.py"), "WORKERS = 3\n");
    write(&pack.path().join("50-mine/lesson.toml"), MINE);
    let said = say(&[
        "lessons",
        "check",
        "--lessons",
        pack.path().to_str().unwrap(),
    ]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.out.contains("50-mine/en.md: is missing"),
        "{}",
        said.out
    );
    assert!(said.out.contains("50-mine/program.py:1:"), "{}", said.out);
    assert!(said.err.contains("things to fix"), "{}", said.err);
}

/// A command with a state directory of its own.
fn with_state(state: &std::path::Path, arguments: &[&str]) -> Said {
    finish(forklore(arguments).env("XDG_STATE_HOME", state))
}

#[test]
fn a_new_lesson_runs_at_once_and_has_nothing_to_mend() {
    for lang in ["en", "zh"] {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().to_str().unwrap();
        let folder = format!("{path}/mine");
        let state = place.path().join("state");
        let said = with_state(&state, &["lessons", "new", "mine", path, "--lang", lang]);
        assert_eq!(
            (said.code, said.out.as_str()),
            (Some(0), ""),
            "{}",
            said.err
        );
        assert!(said.err.contains(&folder), "{}", said.err);
        let said = with_state(&state, &["run", "mine", "--lessons", &folder]);
        assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
        let said = with_state(&state, &["lessons", "check", &folder, "--run"]);
        assert_eq!(
            (said.code, said.out.as_str()),
            (Some(0), ""),
            "{}",
            said.err
        );
        assert!(said.err.contains("3 runs, 1 probe"), "{}", said.err);
        // Nothing of anybody's is written over.
        let said = with_state(&state, &["lessons", "new", "mine", path]);
        assert_eq!(said.code, Some(2), "{}", said.err);
        // Files that changed are asked about again, and here nobody can be.
        let program = std::path::Path::new(&folder).join("program.py");
        let text = std::fs::read_to_string(&program).unwrap();
        std::fs::write(&program, text + "print('more')\n").unwrap();
        let said = with_state(&state, &["run", "mine", "--lessons", &folder]);
        assert_eq!(
            (said.code, said.out.as_str()),
            (Some(3), ""),
            "{}",
            said.err
        );
        assert!(said.err.contains("say --trust"), "{}", said.err);
        let said = with_state(&state, &["run", "mine", "--trust", "--lessons", &folder]);
        assert!(said.out.contains("more"), "{}{}", said.out, said.err);
        assert_eq!(said.code, Some(1), "{}", said.out);
    }
}

#[test]
fn check_tells_everything_at_once_in_the_language_that_is_read() {
    let pack = tempfile::tempdir().unwrap();
    let at = |name: &str| pack.path().join(name);
    write(&at("mine/program.py"), "WORKERS = 2\nprint(WORKERS\n");
    write(
        &at("mine/lesson.toml"),
        &(MINE.to_owned()
            + "[[checks]]\nid = \"ending\"\nkind = \"status\"\nwords = \"w\"\nis = \"'finishd'\"\n\
               [[claims]]\nid = \"c\"\nsays = \"s\"\nverdict = \"true\"\nfinding = \"f\"\n\
               probe = \"p.py\"\nexpect = \"verdict: so\"\n"),
    );
    write(&at("mine/en.md"), "# Mine\n");
    write(
        &at("mine/probes/p.py"),
        "print('verdict: so' * 0, 'else')\n",
    );
    write(&at("bad/program.py"), "print(\n");
    write(&at("bad/lesson.toml"), "slug = 1\norder = \"x\"\n");
    let path = pack.path().to_str().unwrap();
    let arguments = ["lessons", "check", path, "--run", "--trust"];
    let said = say(&arguments);
    assert_eq!(said.code, Some(4), "{}", said.err);
    let bad = format!("{path}/bad/lesson.toml");
    let mine = format!("{path}/mine");
    for told in [
        format!("{bad}:1:8: slug: found 1, expected a string"),
        format!("{bad}:2:9: order: found \"x\", expected an integer"),
        format!("{bad}:1:1: title: found nothing, expected `title`: the lesson's title"),
        format!("{path}/bad/program.py:"),
        format!("{mine}/lesson.toml:17:6: check ending: in `'finishd'`: 'finishd' is never among"),
        format!("{mine}/program.py:2:6: Python can't read it: '(' was never closed"),
        format!("{mine}/lesson.toml:24:10: claim c: probes/p.py prints ` else`"),
        "check ending fails with the defaults".to_owned(),
    ] {
        // What Python calls it differs by its version.
        let told = told.replace(
            ":2:6: Python can't read it: '(' was never closed",
            "/program.py",
        );
        assert!(
            said.out.contains(told.trim_end_matches("/program.py")),
            "{told} in\n{}",
            said.out
        );
    }
    let chinese = say(&[&arguments[..], &["--lang", "zh"]].concat());
    for told in [
        "order：读到 \"x\"，应为：整数",
        "title：缺少 `title`：课程的标题",
        "Python 读不懂",
    ] {
        assert!(chinese.out.contains(told), "{told} in\n{}", chinese.out);
    }
    assert_eq!(chinese.out.lines().count(), said.out.lines().count());
}

#[test]
fn the_reference_is_shown_topic_by_topic() {
    for lang in ["en", "zh"] {
        let all = say(&["lessons", "help", "--lang", lang]);
        assert_eq!(all.code, Some(0), "{}", all.err);
        let topics = all.out.lines().filter_map(|line| line.strip_prefix("  "));
        let topics: Vec<&str> = topics.filter_map(|line| line.split(' ').next()).collect();
        assert!(topics.len() >= 10, "{}", all.out);
        for topic in topics.into_iter().chain(["lock-exclusive", "possible"]) {
            let said = say(&["lessons", "help", topic, "--lang", lang]);
            assert_eq!(said.code, Some(0), "{topic}: {}", said.err);
            assert!(said.out.lines().count() > 2, "{topic}: {}", said.out);
            let wide = said.out.lines().find(|line| line.chars().count() > 100);
            assert_eq!(wide, None, "{topic}");
        }
    }
    let said = say(&["lessons", "help", "nonsense"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
}
