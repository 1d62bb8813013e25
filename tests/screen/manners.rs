//! How a session takes the terminal and gives it back: stopped, ended, hung up, or without a terminal.

use std::process::{Command, Stdio};

use nix::sys::signal::Signal;

use crate::pty::Screen;

/// A lesson whose run goes on for many seconds, with real workers.
fn running() -> Screen {
    let mut screen = Screen::open(&["pool-blocking"], (120, 40));
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait_for("ForkPoolWorker-3");
    screen
}

/// The state letter /proc gives.
fn state(pid: i32) -> char {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it lives");
    let (_, after) = stat.rsplit_once(')').expect("a name");
    after.trim_start().chars().next().expect("a state")
}

fn wait_until_stopped(pid: i32) {
    while state(pid) != 'T' {
        std::thread::yield_now();
    }
}

#[test]
fn every_ending_signal_gives_the_terminal_back_and_leaves_nothing() {
    for signal in [
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
    ] {
        let screen = running();
        assert!(screen.processes().len() > 4, "{:?}", screen.processes());
        screen.signal(signal);
        assert_eq!(screen.ended().code(), Some(128 + signal as i32), "{signal}");
    }
}

#[test]
fn ctrl_c_asks_while_a_run_goes_on_and_leaves_at_once_otherwise() {
    let mut screen = running();
    screen.press("\x03");
    screen.wait_for("Quit?");
    screen.press("\x1b");
    screen.wait("no question", |text| !text.contains("Quit?"));
    screen.press("\x03");
    screen.wait_for("Quit?");
    screen.press("\x03");
    assert_eq!(screen.ended().code(), Some(0));

    let mut screen = Screen::open(&["lock"], (80, 24));
    screen.wait_for("Lesson");
    screen.press("\x03");
    assert_eq!(screen.ended().code(), Some(0));
}

#[test]
fn a_terminal_that_hangs_up_ends_the_session_and_its_run() {
    let screen = running();
    assert_eq!(screen.hang_up().code(), Some(128 + 1));
}

/// Under a shell with job control, as people do it.
#[test]
fn ctrl_z_gives_the_shell_its_terminal_and_fg_brings_the_session_back() {
    let forklore = env!("CARGO_BIN_EXE_forklore");
    let folder = tempfile::tempdir().unwrap();
    let mut screen = Screen::start(&["/bin/sh", "-i"], (120, 40), folder, &[("PS1", "shell> ")]);
    screen.wait_for("shell>");
    screen.press(&format!("{forklore} pool-blocking\r"));
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait_for("ForkPoolWorker-3");
    for _ in 0..2 {
        screen.press("\x1a");
        screen.wait("the shell's prompt again", |text| {
            text.trim_end().ends_with("shell>") && !text.contains("ForkPoolWorker")
        });
        screen.assert_given_back();
        screen.press("echo still $((6 * 7))\r");
        screen.wait_for("still 42");
        screen.press("fg\r");
        screen.wait_for("ForkPoolWorker-3");
        screen.wait_until("all of the terminal taken again", |seen| {
            seen.alternate_screen()
                && seen.hide_cursor()
                && seen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
        });
    }
    screen.press("qq");
    screen.wait("the shell again", |text| {
        text.trim_end().ends_with("shell>")
    });
    screen.press("exit\r");
    assert!(screen.ended().success());
}

#[test]
fn stopped_from_outside_it_gives_the_terminal_back_and_goes_on() {
    let screen = running();
    screen.signal(Signal::SIGTSTP);
    wait_until_stopped(screen.pid());
    screen.assert_given_back();
    let before = screen.written();
    screen.signal(Signal::SIGCONT);
    screen.wait_for_bytes(before, b"\x1b[?1049h");
    screen.wait_for("ForkPoolWorker-3");
    // By SIGSTOP, which nobody can catch: the screen is redrawn when the session continues.
    screen.signal(Signal::SIGSTOP);
    wait_until_stopped(screen.pid());
    let before = screen.written();
    screen.signal(Signal::SIGCONT);
    screen.wait_for_bytes(before, b"\x1b[?1049h");
    screen.wait_for("ForkPoolWorker-3");
    screen.signal(Signal::SIGTERM);
    assert_eq!(screen.ended().code(), Some(128 + 15));
}

#[test]
fn a_traced_program_that_asks_the_terminal_is_not_stopped_for_good() {
    // A background process of the terminal would be stopped by its first read.
    let script = "read line < /dev/tty && echo $line; read line; echo read $line; exit 3";
    let mut screen = Screen::open(&["trace", "--", "sh", "-c", script], (80, 24));
    screen.press("one\n");
    screen.wait_for("read one");
    assert_eq!(screen.ended().code(), Some(3));
}

#[test]
fn without_a_terminal_it_names_the_commands_that_need_none() {
    for (lang, words) in [("en", "needs a terminal"), ("zh", "需要在终端里运行")] {
        let said = Command::new(env!("CARGO_BIN_EXE_forklore"))
            .args(["lock", "--lang", lang])
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        let words_said = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(2), "{words_said}");
        assert!(said.stdout.is_empty());
        for wanted in [words, "`forklore run ", "`forklore test`", "--headless"] {
            assert!(words_said.contains(wanted), "{wanted:?} in {words_said}");
        }
    }
}
