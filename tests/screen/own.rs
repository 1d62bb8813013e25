//! `trace --tui`: a program of one's own on the screen.

use std::fs;

use crate::pty::Screen;

/// A screen on this program, in a folder of its own.
fn traced(program: &str, size: (u16, u16)) -> Screen {
    let state = tempfile::tempdir().unwrap();
    fs::write(state.path().join("own.py"), program).unwrap();
    let words = ["trace", "--tui", "--", "python3", "own.py"];
    Screen::with(&words, size, state, &[])
}

const ASKS: &str = "
import sys
print('hello', input())
sys.exit(7)
";

#[test]
fn a_program_reads_what_is_typed_and_its_exit_code_is_forklores() {
    let mut screen = traced(ASKS, (120, 40));
    screen.wait_for("print('hello', input())");
    screen.press("I");
    screen.wait_for("stdin:");
    screen.press("anna\r");
    screen.wait_for("hello anna");
    screen.wait_for("exited 7");
    screen.press("\x1b");
    screen.wait_for("starts it again");
    screen.press("q");
    assert_eq!(screen.ended().code(), Some(7));
}

const CIRCLE: &str = "
import multiprocessing as mp
def f(first, second, met):
    with first:
        met.wait()
        with second: pass
if __name__ == '__main__':
    a, b, met = mp.Lock(), mp.RLock(), mp.Barrier(2)
    for pair in ((a, b), (b, a)):
        mp.Process(target=f, args=(*pair, met)).start()
";

#[test]
fn a_hung_program_is_told_with_its_circle_and_is_ended_when_the_screen_is_left() {
    // By way of a shell, which waits, too.
    let state = tempfile::tempdir().unwrap();
    fs::write(state.path().join("own.py"), CIRCLE).unwrap();
    let words = ["trace", "--tui", "--", "sh", "-c", "python3 own.py; true"];
    let mut screen = Screen::with(&words, (80, 24), state, &[]);
    screen.wait("the verdict with its circle", |text| {
        text.contains("wait for one another in a circle") && text.contains('\u{21ba}')
    });
    assert!(screen.processes().len() > 3);
    screen.press("q");
    screen.wait_for("Quit?");
    screen.press("\r");
    // SIGTERM ends the program with the screen; nothing of it is left behind.
    assert_eq!(screen.ended().code(), Some(128 + 15));
}
