//! Lessons from their first page to the checks, and the ways a session ends.

use nix::sys::signal::Signal;

use crate::pty::Screen;

/// Opens a lesson and runs it without answering its questions.
fn run(lesson: &str, size: (u16, u16)) -> Screen {
    let mut screen = Screen::open(&[lesson], size);
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("\x1b");
    screen
}

#[test]
fn a_lesson_is_opened_run_read_in_chinese_and_left() {
    let mut screen = run("lock", (80, 24));
    screen.wait_for("finished");
    screen.press("\t\t\t");
    screen.wait_for("✓");
    screen.press("L");
    screen.wait_for("检查");
    screen.press("q");
    assert!(screen.ended().success());
}

/// Every lesson: read, answer every question, run, compare, see the checks, go on.
#[test]
#[ignore = "the walk is not done: after the first lesson the checks are looked for on the wrong tab"]
fn all_lessons_are_walked_by_keys_alone() {
    let mut screen = Screen::open(&[], (80, 24));
    screen.wait_for("Welcome");
    screen.press("\r");
    for number in 1..=8 {
        screen.wait("the lesson, not yet run", |text| {
            let head = text.lines().next().unwrap_or_default();
            head.contains(&format!(" 0{number} "))
                && head.contains("r runs it")
                && !text.contains("Enter opens")
        });
        screen.press("r");
        loop {
            let text = screen.wait("a question or the run", |text| {
                text.contains("Question ") || !text.contains("r runs it")
            });
            if !text.contains("Question ") {
                break;
            }
            let place = text.lines().find(|line| line.contains("Question "));
            let place = place.unwrap_or_default().to_owned();
            screen.press("\r");
            screen.wait("the next question", |text| {
                !text.contains(&place) || text.contains("You said")
            });
        }
        screen.wait_for("finished");
        let text = screen.wait("what can be done now", |text| {
            text.contains("You said") || text.contains("g goes on")
        });
        if text.contains("You said") {
            screen.press("\r");
        }
        screen.wait("no popup", |text| !text.contains("You said"));
        screen.press("\t\t\t");
        screen.wait_for("✓");
        if number < 8 {
            screen.press("g");
            screen.wait_for("Enter opens");
            screen.press("\r");
        }
    }
    screen.press("q");
    let state = screen.progress();
    assert!(state.contains("\"pool-blocking\""), "{state}");
    assert!(screen.ended().success());
}

#[test]
fn leaving_during_a_run_leaves_nothing_behind() {
    let mut screen = run("pool-blocking", (120, 40));
    screen.wait_for("ForkPoolWorker-1");
    assert!(screen.processes().len() > 3);
    screen.press("q");
    screen.wait_for("Quit?");
    screen.press("\r");
    assert!(screen.ended().success());
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let screen = run("pool-blocking", (120, 40));
        screen.wait_for("ForkPoolWorker-1");
        screen.signal(signal);
        assert_eq!(screen.ended().code(), Some(128 + signal as i32));
    }
}

#[test]
fn a_worker_is_killed_after_a_question_and_the_pool_replaces_it() {
    let mut screen = run("pool-blocking", (120, 40));
    screen.wait_for("ForkPoolWorker-3");
    // From the output to the rows of ps, main's and then the first worker's.
    screen.press("\x1b[Z");
    screen.press("jj");
    screen.press("K");
    screen.wait_for("Send SIGKILL to ForkPoolWorker-");
    screen.press("\r");
    screen.wait_for("killed by SIGKILL");
    screen.wait_for("ForkPoolWorker-4");
    screen.press("qq");
    assert!(screen.ended().success());
}

#[test]
fn resized_during_a_run_it_fits_again() {
    let mut screen = run("pool-blocking", (80, 24));
    screen.wait_for("ForkPoolWorker-1");
    screen.resize(200, 60);
    screen.wait("all panels at once", |text| {
        text.contains("Timeline") && text.contains("Checks") && text.contains("ps aux")
    });
    screen.resize(50, 10);
    screen.wait_for("at least 60 columns");
    screen.resize(80, 24);
    screen.wait_for("ForkPoolWorker-1");
    screen.press("qq");
    assert!(screen.ended().success());
}

#[test]
fn a_saved_run_is_replayed_forth_and_back() {
    let mut screen = run("create-process", (120, 40));
    screen.wait_for("finished");
    screen.press("w");
    screen.wait_for("Saved as forklore-create-process-1.jsonl");
    screen.press("q");
    let (status, state) = screen.ended_with_state();
    assert!(status.success());
    let file = state.path().join("forklore-create-process-1.jsonl");
    let file = file.to_str().unwrap().to_owned();
    let mut screen = Screen::with(&["replay", &file], (120, 40), state, &[]);
    screen.wait_for("finished");
    screen.press("<");
    screen.wait_for("recording, Space plays");
    screen.press(" ");
    screen.wait_for("finished");
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn a_broken_progress_file_is_set_aside_with_a_word() {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("forklore");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("progress.json"), "{ torn").unwrap();
    let mut screen = Screen::with(&[], (120, 40), state, &[]);
    screen.wait_for("put aside");
    screen.press("\x1bq");
    let (_, state) = screen.ended_with_state();
    let aside = state.path().join("forklore/progress.aside-1.json");
    assert_eq!(std::fs::read_to_string(aside).unwrap(), "{ torn");
}

#[test]
fn without_colour_and_without_unicode_it_still_tells_everything() {
    let state = tempfile::tempdir().unwrap();
    let plain = [("NO_COLOR", "1"), ("LANG", "C"), ("LC_ALL", "C")];
    let mut screen = Screen::with(&["lock"], (80, 24), state, &plain);
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("\x1b");
    let text = screen.wait_for("finished");
    assert!(text.is_ascii(), "{text}");
    screen.press("q");
    assert!(screen.ended().success());
}
