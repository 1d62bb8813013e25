//! One lesson from its first page to the checks, and the ways a session ends.

use nix::sys::signal::Signal;

use crate::pty::Screen;

#[test]
fn a_lesson_is_opened_run_read_in_chinese_and_left() {
    let mut screen = Screen::open(&["lock"], (80, 24));
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("finished");
    screen.press("\t\t\t");
    screen.wait_for("✓");
    screen.press("L");
    screen.wait_for("检查");
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn leaving_during_a_run_leaves_nothing_behind() {
    let mut screen = Screen::open(&["pool-blocking"], (120, 40));
    screen.wait_for("Lesson");
    screen.press("r");
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
        let mut screen = Screen::open(&["pool-blocking"], (120, 40));
        screen.wait_for("Lesson");
        screen.press("r");
        screen.wait_for("ForkPoolWorker-1");
        screen.signal(signal);
        assert_eq!(screen.ended().code(), Some(128 + signal as i32));
    }
}

#[test]
fn resized_during_a_run_it_fits_again() {
    let mut screen = Screen::open(&["pool-async"], (80, 24));
    screen.wait_for("Lesson");
    screen.press("r");
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
