//! Each rule on a folder that is fine but for one thing.

use super::{lint, lint_library};
use crate::lesson::{Files, Lesson, Library, Origin};

const MANIFEST: &str = r#"
slug = "two"
order = 2
title = { en = "Two", zh = "两个" }
summary = { en = "Two lines.", zh = "两行。" }

[[parameters]]
name = "times"
kind = "int"
default = 2
min = 1
max = 9
label = { en = "times", zh = "次数" }

[[listings]]
id = "tutorial"
lines = ["hi 1", "hi 0"]

[outcome]
kind = "blocks"
for = "i in 0..times"
label = "{i}"
lines = ["hi {i}"]

[[checks]]
id = "all"
kind = "lines-multiset"
words = { en = "All lines", zh = "所有的行" }
lines = [{ text = "hi {i}", for = "i in 0..times" }]

[[claims]]
id = "claim"
says = { en = "It is so.", zh = "如此。" }
verdict = "true"
finding = { en = "It is.", zh = "的确如此。" }
probe = "shown.py"
expect = "yes"
"#;

const PYTHON: &str = "# two\nfrom time import sleep\n\nTIMES = 2\n\n\ndef foo():\n    for i in range(TIMES):\n        print('hi', i)\n        sleep(1)\n";
const RUST: &str = "pub fn foo(times: i64) {\n    for i in 0..times { // py:8\n        print(i); // py:9\n        sleep(1.0); // py:10\n    }\n}\n";

fn files() -> Files {
    Files {
        manifest: Some(MANIFEST.to_owned()),
        en: Some("# Two\n\n```\n# no heading\n```\n## Look\n".to_owned()),
        zh: Some("# 两个\n\n## 看\n".to_owned()),
        python: PYTHON.to_owned(),
        rust: Some(RUST.to_owned()),
        outcomes: None,
        probes: vec![("shown.py".to_owned(), "print('yes')\n".to_owned())],
    }
}

fn findings(folder: &str, change: impl FnOnce(&mut Files)) -> Vec<String> {
    let mut files = files();
    change(&mut files);
    let lesson = Lesson::new(folder, "lesson.toml", Origin::Embedded, files).unwrap();
    lint(&lesson).iter().map(ToString::to_string).collect()
}

fn findings_of(change: impl FnOnce(&mut Files)) -> Vec<crate::lesson::Finding> {
    let mut files = files();
    change(&mut files);
    lint(&Lesson::new("02-two", "lesson.toml", Origin::Embedded, files).unwrap())
}

fn in_manifest(from: &'static str, to: &str) -> Vec<String> {
    assert!(MANIFEST.contains(from), "{from}");
    findings("02-two", |files| {
        files.manifest = Some(MANIFEST.replacen(from, to, 1));
    })
}

#[test]
fn a_lesson_that_is_fine_has_no_findings() {
    assert_eq!(findings("02-two", |_| {}), Vec::<String>::new());
}

#[test]
fn the_folder_is_named_after_order_and_slug() {
    assert_eq!(
        findings("03-two", |_| {}),
        ["03-two/lesson.toml:2:8: order and slug say this folder is `02-two`"]
    );
}

#[test]
fn both_pages_are_there_with_the_same_headings() {
    assert_eq!(
        findings("02-two", |files| files.en = None),
        ["02-two/en.md: is missing: every lesson has a text in each language"]
    );
    let found = findings("02-two", |files| files.zh = Some("# 两个\n### 看\n".into()));
    assert_eq!(
        found,
        [
            "02-two/zh.md:2:1: its headings are not those of en.md: 2 there, 2 here, the first \
          difference at heading 2"
        ]
    );
    let found = findings("02-two", |files| files.zh = Some("# Two\n## Look\n".into()));
    assert_eq!(found, ["02-two/zh.md: has no Chinese in it"]);
}

#[test]
fn a_text_in_the_wrong_language_is_found() {
    assert_eq!(
        in_manifest("zh = \"所有的行\"", "zh = \"all the lines\""),
        ["02-two/lesson.toml: check all: zh has no Chinese in it: \"all the lines\""]
    );
    assert_eq!(
        in_manifest("en = \"All lines\"", "en = \"所有的行\""),
        ["02-two/lesson.toml: check all: en is Chinese: \"所有的行\""]
    );
}

