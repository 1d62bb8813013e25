//! Textual checks, over a `World` and over plain text.

use super::{Run, breaks, holds, lesson};
use crate::check::text;
use crate::lesson::{Circumstances, Params};
use crate::trace::Stream;

/// A run that prints these lines, each by the process of its first character where that is one.
fn printed(lines: &[&str]) -> Run {
    let mut run = Run::with_children(3);
    for line in lines {
        let writer = line
            .chars()
            .next()
            .and_then(|c| c.to_digit(10))
            .unwrap_or(0);
        run.print(writer, line);
    }
    run.finish();
    run
}

const HI: &str = r#"lines = ["main", { text = "say hi {i}", for = "i in 0..n" }]"#;

#[test]
fn lines_multiset() {
    let check = format!("kind = \"lines-multiset\"\n{HI}");
    holds(&check, &printed(&["say hi 1", "main", "say hi 0"]));
    breaks(
        &check,
        &printed(&["say hi 1", "main", "say hi 2", "main"]),
        "missing: `say hi 0`; not expected: `say hi 2`, `main`",
    );
    let quiet = "kind = \"lines-multiset\"\nstream = \"stderr\"\nlines = []";
    let mut run = Run::new();
    run.print(0, "out").finish();
    holds(quiet, &run);
    let mut run = Run::new();
    run.write(0, Stream::Stderr, "Traceback").finish();
    breaks(quiet, &run, "not expected: `Traceback`");
}

#[test]
fn lines_exact() {
    let check = format!("kind = \"lines-exact\"\n{HI}");
    holds(&check, &printed(&["main", "say hi 0", "say hi 1"]));
    breaks(
        &check,
        &printed(&["main", "say hi 1", "say hi 0"]),
        "line 2 is `say hi 1`, expected `say hi 0`",
    );
    breaks(
        &check,
        &printed(&["main", "say hi 0"]),
        "the output ends before line 3, expected `say hi 1`",
    );
    breaks(
        &check,
        &printed(&["main", "say hi 0", "say hi 1", "more"]),
        "line 4, `more`, is one too many",
    );
}

#[test]
fn lines_in_order() {
    let check = "kind = \"lines-in-order\"\nfor = \"i in 1..=n\"\nlines = [\"{i} a\", \"{i} b\"]";
    holds(check, &printed(&["1 a", "2 a", "2 b", "1 b"]));
    breaks(
        check,
        &printed(&["1 a", "2 b", "2 a", "1 b"]),
        "`2 b` does not follow `2 a` (line 3)",
    );
    breaks(
        check,
        &printed(&["1 a", "1 b"]),
        "`2 a` is not in the output",
    );
}

const BLOCKS: &str = r#"
kind = "contiguous-blocks"
for = "i in 1..=n"
lines = [{ any = [{ text = "{i} -----> {100 + k}", for = "k in 1..=n" }] }, "{i} -----> 22"]
"#;

#[test]
fn contiguous_blocks() {
    holds(
        BLOCKS,
        &printed(&["2 -----> 102", "2 -----> 22", "1 -----> 102", "1 -----> 22"]),
    );
    breaks(
        BLOCKS,
        &printed(&["2 -----> 102", "1 -----> 101", "2 -----> 22", "1 -----> 22"]),
        "after `1 -----> 101` (line 2) comes `2 -----> 22`, expected `1 -----> 22`",
    );
    breaks(
        BLOCKS,
        &printed(&["1 -----> 101", "1 -----> 22", "2 -----> 102"]),
        "the output ends after `2 -----> 102` (line 3), expected `2 -----> 22`",
    );
}

#[test]
fn line_before() {
    let check = "kind = \"line-before\"\nline = \"main\"";
    holds(check, &printed(&["main", "a", "b"]));
    breaks(
        check,
        &printed(&["a", "b", "main"]),
        "`a` (line 1) comes before `main` (line 3)",
    );
    breaks(check, &printed(&["a"]), "`main` is not in the output");
}

#[test]
fn line_after() {
    let check = "kind = \"line-after\"\nline = \"main\"";
    holds(check, &printed(&["a", "b", "main"]));
    breaks(
        check,
        &printed(&["main", "a", "b"]),
        "`b` (line 3) comes after `main` (line 1)",
    );
    let others = "kind = \"line-after\"\nline = \"main\"\nothers = [\"a{*}\"]";
    holds(others, &printed(&["a1", "a2", "main", "b"]));
    breaks(
        others,
        &printed(&["a1", "main", "a2"]),
        "`a2` (line 3) comes after `main` (line 2)",
    );
}

#[test]
fn line_times() {
    let check = "kind = \"line-times\"\nline = \"hello\"\nis = \"n\"";
    holds(check, &printed(&["hello", "x", "hello"]));
    breaks(
        check,
        &printed(&["hello"]),
        "`hello` was printed 1 time, expected 2",
    );
    let none = "kind = \"line-times\"\nline = \"{*}Error{*}\"\nis = 0";
    holds(none, &printed(&["hello"]));
    breaks(
        none,
        &printed(&["ValueError: Pool not running"]),
        "`…Error…` was printed 1 time, expected 0",
    );
}

#[test]
fn never_together() {
    let check = r#"
kind = "never-together"
for = ["i in 1..=n", "j in 0..i"]
lines = ["{i} sees old {j}", "{j} sees old {i}"]
"#;
    holds(
        check,
        &printed(&["1 sees old 2", "2 sees old 0", "0 sees old 1"]),
    );
    breaks(
        check,
        &printed(&["1 sees old 2", "2 sees old 1"]),
        "one run printed all of these: `2 sees old 1`, `1 sees old 2`",
    );
}

#[test]
fn plain_text_answers_the_textual_checks_alone() {
    let lesson = lesson(&format!(
        r#"
[[checks]]
id = "all"
kind = "lines-multiset"
words = {{ en = "a", zh = "啊" }}
{HI}

[[checks]]
id = "quiet"
kind = "lines-multiset"
words = {{ en = "a", zh = "啊" }}
stream = "stderr"
lines = []

[[checks]]
id = "left"
kind = "nothing-left"
words = {{ en = "a", zh = "啊" }}
"#
    ));
    let params = Params::defaults(&lesson.manifest.parameters);
    let passed = |stdout: &str, stderr: &str| -> Vec<(String, bool)> {
        let circumstances = Circumstances::default();
        text::evaluate(&lesson, &params, &circumstances, stdout, Some(stderr))
            .into_iter()
            .map(|verdict| (verdict.id, verdict.passed))
            .collect()
    };
    let both = |all, quiet| vec![("all".to_owned(), all), ("quiet".to_owned(), quiet)];
    assert_eq!(passed("main\nsay hi 1\nsay hi 0\n", ""), both(true, true));
    assert_eq!(passed("main\nsay hi 1\n", "oh\n"), both(false, false));
}

#[test]
fn a_line_that_could_harm_a_terminal_is_shown_harmless() {
    let check = "kind = \"lines-exact\"\nlines = []";
    breaks(
        check,
        &printed(&["\u{1b}[2Jgone"]),
        "line 1, `\\u{1b}[2Jgone`, is one too many",
    );
}
