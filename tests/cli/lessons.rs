//! `lessons list`, `lessons check`, and faulty lesson packs.

use crate::harness::say;
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
