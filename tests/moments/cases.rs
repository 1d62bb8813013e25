//! The cases: sessions under stress.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::ACTOR;
use crate::programs::{FLOOD, LINE, PROGRAM};
use crate::pty::Screen;

pub const TESTS: &[(&str, fn())] = &[
    (
        "a_flood_of_prints_is_shown_counted_and_kept_within_bounds",
        printed,
    ),
    (
        "a_flood_of_bytes_is_shown_counted_and_kept_within_bounds",
        written,
    ),
    ("keys_are_obeyed_while_a_child_floods", keys_in_a_flood),
    (
        "a_headless_run_tells_and_records_a_flood_whole_and_stays_small",
        headless,
    ),
    ("hostile_output_does_not_reach_the_terminal", hostile),
    (
        "a_panic_gives_the_terminal_back_says_so_and_leaves_nothing",
        panic,
    ),
];

/// The most memory a session may ever use, in MiB: output kept twice (in the supervisor's World and in
/// the screen's), events not yet read, and the history.
const MOST: u64 = 320;

fn this() -> String {
    let this = std::env::current_exe().expect("this test binary");
    this.to_str().expect("text").to_owned()
}

/// A session on the lock lesson whose stage runs the given program.
fn run(program: &str, size: (u16, u16)) -> Screen {
    let state = tempfile::tempdir().unwrap();
    let variables = [(ACTOR, "forklore"), (PROGRAM, program)];
    let mut screen = Screen::start(&[&this(), "lock"], size, state, &variables);
    begin(&mut screen);
    screen
}

fn begin(screen: &mut Screen) {
    screen.wait_for("Lesson");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
}

/// The most memory a process ever had, in MiB.
fn peak(pid: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it lives");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib: u64 = line
        .and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .expect("the kernel tells it");
    kib / 1024
}

fn flooded(program: &str) {
    let mut screen = run(program, (120, 40));
    let text = screen.wait("the end of the run", |text| {
        let head = text.lines().next().unwrap_or_default();
        head.contains("finished") || head.contains("deadlock") || head.contains("stopped")
    });
    assert!(text.contains("older lines left out"), "{text}");
    let most = peak(&screen.pid().to_string());
    assert!(most <= MOST, "{most} MiB");
    // Back to the beginning, then to now again.
    screen.press("[[[[[[[[");
    screen.wait_for("looking back");
    screen.press("e");
    screen.wait("now", |text| !text.contains("looking back"));
    let most = peak(&screen.pid().to_string());
    assert!(most <= MOST, "{most} MiB after looking back");
    screen.press("q");
    assert!(screen.ended().success());
}

fn printed() {
    flooded("printed");
}

fn written() {
    flooded("written");
}

fn keys_in_a_flood() {
    let mut screen = run("endless", (120, 40));
    screen.wait_for("older lines left out");
    screen.press("?");
    screen.wait_for("previous panel");
    screen.press("\x1b");
    screen.wait("no help", |text| !text.contains("previous panel"));
    screen.press("L");
    screen.wait_for("输出");
    screen.press("x");
    screen.wait("it was stopped", |text| text.contains("被中止"));
    let most = peak(&screen.pid().to_string());
    assert!(most <= MOST, "{most} MiB");
    screen.press("q");
    assert!(screen.ended().success());
}

fn headless() {
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("flood.jsonl.zst");
    let out = std::fs::File::create(folder.path().join("out")).unwrap();
    let mut child = Command::new(this())
        .args(["run", "lock", "--record"])
        .arg(&recording)
        .env(ACTOR, "forklore")
        .env(PROGRAM, "written")
        .env("LANG", "en_US.UTF-8")
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(Stdio::null())
        .spawn()
        .expect("this binary runs");
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let pid = child.id().to_string();
        if Path::new("/proc")
            .join(&pid)
            .join("exe")
            .read_link()
            .is_ok()
        {
            most = most.max(peak(&pid));
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(most <= MOST, "{most} MiB");
    let told = std::fs::read(folder.path().join("out")).unwrap();
    let lines = told.split(|byte| *byte == b'\n');
    let long = lines.filter(|line| line.len() >= LINE - 1).count();
    assert!(long >= FLOOD / LINE, "{long} lines told");
}

fn hostile() {
    let mut screen = run("hostile", (200, 60));
    let text = screen.wait("the end", |text| {
        text.contains("all is said")
            && text
                .lines()
                .next()
                .is_some_and(|head| head.contains("finished"))
    });
    for shown in [
        "title",
        "left the screen",
        "cleared",
        "shown",
        "clipboard",
        "31mC1",
        "nul ␀␀ bell ␇ back␈␈␈ del␡",
        "dcs",
        "printer",
        "over␍overwritten",
    ] {
        assert!(text.contains(shown), "{shown:?} is not in {text}");
    }
    screen.wait_until("nothing of the terminal taken away", |seen| {
        seen.alternate_screen()
            && seen.hide_cursor()
            && seen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    });
    screen.press("q");
    let bytes = screen.wait_for_bytes(0, b"\x1b[?1049l");
    // The test's terminal drops what it can't show, so the bytes are checked.
    let holds = |wanted: &[u8]| bytes.windows(wanted.len()).any(|here| here == wanted);
    // As text, with its controls shown, a verdict may quote it.
    assert!(!holds(b"\x1b]0;stolen title") && !holds(b"\x1b]52;c;c3RvbGVu"));
    assert!(!holds(b"\x1b[5i"));
    assert!(holds("\u{fffd}desrever\u{fffd} end".as_bytes()));
    assert!(!holds("\u{202e}".as_bytes()) && !holds(b"\x9b31m"));
    assert!(screen.ended().success());
}

fn panic() {
    let state = tempfile::tempdir().unwrap();
    let variables = [(ACTOR, "panic"), (PROGRAM, "endless")];
    let mut screen = Screen::start(&[&this()], (120, 40), state, &variables);
    begin(&mut screen);
    screen.wait_for("older lines left out");
    assert!(screen.processes().len() > 3);
    screen.press("w");
    screen.wait_for("a defect of the screen");
    assert_eq!(screen.ended().code(), Some(101));
}
