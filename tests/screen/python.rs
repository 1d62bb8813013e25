//! What the session shows of CPython: text in the buffers of a program, a lesson under each start method,
//! and the claims of a lesson, tried under the Pythons that are found. Skipped where there is none.

use std::process::Command;

use crate::pty::Screen;

/// Prints, forks without flushing, and waits for a line to read.
const FORKS: &str = "\
import os, sys
print('before')
reading, writing = os.pipe()
if os.fork() == 0:
    os.close(writing)
    os.read(reading, 1)
else:
    sys.stdin.readline()
    os.close(writing)
    os.wait()
";

fn has_python() -> bool {
    Command::new("python3").arg("--version").output().is_ok()
}

#[test]
fn text_that_is_printed_and_not_written_is_shown_and_whose_it_is_after_a_fork() {
    if !has_python() {
        return;
    }
    let state = tempfile::tempdir().unwrap();
    std::fs::write(state.path().join("forks.py"), FORKS).unwrap();
    let words = ["--stdout", "pipe", "--", "python3", "forks.py"];
    let mut screen = Screen::with(&words, (120, 40), state, &[]);
    screen.wait("both buffers", |text| {
        let both = text.matches("░ before⏎").count() == 2;
        both && text.contains("before⏎  copy from MainProcess")
    });
    screen.press("I");
    screen.press("go\r");
    screen.wait("both lines", |text| {
        let both = text.matches("│ before").count() == 2;
        both && !text.contains(" buffer ") && text.contains("before  copy from MainProcess")
    });
    let runs = |text: &str| {
        text.lines()
            .next()
            .is_some_and(|head| head.contains(" running "))
    };
    screen.wait("the end", |text| !runs(text));
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn a_lesson_is_compared_under_the_start_methods_and_its_claims_are_tried() {
    if !has_python() {
        return;
    }
    let mut screen = Screen::open(&["array", "--stdout", "pipe"], (120, 40));
    screen.wait_for("Lesson");
    screen.press("p");
    screen.wait_for("a pipe");
    screen.press("\x1b");
    screen.wait("no form", |text| !text.contains("a pipe"));
    screen.press("M");
    screen.wait_for("One program, three start methods");
    screen.wait("the page", |text| {
        text.contains("forkserver") && text.contains("→")
    });
    screen.press("\x1b");
    screen.wait("no page", |text| !text.contains("three start methods"));
    screen.press("C");
    screen.wait_for("Python 3.");
    // The other probes end with the session.
    screen.press("\x1b");
    screen.wait("no claims", |text| !text.contains("what is true"));
    screen.press("q");
    assert!(screen.ended().success());
}