#[test]
fn a_parameter_is_a_constant_of_the_program_with_the_same_default() {
    let found = findings("02-two", |files| {
        files.python = PYTHON.replace("TIMES = 2", "TIMES = 3");
    });
    assert_eq!(
        found,
        ["02-two/program.py:4:9: `TIMES` is 3 here, the default of `times` is 2"]
    );
    let found = findings("02-two", |files| {
        files.python = PYTHON.replace("TIMES = 2", "COUNT = 2");
    });
    assert_eq!(
        found,
        [
            "02-two/program.py: parameter `times` needs the line `TIMES = 2` at its top",
            "02-two/program.py:4:1: `COUNT` is never used"
        ]
    );
}

#[test]
fn an_expression_without_a_value_is_found_with_the_parameters_that_show_it() {
    assert_eq!(
        in_manifest(
            "{ text = \"hi {i}\", for",
            "{ text = \"hi {6 // (i - 8)}\", for"
        ),
        [
            "02-two/lesson.toml:29:19: check all: in `6 // (i - 8)`: division by zero, or a \
             float where only integers can be divided (with times = 9, stdout tty)"
        ]
    );
    let found = in_manifest(
        "{ text = \"hi {i}\", for",
        "{ text = \"hi {[0, 1][i]}\", for",
    );
    assert_eq!(
        found,
        [
            "02-two/lesson.toml:29:19: check all: in `[0, 1][i]`: no item 2 in a list of 2 (with times = 9, \
          stdout tty)"
        ]
    );
}

#[test]
fn a_listing_agrees_with_the_outcome() {
    assert_eq!(
        in_manifest(
            "lines = [\"hi 1\", \"hi 0\"]",
            "lines = [\"hi 1\", \"hi 2\"]"
        ),
        ["02-two/lesson.toml:15:1: listing tutorial: it lacks the line `hi 0` of a block"]
    );
    assert_eq!(
        in_manifest("id = \"tutorial\"", "id = \"other\""),
        [
            "02-two/lesson.toml:15:1: listing other: a listing that is not the tutorial's needs a title"
        ]
    );
}

#[test]
fn claims_and_probes_belong_together() {
    let found = findings("02-two", |files| files.probes.clear());
    assert_eq!(
        found,
        ["02-two/lesson.toml:36:9: claim claim: there is no probes/shown.py"]
    );
    let found = findings("02-two", |files| {
        files.probes.push(("queue.py".into(), String::new()));
    });
    assert_eq!(
        found,
        [
            "02-two/probes/queue.py: would be imported instead of the standard library's `queue`",
            "02-two/probes/queue.py: no claim names this probe"
        ]
    );
}

#[test]
fn a_lesson_without_a_check_of_its_lines_is_found() {
    let found = in_manifest(
        "kind = \"lines-multiset\"\nwords = { en = \"All lines\", zh = \"所有的行\" }\nlines = [{ text = \"hi {i}\", for = \"i in 0..times\" }]",
        "kind = \"nothing-left\"\nwords = { en = \"All lines\", zh = \"所有的行\" }",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("no check speaks of printed lines"),
        "{found:?}"
    );
}

#[test]
fn the_twin_follows_the_program() {
    let twin = |from: &str, to: &str| {
        assert!(RUST.contains(from), "{from}");
        findings("02-two", |files| {
            files.rust = Some(RUST.replacen(from, to, 1));
        })
    };
    assert_eq!(
        twin(" // py:10", ""),
        ["02-two/program.py:10:9: no line of program.rs is `// py:10`: `sleep(1)`"]
    );
    assert_eq!(
        twin("py:8", "py:11"),
        [
            "02-two/program.rs:2:25: py:11 is no line of code in program.py",
            "02-two/program.rs:3:19: py:9 stands after py:11 (line 2): within a function they rise"
        ]
    );
    assert_eq!(
        twin("py:8", "py:x"),
        ["02-two/program.rs:2:25: `py:x` is no line of program.py: write `// py:N`"]
    );
    assert_eq!(
        findings("02-two", |files| files.rust = None),
        ["02-two/program.rs: is missing: the lesson has no native twin"]
    );
}

