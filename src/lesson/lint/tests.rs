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
        probes: vec![("shown.py".to_owned(), "print('yes')\n".to_owned())],
    }
}

fn findings(folder: &str, change: impl FnOnce(&mut Files)) -> Vec<String> {
    let mut files = files();
    change(&mut files);
    let lesson = Lesson::new(folder, "lesson.toml", Origin::Embedded, files).unwrap();
    lint(&lesson).iter().map(ToString::to_string).collect()
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
        ["03-two/lesson.toml: order and slug say this folder is `02-two`"]
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
            "02-two/zh.md:2: its headings are not those of en.md: 2 there, 2 here, the first \
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
        ["02-two/program.py:4: `TIMES` is 3 here, the default of `times` is 2"]
    );
    let found = findings("02-two", |files| {
        files.python = PYTHON.replace("TIMES = 2", "COUNT = 2");
    });
    assert_eq!(
        found,
        ["02-two/program.py: parameter `times` needs the line `TIMES = 2` at its top"]
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
            "02-two/lesson.toml:25: check all: in `6 // (i - 8)`: the result is out of range, or the \
          divisor is not positive (with the defaults, stdout tty)"
        ]
    );
    let found = in_manifest(
        "{ text = \"hi {i}\", for",
        "{ text = \"hi {[0, 1][i]}\", for",
    );
    assert_eq!(
        found,
        [
            "02-two/lesson.toml:25: check all: in `[0, 1][i]`: no item 2 in a list of 2 (with times = 9, \
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
        ["02-two/lesson.toml: listing tutorial: it lacks the line `hi 0` of a block"]
    );
    assert_eq!(
        in_manifest("id = \"tutorial\"", "id = \"other\""),
        ["02-two/lesson.toml: listing other: a listing that is not the tutorial's needs a title"]
    );
}

#[test]
fn claims_and_probes_belong_together() {
    let found = findings("02-two", |files| files.probes.clear());
    assert_eq!(
        found,
        ["02-two/lesson.toml: claim claim: there is no probes/shown.py"]
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
        ["02-two/program.py:10: no line of program.rs is `// py:10`: `sleep(1)`"]
    );
    assert_eq!(
        twin("py:8", "py:11"),
        [
            "02-two/program.rs:2: py:11 is no line of code in program.py",
            "02-two/program.rs:3: py:9 stands after py:11 (line 2): within a function they rise"
        ]
    );
    assert_eq!(
        twin("py:8", "py:x"),
        ["02-two/program.rs:2: `py:x` is no line of program.py: write `// py:N`"]
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
        .map(ToString::to_string)
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
