//! Sanitising: bytes from children and files become text that can't harm a terminal.
//!
//! Owns the one way foreign text is shown. Escape sequences are taken out, other control characters
//! become visible symbols (`␇`), what is no UTF-8 becomes `�`, and so does what turns the direction
//! of the text around. A trace keeps the raw bytes; this is called where they are displayed.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar as _;
use vte::{Parser, Perform};

/// Columns between tab stops.
const TAB: usize = 8;

/// Bytes of shown text allowed a column: marks that take no column must not pile up without end.
const BYTES_A_COLUMN: usize = 8;

/// A line that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean<'a> {
    pub text: Cow<'a, str>,
    /// Bytes of text that were left out at its end because the line is too long.
    pub left_out: usize,
}

/// One line of foreign bytes, at most `columns` wide. A line feed inside it is shown as `␊`.
#[must_use]
pub fn clean_line(bytes: &[u8], columns: usize) -> Clean<'_> {
    if let Some(text) = harmless(bytes, columns) {
        return Clean {
            text: Cow::Borrowed(text),
            left_out: 0,
        };
    }
    let mut screen = Screen::new(columns);
    let mut parser = Parser::new();
    // A carriage return before the line's end is part of the ending.
    parser.advance(&mut screen, bytes.strip_suffix(b"\r").unwrap_or(bytes));
    screen.finish(&mut parser);
    Clean {
        text: Cow::Owned(screen.text),
        left_out: screen.left_out,
    }
}

/// A foreign text on one line: a name, a path, a value.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    clean_line(text.as_bytes(), usize::MAX / BYTES_A_COLUMN).text
}

/// A foreign text of several lines; line feeds stay.
#[must_use]
pub fn clean_text(text: &str) -> Cow<'_, str> {
    if harmless(text.as_bytes(), usize::MAX).is_some() {
        return Cow::Borrowed(text);
    }
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(clean).collect();
    Cow::Owned(lines.join("\n"))
}

/// The text as it is, where nothing in it needs a second look.
fn harmless(bytes: &[u8], columns: usize) -> Option<&str> {
    let plain = |byte: &u8| (0x20..0x7f).contains(byte);
    if bytes.len() <= columns && bytes.iter().all(plain) {
        return std::str::from_utf8(bytes).ok();
    }
    None
}

