//! Command lines that are wrong, help, languages, and output that can't be written.

use std::fs::OpenOptions;

use crate::harness::{finish, forklore, say};

#[test]
fn a_wrong_command_line_ends_with_2_and_says_why() {
    let said = say(&["doctor", "--loud"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("there is no argument `--loud`"),
        "{}",
        said.err
    );
    assert_eq!(said.out, "");
}

#[test]
fn help_and_version_end_with_0() {
    let help = say(&["--help"]);
    assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
    for word in [
        "lessons",
        "doctor",
        "completions",
        "--lang",
        "--color",
        "Exit codes:",
    ] {
        assert!(help.out.contains(word), "{word} in {}", help.out);
    }
    let version = say(&["--version"]);
    assert_eq!(
        version.out,
        format!("forklore {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn what_is_wrong_is_said_in_the_language_asked_for() {
    for (arguments, english, chinese) in [
        (
            &["run", "lock", "--pace", "0"][..],
            "--pace <N> can't be `0`\n  it takes a number above 0, up to 1000000",
            "--pace <N> 不能是 `0`\n  应为大于 0、不超过 1000000 的数",
        ),
        (
            &["run", "lock", "--time-scale", "-1"],
            "`-1`\n  it takes a number from 0 to 1000",
            "`-1`\n  应为 0 到 1000 之间的数",
        ),
        (
            &["run", "lock", "--format", "xml"],
            "it takes one of human, json",
            "可以是 human, json 之一",
        ),
        (&["run"], "missing: <LESSON>", "缺少：<LESSON>"),
        (
            &["run", "lock", "--sede", "1"],
            "did you mean --seed?",
            "是不是想输入 --seed？",
        ),
        (
            &["run", "lock", "--set", "processes=99"],
            "`processes` can't be `99`: it takes an integer from 1 to 32",
            "`processes` 不能是 `99`，应为 1 到 32 之间的整数",
        ),
        (
            &["replay", "/etc/passwd", "--headless"],
            "not a recording",
            "这不是录制文件",
        ),
        (
            &["lessons", "check", "--lessons", "/nowhere"],
            "--lessons takes a folder of lessons",
            "--lessons 后面应该是放课程的目录",
        ),
    ] {
        for (lang, words) in [("en", english), ("zh", chinese)] {
            let said = finish(forklore(arguments).args(["--lang", lang]));
            assert!(said.err.contains(words), "{arguments:?}: {}", said.err);
            assert!(matches!(said.code, Some(2 | 4)), "{arguments:?}");
        }
    }
    let help = finish(forklore(&["run", "--help"]).env("LC_ALL", "zh_CN.UTF-8"));
    assert!(help.out.contains("用法：forklore run"), "{}", help.out);
    assert!(!help.out.contains("Usage"), "{}", help.out);
}

#[test]
fn an_unknown_lesson_ends_with_2_and_the_nearest_names() {
    let said = say(&["lokc"]);
    assert_eq!(said.code, Some(2));
    assert_eq!(
        said.err,
        "forklore: there is no lesson `lokc`\n  \
         did you mean lock? `forklore lessons list` shows all of them\n"
    );
    let said = say(&["pool"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("several lessons begin with `pool`"));
    assert!(said.err.contains("pool-async, pool-blocking"));
    let said = say(&["dcotor"]);
    assert!(said.err.contains("did you mean doctor?"), "{}", said.err);
}

#[test]
fn a_lesson_before_a_command_is_refused() {
    let said = say(&["lock", "doctor"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("`lock` comes before a command"),
        "{}",
        said.err
    );
}

#[test]
fn words_are_in_the_language_of_the_option_or_of_the_environment() {
    let chosen = say(&["--lang", "zh", "lokc"]);
    assert!(
        chosen.err.contains("没有名为 `lokc` 的课程"),
        "{}",
        chosen.err
    );
    let environment = finish(forklore(&["lokc"]).env("LC_ALL", "zh_CN.UTF-8"));
    assert_eq!(environment.err, chosen.err);
    let english = finish(forklore(&["--lang", "en", "lokc"]).env("LC_ALL", "zh_CN.UTF-8"));
    assert!(
        english.err.contains("there is no lesson"),
        "{}",
        english.err
    );
}

#[test]
fn what_is_given_is_shown_without_its_escapes() {
    let said = say(&["\u{1b}]0;owned\u{7}lo\u{1b}[31mkc\u{9b}"]);
    assert_eq!(said.code, Some(2));
    assert!(
        !said.err.contains(['\u{1b}', '\u{7}', '\u{9b}']),
        "{:?}",
        said.err
    );
}

#[test]
fn a_full_disk_behind_stdout_is_told_and_a_reader_that_left_is_not() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let said = finish(forklore(&["doctor"]).stdout(full));
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("stdout can't be written: No space left"),
        "{}",
        said.err
    );
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let said = finish(forklore(&["doctor"]).stdout(writer));
    assert_eq!((said.code, said.err.as_str()), (Some(141), ""));
}

#[test]
fn every_shell_has_a_completion_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = say(&["completions", shell]);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{shell}");
        assert!(
            said.out.contains("lessons") && said.out.contains("doctor"),
            "{shell}"
        );
    }
    assert_eq!(say(&["completions", "tcsh"]).code, Some(2));
}
