//! Lessons from their first page to the checks, and the ways a session ends.

use nix::sys::signal::Signal;

use crate::pty::Screen;

/// Opens a lesson and runs it without answering its questions.
fn run(lesson: &str, size: (u16, u16)) -> Screen {
    let mut screen = Screen::open(&[lesson], size);
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    // A key sent together with Esc would be read as Alt and that key.
    screen.wait("the run", |text| !text.contains("Question "));
    screen
}

#[test]
fn a_lesson_is_opened_run_read_in_chinese_and_left() {
    let mut screen = run("lock", (80, 24));
    screen.wait_for("finished");
    screen.wait_for("Enter see the checks");
    screen.press("\r");
    screen.wait_for("✓");
    screen.press("L");
    screen.wait_for("检查");
    screen.press("q");
    assert!(screen.ended().success());
}

fn footer(text: &str) -> Option<&str> {
    text.lines().rfind(|line| line.starts_with(" ▸ "))
}

/// The key the footer's first hint names: `▸ r predict, then run`.
fn told(text: &str) -> Option<&str> {
    footer(text)?.trim_start_matches(" ▸ ").split(' ').next()
}

/// The number of the question on the screen.
fn question(text: &str) -> Option<&str> {
    text.lines().find(|line| line.contains("Question "))
}

/// What a terminal sends for a key of the footer.
fn sent(key: &str) -> &str {
    match key {
        "Enter" => "\r",
        "Space" => " ",
        "→" => "\x1b[C",
        key => key,
    }
}

/// A learner who follows only the footer gets through every lesson: read, predict, run, compare,
/// explain, change a parameter, run again, next lesson.
#[test]
fn all_lessons_are_walked_by_keys_alone() {
    let mut screen = Screen::open(&[], (80, 24));
    screen.wait_for("Welcome");
    for number in 1..=8 {
        let (mut answered, mut compared, mut varied, mut again) = (0, false, false, false);
        loop {
            let rests = |text: &str| {
                let head = text.lines().next().unwrap_or_default();
                !head.contains(" running ") && told(text).is_some()
            };
            screen.wait("a next step of a run that rests", rests);
            // Half a footer would name half a key.
            let text = screen.settled();
            if !rests(&text) {
                continue;
            }
            let head = text.lines().next().unwrap_or_default().to_owned();
            let key = told(&text).expect("a key").to_owned();
            if key == "g" {
                assert!(head.contains(&format!(" 0{number} ")), "{text}");
                break;
            }
            // Seen on the way: the checks with their words, and the tutorial's claims.
            compared |= text.contains("✓ ") && text.contains("╭▸ Checks");
            again |= varied && head.contains("finished");
            varied |= head.contains('=');
            if text.contains("Question ") {
                answered += 1;
                // More confident than the default.
                screen.press("\x1b[C");
                screen.wait_for("certain");
            }
            screen.press(sent(&key));
            // The footer is drawn last: when it has changed, so has the rest.
            screen.wait(&format!("what {key} does"), |now| {
                footer(now) != footer(&text) || question(now) != question(&text)
            });
        }
        assert!(
            answered > 0 && compared && varied && again,
            "lesson {number}"
        );
        if number < 8 {
            screen.press("g");
            screen.wait_for("Enter open ");
        }
    }
    let state = screen.progress();
    for lesson in ["create-process", "queue", "pool-blocking"] {
        assert!(state.contains(&format!("\"{lesson}\"")), "{state}");
    }
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn stepped_by_hand_from_its_first_operation_on() {
    let mut screen = Screen::open(&["lock"], (120, 40));
    screen.wait_for("predict, then run");
    screen.press("s");
    screen.wait_for("step by hand");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    // Nothing has been granted: main is held before its first operation.
    screen.wait_for("MainProcess about to ");
    let child = "Process-1   about to ";
    assert!(!screen.text().contains(child), "{}", screen.text());
    // Main is stepped until its first child exists; the child is held before its own first operation.
    let mut steps = 0;
    while !screen.text().contains(child) {
        steps += 1;
        assert!(steps < 40, "{}", screen.text());
        let before = screen.text();
        screen.press("o");
        screen.wait("a step", |now| now != before);
    }
    // The rest runs by itself.
    screen.press(" ");
    screen.wait_for("finished");
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn two_live_pools_are_compared_on_one_time_axis() {
    let mut screen = Screen::open(&["pool-async"], (80, 24));
    screen.wait_for("predict, then run");
    screen.press("c");
    screen.wait_for("Both are still running");
    let text = screen.wait("a sentence that says what differs", |text| {
        text.contains("apply_async() submits them all at once")
    });
    assert!(
        text.contains("pool-blocking") && text.contains("pool-async"),
        "{text}"
    );
    assert!(
        text.contains("at most 1 worker busy") && text.contains("at most 3 workers busy"),
        "{text}"
    );
    // Both heads go back together, and play on together.
    screen.press("<<");
    let text = screen.wait("both looked back on", |text| text.contains("◀"));
    assert_eq!(text.matches('▲').count(), 2, "{text}");
    screen.press("e");
    screen.wait("both at their ends", |text| !text.contains("◀"));
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn forklores_own_rows_are_shown_when_asked_for() {
    let mut screen = run("pool-blocking", (200, 60));
    let text = screen.wait("rows of ps", |text| {
        text.contains(" running ") && text.contains("ForkPoolWorker-3 ")
    });
    assert!(!text.contains("guard: ends whatever is left"), "{text}");
    screen.press("F");
    screen.wait_for("guard: ends whatever is left");
    screen.wait_for("supervisor: runs this screen");
    screen.press("F");
    screen.wait("hidden again", |text| !text.contains("guard: ends"));
    screen.press("qq");
    assert!(screen.ended().success());
}

#[test]
fn leaving_during_a_run_leaves_nothing_behind() {
    let mut screen = run("pool-blocking", (120, 40));
    screen.wait_for("ForkPoolWorker-3 ");
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
    // From the output to the rows of ps: main's row, then the first worker's.
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
    screen.wait_for("was moved to");
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
    screen.press("r");
    let text = screen.wait_for("finished");
    assert!(text.is_ascii(), "{text}");
    screen.press("q");
    assert!(screen.ended().success());
}