/// Numbers that will never be characters (Unicode, 23.7): terminals disagree about their width.
fn is_no_character(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// What takes the parser's words and keeps those that may be seen.
struct Screen {
    text: String,
    column: usize,
    columns: usize,
    left_out: usize,
    /// Everything has been fed, and `QUESTION` is next.
    asking: bool,
    answered: bool,
}

/// Fed after the last byte: it is printed only where no sequence is left open.
const QUESTION: char = 'X';

impl Screen {
    fn new(columns: usize) -> Screen {
        Screen {
            text: String::new(),
            column: 0,
            columns,
            left_out: 0,
            asking: false,
            answered: false,
        }
    }

    fn show(&mut self, c: char, taken: usize) {
        let room = self.columns.saturating_mul(BYTES_A_COLUMN);
        if self.left_out > 0
            || self.column + taken > self.columns
            || self.text.len() + c.len_utf8() > room
        {
            self.left_out += c.len_utf8();
        } else {
            self.column += taken;
            self.text.push(c);
        }
    }

    /// A sequence that never ended has swallowed the rest of the line: its `␛` tells so.
    fn finish(&mut self, parser: &mut Parser) {
        self.asking = true;
        parser.advance(self, QUESTION.to_string().as_bytes());
        if !self.answered {
            self.text.push('␛');
        }
    }
}

impl Perform for Screen {
    fn print(&mut self, c: char) {
        match c {
            QUESTION if self.asking => self.answered = true,
            // The parser hands DEL over as a character, and C1 where bytes came in pieces.
            '\u{7f}' => self.show('␡', 1),
            c if c.is_control() => self.show('\u{fffd}', 1),
            // Directions, line and paragraph separators, annotations: what is read would no longer
            // be what is there.
            '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{fff9}'..='\u{fffb}' => self.show('\u{fffd}', 1),
            c if is_no_character(c) => self.show('\u{fffd}', 1),
            c => self.show(c, c.width().unwrap_or(0)),
        }
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\t' => {
                for _ in 0..TAB - self.column % TAB {
                    self.show(' ', 1);
                }
            }
            0..0x20 => {
                // The control pictures stand in the order of the controls.
                let picture = char::from_u32(0x2400 + u32::from(byte));
                self.show(picture.unwrap_or('\u{fffd}'), 1);
            }
            _ => self.show('\u{fffd}', 1),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_no_character_shifts_no_column() {
        let shown = super::clean("a\u{ffff}b\u{fdd0}c\u{10fffe}");
        assert_eq!(shown, "a\u{fffd}b\u{fffd}c\u{fffd}");
    }

    use super::{clean, clean_line, clean_text};

    fn line(bytes: &[u8]) -> String {
        clean_line(bytes, 200).text.into_owned()
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(
            line("第1个进程 ---------> 101".as_bytes()),
            "第1个进程 ---------> 101"
        );
        assert_eq!(line(b"say hi 0\r"), "say hi 0");
        assert_eq!(line(b""), "");
        assert_eq!(line(b"X"), "X");
    }

    #[test]
    fn escape_sequences_are_taken_out() {
        for (bytes, shown) in [
            (&b"\x1b[31mred\x1b[0m"[..], "red"),
            (b"\x1b]0;title\x07after", "after"),
            (b"\x1b]52;c;aGk=\x1b\\after", "after"),
            (b"\x1bP+q544e\x1b\\after", "after"),
            (b"\x1b[2J\x1b[Hclear", "clear"),
            (b"a\x1bcb", "ab"),
            ("a\u{9b}31mb".as_bytes(), "a\u{fffd}31mb"),
            (b"a\x9b31mb", "a\u{fffd}31mb"),
        ] {
            assert_eq!(line(bytes), shown, "{bytes:?}");
        }
    }

    #[test]
    fn a_sequence_left_open_is_told() {
        for bytes in [
            &b"a\x1b"[..],
            b"a\x1b[",
            b"a\x1b[31",
            b"a\x1b]0;secret",
            b"a\x1bPsecret",
            b"a\x1b_secret",
            b"a\x1b]0;caf\xc3",
        ] {
            assert_eq!(line(bytes), "a␛", "{bytes:?}");
        }
    }

    #[test]
    fn other_controls_are_seen() {
        assert_eq!(line(b"a\x07\x00\x7f\rb"), "a␇␀␡␍b");
        assert_eq!(line(b"a\nb"), "a␊b");
        assert_eq!(
            line(b"1\t2\t12345678\t9"),
            "1       2       12345678        9"
        );
        assert_eq!(line("第\t2".as_bytes()), "第      2");
    }

    #[test]
    fn what_is_no_utf8_is_replaced() {
        assert_eq!(line(b"caf\xe9!"), "caf\u{fffd}!");
        assert_eq!(line(b"caf\xc3"), "caf\u{fffd}");
        assert_eq!(line(b"\xf0\x9f\x92"), "\u{fffd}");
    }

    #[test]
    fn turning_the_direction_is_not_possible() {
        assert_eq!(
            line("a\u{202e}b\u{2028}c".as_bytes()),
            "a\u{fffd}b\u{fffd}c"
        );
    }

    #[test]
    fn a_long_line_is_cut_and_the_rest_counted() {
        let clean = clean_line(b"0123456789", 4);
        assert_eq!((&*clean.text, clean.left_out), ("0123", 6));
        let clean = clean_line("第第第".as_bytes(), 3);
        assert_eq!((&*clean.text, clean.left_out), ("第", 6));
        let marks = "\u{301}".repeat(10_000);
        let clean = clean_line(marks.as_bytes(), 10);
        assert!(clean.text.len() <= 80, "{}", clean.text.len());
        assert_eq!(clean.text.len() + clean.left_out, marks.len());
        let clean = clean_line(b"0123\x1b]never ended", 4);
        assert_eq!((&*clean.text, clean.left_out), ("0123␛", 0));
        let clean = clean_line(b"0123\xe7", 4);
        assert_eq!((&*clean.text, clean.left_out), ("0123", 3));
    }

    #[test]
    fn several_lines_stay_several() {
        assert_eq!(clean_text("a\n\x1b[1mb\r\nc"), "a\nb\nc");
        assert_eq!(clean("a\nb"), "a␊b");
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_steers_a_terminal_comes_through(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
            columns in 0_usize..100,
        ) {
            let clean = clean_line(&bytes, columns);
            proptest::prop_assert!(!clean.text.chars().any(char::is_control));
            let shown = unicode_width::UnicodeWidthStr::width(&*clean.text);
            proptest::prop_assert!(shown <= columns + 1, "{shown} of {columns}");
        }
    }
}
