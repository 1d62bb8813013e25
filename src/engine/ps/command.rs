//! The COMMAND column: the arguments or the name of a process, escaped as procps does it.
//!
//! `Process` calls it with the raw bytes of `/proc`. There are two passes, as in procps: its library
//! replaces control characters and gives up at bytes that cannot be UTF-8; `ps` itself then
//! replaces what is not printable. The result is printable UTF-8 and never empty.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The column for a process with these arguments (`/proc/PID/cmdline`). A process without arguments
/// is shown by its name.
pub(super) fn text(cmdline: &[u8], name: &[u8], zombie: bool) -> String {
    let mut bytes = if cmdline.is_empty() {
        bracketed(name, zombie)
    } else {
        joined(cmdline)
    };
    replace_controls(&mut bytes);
    if bytes.is_empty() {
        return "?".to_owned();
    }
    printable(&bytes)
}

/// The arguments, separated by spaces. What follows the last argument is dropped.
fn joined(cmdline: &[u8]) -> Vec<u8> {
    let ended = cmdline
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1);
    let mut bytes: Vec<u8> = cmdline[..ended]
        .iter()
        .map(|&byte| {
            if matches!(byte, 0 | b'\n') {
                b' '
            } else {
                byte
            }
        })
        .collect();
    // A title written over the arguments has no NUL at its end. One trailing space is dropped.
    if ended == cmdline.len() && bytes.last() == Some(&b' ') {
        bytes.pop();
    }
    bytes
}

/// `[name]`, and `<defunct>` for a zombie.
fn bracketed(name: &[u8], zombie: bool) -> Vec<u8> {
    let mut bytes = vec![b'['];
    bytes.extend_from_slice(name);
    replace_controls(&mut bytes[1..]);
    bytes.push(b']');
    if zombie {
        bytes.extend_from_slice(b" <defunct>");
    }
    bytes
}

/// Control characters become `?`. At the first byte that cannot begin a UTF-8 character, or whose
/// character would be cut off by the end, the rest is ASCII: control characters become `.`, and
/// everything above 127 becomes `?`.
fn replace_controls(bytes: &mut [u8]) {
    let mut at = 0;
    while at < bytes.len() {
        let length = match bytes[at] {
            0x00..=0x7f => 1,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => usize::MAX,
        };
        if length > bytes.len() - at {
            for byte in &mut bytes[at..] {
                match *byte {
                    0x00..=0x1f | 0x7f => *byte = b'.',
                    0x80.. => *byte = b'?',
                    _ => {}
                }
            }
            return;
        }
        if bytes[at].is_ascii_control() {
            bytes[at] = b'?';
        }
        at += length;
    }
}

/// Every byte that is not UTF-8, and every character that is not printable, becomes one `?`.
fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.extend(
            chunk
                .valid()
                .chars()
                .map(|c| if is_printable(c) { c } else { '?' }),
        );
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// As glibc's `iswprint` in a UTF-8 locale: an assigned character that is neither a control
/// character nor a line or paragraph separator.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~')
        || !matches!(
            c.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Unassigned
                | GeneralCategory::Surrogate
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        )
}

#[cfg(test)]
mod tests {
    use super::text;

    fn command(cmdline: &[u8]) -> String {
        text(cmdline, b"name", false)
    }

    #[test]
    fn arguments_are_joined_by_spaces() {
        assert_eq!(command(b"sleep\x0060\0"), "sleep 60");
        assert_eq!(command(b"sh\0-c\0\0x\0"), "sh -c  x");
        assert_eq!(
            command(b"a\0\0\0"),
            "a",
            "empty arguments at the end are not seen"
        );
        assert_eq!(command(b"title \0"), "title ");
        assert_eq!(
            command(b"title  "),
            "title ",
            "a title without NUL loses one space"
        );
        assert_eq!(command(b"\0\0"), "?", "only empty arguments");
    }

    #[test]
    fn a_process_without_arguments_is_its_name() {
        assert_eq!(text(b"", b"kthreadd", false), "[kthreadd]");
        assert_eq!(text(b"", b"python3", true), "[python3] <defunct>");
        assert_eq!(text(b"", b"a\x1bb", false), "[a?b]");
        assert_eq!(
            text(b"", "worker-\u{6587}\u{5b57}".as_bytes(), false),
            "[worker-文字]"
        );
        // Cut to 15 bytes in the middle of a character.
        assert_eq!(text(b"", b"worker-\xe6\x96", false), "[worker-??]");
    }

    #[test]
    fn controls_and_what_is_not_printable_become_question_marks() {
        assert_eq!(command(b"a\x1b[31m\tb\x7f\n\0"), "a?[31m?b? ");
        assert_eq!(
            command("\u{6587}\u{85}\u{2028}\u{378}\u{202e}é\0".as_bytes()),
            "文???\u{202e}é"
        );
    }

    #[test]
    fn bytes_that_are_no_utf8_become_question_marks() {
        assert_eq!(command(b"a\x01\xffb\x02\xc3\xa9\0"), "a??b.??");
        assert_eq!(command(b"\xe4ab\xc3\xa9\0"), "?abé");
        assert_eq!(
            command(b"x\xe4\xb8\0"),
            "x??",
            "a character cut off at the end"
        );
    }
}