#[test]
fn needs_are_earlier_lessons() {
    let pack = tempfile::tempdir().unwrap();
    for (folder, slug, order, needs) in [
        ("01-a", "a", 1, "\"b\", \"c\""),
        ("02-b", "b", 2, "\"a\""),
        ("02-d", "d", 2, ""),
    ] {
        let path = pack.path().join(folder);
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("program.py"), "").unwrap();
        let manifest = format!(
            "slug = \"{slug}\"\norder = {order}\nneeds = [{needs}]\n\
             title = {{ en = \"a\", zh = \"啊\" }}\nsummary = {{ en = \"a\", zh = \"啊\" }}\n"
        );
        std::fs::write(path.join("lesson.toml"), manifest).unwrap();
    }
    let mut library = Library::default();
    library.add_pack(pack.path(), false).unwrap();
    let found: Vec<String> = lint_library(&library)
        .iter()
        .map(|finding| {
            let told = finding.to_string();
            let path = format!("{}/", pack.path().display());
            told.strip_prefix(&path).unwrap().to_owned()
        })
        .collect();
    assert_eq!(
        found,
        [
            "01-a/lesson.toml: needs: `b` comes later in the course than this lesson",
            "01-a/lesson.toml: needs: there is no lesson `c`",
            "02-d/lesson.toml: order: 2 is already the place of b"
        ]
    );
}

/// A lesson.toml with one text replaced: its only finding, without the file.
fn only(from: &'static str, to: &str) -> String {
    let found = in_manifest(from, to);
    let [one] = &found[..] else {
        panic!("{found:#?}");
    };
    one.replace("02-two/lesson.toml:", "")
}

/// A prediction, added at the end.
fn with_prediction(keys: &str) -> Vec<String> {
    let text = format!(
        "{MANIFEST}\n[[predictions]]\nid = \"p\"\nquestion = {{ en = \"q\", zh = \"问\" }}\n\
         explanation = {{ en = \"e\", zh = \"答\" }}\n{keys}\n"
    );
    findings("02-two", |files| files.manifest = Some(text))
}

#[test]
fn a_misspelt_word_is_found() {
    let status = "kind = \"status\"\nis = \"'finishd'\"\nwhen = \"times < 0\"";
    let both = |rest: &str| format!("{rest}\nwords = {{ en = \"w\", zh = \"词\" }}\n\n[[claims]]");
    let check = |rest: &str| {
        let to = format!("[[checks]]\nid = \"it\"\n{}", both(rest));
        in_manifest("[[claims]]", &to)
    };
    // Where it does not apply nobody asks.
    assert_eq!(check(status), Vec::<String>::new());
    let found = check("kind = \"status\"\nis = \"'finishd'\"");
    assert!(
        found[0].contains(
            ":34:6: check it: in `'finishd'`: 'finishd' is never among finished, deadlock"
        ),
        "{found:?}"
    );
    let found = check("kind = \"nothing-left\"\nwhen = \"stdout == 'ttty'\"");
    assert!(
        found[0].contains(":34:8: in `stdout == 'ttty'`: 'ttty' is never among tty, pipe"),
        "{found:?}"
    );
    let found = check("kind = \"lock-exclusive\"\nobject = \"rnage\"");
    assert!(
        found[0].contains(":34:10: nothing in program.py is called `rnage`; `range` is"),
        "{found:?}"
    );
    let found = check("kind = \"lock-exclusive\"\nobject = \"forks[{i}]\"\nfor = \"i in 0..2\"");
    assert!(
        found[0].contains("nothing in program.py is called `forks`"),
        "{found:?}"
    );
}

