//! The mouse, the clipboard, and the screen on terminals of every kind.

use std::fmt::Write as _;

use crate::pty::Screen;

/// A run that has ended, at the size that shows the essentials at once.
fn finished(lesson: &str, size: (u16, u16), variables: &[(&str, &str)]) -> Screen {
    let state = tempfile::tempdir().unwrap();
    let mut screen = Screen::with(&[lesson], size, state, variables);
    screen.wait_for("quit");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait("the end", |text| {
        text.lines()
            .next()
            .is_some_and(|head| head.contains("finished"))
    });
    // In the last row, because a frame may be seen half written.
    screen.wait("the play head at rest", |text| {
        let mut last = text.lines().rev().take(3).map(str::trim_start);
        last.any(|line| line.starts_with(['■', '#']))
    });
    screen
}

/// Row and column (from 0) of the first place where these words appear.
fn place(screen: &Screen, words: &str) -> (u16, u16) {
    let text = screen.wait_for(words);
    let found = text.lines().enumerate().find_map(|(row, line)| {
        let (before, _) = line.split_once(words)?;
        Some((row, before.chars().count()))
    });
    let (row, column) = found.expect("seen");
    (u16::try_from(row).unwrap(), u16::try_from(column).unwrap())
}

/// What xterm sends for the mouse (SGR, 1006); positions count from 1.
fn mouse(button: u8, (row, column): (u16, u16), pressed: bool) -> String {
    let end = if pressed { 'M' } else { 'm' };
    format!("\x1b[<{button};{};{}{end}", column + 1, row + 1)
}

fn click(screen: &mut Screen, at: (u16, u16)) {
    screen.press(&mouse(0, at, true));
    screen.press(&mouse(0, at, false));
}

const WHEEL_UP: u8 = 64;
const WHEEL_DOWN: u8 = 65;
const DRAG: u8 = 32;

/// Whether most cells of this row are reversed.
fn reversed(screen: &Screen, row: u16, column: u16) -> bool {
    screen.look(|seen| seen.cell(row, column).is_some_and(vt100::Cell::inverse))
}