#[test]
fn types_and_arity_are_checked_without_a_run() {
    for (answer, complaint) in [
        (
            "count('process', 'worker')",
            "`count` takes the role of processes as a string, or nothing",
        ),
        (
            "count('wroker')",
            "'wroker' is never among all, main, process, worker, manager",
        ),
        ("most_tasks(1)", "`most_tasks` takes nothing"),
        ("printed(3)", "`printed` takes one string"),
        ("len(lines, 1)", "`len` can't be applied to these arguments"),
        ("len(seconds)", "`len` can't be applied to these arguments"),
        ("lines + 1", "a list and an integer can't be computed with"),
        (
            "writers[0] - 1",
            "a string and an integer can't be computed with",
        ),
        ("lines['a']", "a string is no index"),
        (
            "[x for x in seconds]",
            "`for` runs over a list, not a float",
        ),
        ("lines < 3", "a list and an integer have no order"),
        ("status == 1", "a string and an integer are never equal"),
        (
            "results[0] == 'succes'",
            "'succes' is never among success, failure, pending, lost",
        ),
        (
            "times * 9223372036854775807 + len(lines)",
            "the result does not fit 64 bits",
        ),
        ("len(cells('tmp'))", "nothing in program.py is called `tmp`"),
    ] {
        let keys = format!("kind = \"number\"\nmin = 0\nmax = 9\nanswer = \"{answer}\"");
        let found = with_prediction(&keys);
        assert!(!found.is_empty(), "{answer}");
        assert!(found[0].contains(complaint), "{answer}: {found:?}");
        assert!(
            found[0].contains("lesson.toml:46:10:"),
            "{answer}: {found:?}"
        );
    }
    for answer in [
        "len(lines) + times",
        "exitcode('Process-1') if status == 'finished' else 0",
        "cells('range')[0] + 1",
        "[int(w[0]) for w in [writers]][0]",
        "max(times, 3) * (1 if stdout == 'tty' else 2)",
        "min([len(lines), times])",
        "count() + count('worker')",
    ] {
        let keys = format!("kind = \"number\"\nmin = 0\nmax = 9\nanswer = \"{answer}\"");
        assert_eq!(with_prediction(&keys), Vec::<String>::new(), "{answer}");
    }
}

#[test]
fn an_overflow_at_all_parameters_greatest_is_found() {
    let two = "[[parameters]]\nname = \"more\"\nkind = \"int\"\ndefault = 1\nmin = 1\n\
        max = 4294967296\nlabel = { en = \"m\", zh = \"多\" }\n\n[[listings]]";
    let found = findings("02-two", |files| {
        let text = MANIFEST.replacen("[[listings]]", two, 1);
        let text = text.replacen("max = 9", "max = 4294967296", 1).replacen(
            "[[claims]]",
            "[[checks]]\nid = \"n\"\nkind = \"process-count\"\nof = \"all\"\n\
             is = \"times * more\"\nwords = { en = \"w\", zh = \"词\" }\n\n[[claims]]",
            1,
        );
        files.manifest = Some(text.replace("0..times", "0..2"));
        files.python = files
            .python
            .replace("TIMES = 2\n", "TIMES = 2\nMORE = 1\nprint(MORE)\n");
        files.rust = None;
    });
    let overflow = "check n: in `times * more`: the result does not fit 64 \
        bits (with every number at its greatest, stdout tty)";
    assert!(
        found.iter().any(|told| told.ends_with(overflow)),
        "{found:#?}"
    );
}

#[test]
fn what_nobody_uses_is_found() {
    let found = findings("02-two", |files| {
        files.python = PYTHON.replace("range(TIMES)", "range(2)");
    });
    assert_eq!(found, ["02-two/program.py:4:1: `TIMES` is never used"]);
    assert_eq!(
        only(
            "[[listings]]",
            "[define]\nhalf = \"times // 2\"\n\n[[listings]]"
        ),
        "16:8: define.half: no expression uses it"
    );
}

#[test]
fn what_a_probe_can_not_print_is_found() {
    assert_eq!(
        only("expect = \"yes\"", "expect = \"verdict: no\""),
        "37:10: claim claim: probes/shown.py can't print what is expected, `verdict` stands nowhere in it"
    );
}

#[test]
fn findings_are_chinese_where_that_is_read() {
    let found = findings_of(|files| files.en = None);
    let told: Vec<String> = found.iter().map(|finding| finding.words().zh).collect();
    assert_eq!(
        told,
        ["02-two/en.md: 缺少这个文件：每门课都要有两种语言的课文"]
    );
}

#[test]
fn a_table_of_outcomes_of_another_program_is_stale() {
    let none = findings("02-two", |_| {});
    let stale = findings("02-two", |files| {
        files.outcomes = Some("program_sha256 = \"0\"\n".to_owned());
    });
    assert_eq!(stale.len(), none.len() + 1, "{stale:?}");
    assert!(
        stale.iter().any(|finding| finding.contains("--save")),
        "{stale:?}"
    );
    let broken = findings("02-two", |files| files.outcomes = Some("x".to_owned()));
    assert!(
        broken
            .iter()
            .any(|finding| finding.contains("can't be read")),
        "{broken:?}"
    );
}