#[test]
fn a_click_gives_the_focus_and_selects_a_row() {
    let mut screen = finished("lock", (120, 40), &[]);
    screen.wait_for("▸ Output");
    let objects = place(&screen, "Objects");
    click(&mut screen, (objects.0 + 2, objects.1 + 3));
    screen.wait_for("▸ Objects");
    let (row, column) = place(&screen, "Process-4");
    assert!(!reversed(&screen, row, column));
    click(&mut screen, (row, column));
    screen.wait_for("▸ ps aux");
    assert!(reversed(&screen, row, column));
    // Only its output, by a key on the row that the mouse has selected.
    screen.press("f");
    screen.wait_for("only Process-4");
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn the_wheel_scrolls_the_panel_under_the_pointer() {
    let mut screen = finished("lock", (120, 40), &[]);
    let title = place(&screen, "Output");
    let at = (title.0 + 3, title.1 + 4);
    let text = |seen: &vt100::Screen| {
        let row = at.0 - 2;
        seen.contents_between(row, at.1, row, at.1 + 60)
    };
    let last = screen.look(text);
    for _ in 0..20 {
        screen.press(&mouse(WHEEL_UP, at, true));
    }
    screen.wait_until("the first lines", |seen| text(seen) != last);
    for _ in 0..20 {
        screen.press(&mouse(WHEEL_DOWN, at, true));
    }
    screen.wait_until("the last lines again", |seen| text(seen) == last);
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn the_scrub_bar_is_dragged_to_the_past_and_back() {
    let mut screen = finished("lock", (120, 40), &[]);
    let (row, first) = place(&screen, "━");
    let end = screen.look(|seen| {
        let columns = seen.size().1.get();
        (first..columns).rfind(|column| {
            seen.cell(row, *column)
                .is_some_and(|cell| cell.contents() == "━")
        })
    });
    let last = end.expect("a bar");
    screen.press(&mouse(0, (row, last), true));
    for column in (first + 1..last).rev() {
        screen.press(&mouse(DRAG, (row, column), true));
    }
    screen.press(&mouse(0, (row, first + 1), false));
    screen.wait_for("looking back");
    // Near its beginning no child is there yet.
    screen.wait("the beginning", |text| !text.contains("Process-9"));
    screen.press(&mouse(0, (row, first + 1), true));
    for column in first + 1..=last + 1 {
        screen.press(&mouse(DRAG, (row, column), true));
    }
    screen.wait("now", |text| {
        text.contains("Process-9") && !text.contains("looking back")
    });
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn tabs_and_lessons_of_the_list_are_clicked() {
    let mut screen = Screen::open(&["lock"], (80, 24));
    screen.wait_for("Taking turns");
    let tab = place(&screen, "Program");
    click(&mut screen, tab);
    screen.wait_for("▸ Program");
    screen.press("g");
    screen.wait_for("Enter opens");
    let lesson = place(&screen, "05  ");
    click(&mut screen, lesson);
    screen.press("\r");
    screen.wait("the lesson is open", |text| {
        text.lines()
            .next()
            .is_some_and(|head| head.contains(" 05 "))
    });
    screen.press("q");
    assert!(screen.ended().success());
}

/// Decodes base64 (RFC 4648).
fn decoded(text: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.iter().filter(|letter| **letter != b'=') {
        let value = LETTERS
            .iter()
            .position(|known| known == letter)
            .expect("base64");
        bits = bits << 6 | u32::try_from(value).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    bytes
}

#[test]
fn a_panel_is_copied_to_the_terminals_clipboard() {
    let mut screen = finished("create-process", (120, 40), &[]);
    for (keys, wanted) in [("", "say hi"), ("P", "fn main"), ("P", "import")] {
        screen.press(keys);
        if !keys.is_empty() {
            screen.wait_for("Program");
        }
        let before = screen.written();
        screen.press("y");
        let bytes = screen.wait_for_bytes(before, b"\x1b]52;c;");
        let mut all = bytes;
        let start = all
            .windows(7)
            .position(|here| here == b"\x1b]52;c;")
            .unwrap()
            + 7;
        let end = loop {
            if let Some(end) = all[start..]
                .iter()
                .position(|byte| matches!(byte, 7 | 0x1b))
            {
                break start + end;
            }
            all = screen.wait_for_bytes(before, &all[start..]);
        };
        let text = String::from_utf8(decoded(&all[start..end])).expect("text");
        assert!(text.contains(wanted), "{wanted:?} in {text:?}");
        screen.wait_for("on the clipboard");
    }
    screen.press("q");
    assert!(screen.ended().success());
}

/// The colours sent to a terminal: the parameters of SGR sequences, in order.
fn colours(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for piece in text.split("\x1b[").skip(1) {
        let end = piece.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
        if piece[end..].starts_with('m') {
            let words: Vec<&str> = piece[..end].split(';').collect();
            let mut at = 0;
            while at < words.len() {
                let long = match (words[at], words.get(at + 1)) {
                    ("38" | "48", Some(&"5")) => 3,
                    ("38" | "48", Some(&"2")) => 5,
                    _ => 1,
                };
                found.push(words[at..(at + long).min(words.len())].join(";"));
                at += long;
            }
        }
    }
    found
}

fn is_colour(word: &str) -> bool {
    let first = word
        .split(';')
        .next()
        .and_then(|word| word.parse::<u8>().ok());
    first.is_some_and(|code| matches!(code, 30..=38 | 40..=48 | 90..=97 | 100..=107))
}

/// A kind of terminal: its environment variables, and the colours it can show.
type Kind = (
    &'static str,
    &'static [(&'static str, &'static str)],
    fn(&str) -> bool,
);

const KINDS: [Kind; 5] = [
    ("true colour", &[("COLORTERM", "truecolor")], |word| {
        word.contains(";2;")
    }),
    ("256 colours", &[("COLORTERM", "")], |word| {
        word.contains(";5;")
    }),
    (
        "16 colours",
        &[("COLORTERM", ""), ("TERM", "xterm")],
        |word| {
            let number = word
                .rsplit(';')
                .next()
                .and_then(|word| word.parse::<u8>().ok());
            number.is_some_and(|number| !word.contains(';') || number < 16)
        },
    ),
    ("no colour", &[("NO_COLOR", "1")], |_| false),
    ("a dumb one", &[("COLORTERM", ""), ("TERM", "dumb")], |_| {
        false
    }),
];

/// Only colours that the terminal has are used, in every theme, and nothing is told by colour alone.
#[test]
fn every_kind_of_terminal_gets_the_colours_it_has() {
    for (name, variables, fits) in KINDS {
        let mut screen = finished("lock", (120, 40), variables);
        for theme in 0..3 {
            // A frame may be seen half written.
            screen.wait(
                &format!("all that is told, {name}, theme {theme}"),
                |text| {
                    let told = ["exited 0", "○", "▸", "finished"];
                    told.iter().all(|words| text.contains(words))
                },
            );
            screen.press("T\x0c");
        }
        screen.press("q");
        let bytes = screen.wait_for_bytes(0, b"\x1b[?1049l");
        let mut wrong = String::new();
        let all = colours(&bytes);
        for word in all.iter().filter(|word| is_colour(word) && !fits(word)) {
            let _ = write!(wrong, "{word} ");
        }
        assert_eq!(wrong, "", "on {name}");
        let any = all.iter().any(|word| is_colour(word));
        assert_eq!(
            any,
            !matches!(name, "no colour" | "a dumb one"),
            "on {name}"
        );
        assert!(screen.ended().success());
    }
}

#[test]
fn themes_paint_the_ground_dark_and_light() {
    let mut screen = finished("lock", (120, 40), &[("COLORTERM", "truecolor")]);
    let ground = |seen: &vt100::Screen| seen.cell(5, 5).map(vt100::Cell::bgcolor);
    assert_eq!(screen.look(ground), Some(vt100::Color::Default));
    for (words, colour) in [
        ("dark", vt100::Color::Rgb(0x1c, 0x1c, 0x1c)),
        ("light", vt100::Color::Rgb(0xff, 0xff, 0xff)),
        ("own", vt100::Color::Default),
    ] {
        screen.press("T");
        screen.wait_until(words, |seen| ground(seen) == Some(colour));
    }
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn where_unicode_is_not_at_hand_everything_is_ascii() {
    for variables in [&[("LANG", "C"), ("LC_ALL", "C")][..], &[("TERM", "linux")]] {
        for size in [(80, 24), (120, 40), (200, 60)] {
            let mut screen = finished("lock", size, variables);
            for key in ["", "\t", "\t", "\t", "\t", "z", "z", "?", "?", "g"] {
                screen.press(key);
                let text = screen.wait("the footer", |text| {
                    // The help's own footer has no way out of the session.
                    ["quit", "Enter open", "Esc close"]
                        .iter()
                        .any(|words| text.contains(words))
                });
                let strange: String = text.chars().filter(|c| !c.is_ascii()).collect();
                assert_eq!(strange, "", "{variables:?} {size:?} {key:?}: {text}");
            }
            screen.wait_for("Enter opens");
            screen.press("\x1b");
            screen.wait("no list", |text| !text.contains("Enter opens"));
            screen.press("q");
            assert!(screen.ended().success());
        }
    }
}
