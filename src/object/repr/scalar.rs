//! Numbers, text and bytes as Python prints them (CPython: floatobject.c, unicodeobject.c,
//! bytesobject.c).
//!
//! Owns quoting, escapes and the form of floats; nothing here knows containers or serde.

use std::fmt::Write as _;

/// A float as `repr` prints it: the shortest digits that read back the same, `1e+16` from 1e16 on
/// and `1e-05` below 1e-4.
pub(crate) fn push_float(text: &mut String, value: f64) {
    if value.is_nan() {
        return text.push_str("nan");
    }
    if value.is_infinite() {
        return text.push_str(if value > 0.0 { "inf" } else { "-inf" });
    }
    let size = value.abs();
    // Writing into a String does not fail.
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let digits = format!("{value:e}");
        let (mantissa, exponent) = digits.split_once('e').unwrap_or((&digits, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let _ = write!(text, "{mantissa}e{exponent:+03}");
    } else {
        let _ = write!(text, "{value:?}");
    }
}

/// A str as `repr` prints it: single quotes, unless that would need escapes double ones would not.
/// Stops soon after `text` is longer than `end` bytes.
pub(crate) fn push_str(text: &mut String, value: &str, end: usize) {
    let quote = quote_for(value.as_bytes());
    text.push(quote);
    let mut rest = value;
    while !rest.is_empty() && text.len() <= end {
        // What needs no escape is most of the text and goes over in one piece, up to the limit.
        let room = end.saturating_sub(text.len()).saturating_add(1);
        let window = &rest.as_bytes()[..room.min(rest.len())];
        let plain = window
            .iter()
            .position(|byte| !is_plain(*byte, quote))
            .unwrap_or(window.len());
        text.push_str(&rest[..plain]);
        rest = &rest[plain..];
        if let Some(next) = rest.chars().next().filter(|_| plain < window.len()) {
            push_char(text, next, quote);
            rest = &rest[next.len_utf8()..];
        }
    }
    text.push(quote);
}

/// Bytes as `repr` prints them: `b'\x00abc'`. Stops soon after `text` is longer than `end` bytes.
pub(crate) fn push_bytes(text: &mut String, value: &[u8], end: usize) {
    let quote = quote_for(value);
    text.push('b');
    text.push(quote);
    for byte in value {
        if text.len() > end {
            break;
        }
        match byte {
            0x20..0x7f | b'\t' | b'\n' | b'\r' => push_char(text, char::from(*byte), quote),
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push(quote);
}

fn quote_for(value: &[u8]) -> char {
    if value.contains(&b'\'') && !value.contains(&b'"') {
        '"'
    } else {
        '\''
    }
}

/// Printable ASCII that stands for itself between these quotes.
fn is_plain(byte: u8, quote: char) -> bool {
    (0x20..0x7f).contains(&byte) && byte != b'\\' && char::from(byte) != quote
}

fn push_char(text: &mut String, c: char, quote: char) {
    match c {
        '\\' => text.push_str("\\\\"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        _ if c == quote => {
            text.push('\\');
            text.push(c);
        }
        _ if is_printable(c) => text.push(c),
        _ => {
            let code = u32::from(c);
            let _ = match code {
                0..0x100 => write!(text, "\\x{code:02x}"),
                0x100..0x1_0000 => write!(text, "\\u{code:04x}"),
                _ => write!(text, "\\U{code:08x}"),
            };
        }
    }
}

/// Python's `str.isprintable` for one character: no control, format, unassigned or space character
/// but the space itself. Rust's own escapes have the same rule; a combining mark is asked about
/// behind a space, because at the start of a text it would be escaped for another reason.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    let mut bytes = [b' '; 5];
    let len = 1 + c.encode_utf8(&mut bytes[1..]).len();
    std::str::from_utf8(&bytes[..len]).is_ok_and(|pair| pair.escape_debug().nth(1) == Some(c))
}

#[cfg(test)]
mod tests {
    use super::{push_bytes, push_float, push_str};

    fn float(value: f64) -> String {
        let mut text = String::new();
        push_float(&mut text, value);
        text
    }

    fn quoted(value: &str) -> String {
        let mut text = String::new();
        push_str(&mut text, value, usize::MAX);
        text
    }

    #[test]
    fn floats_are_written_as_python_writes_them() {
        // Each pair is what CPython 3.13 printed.
        for (value, wanted) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-2.5, "-2.5"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (0.0001, "0.0001"),
            (0.000_09, "9e-05"),
            (1.5e-7, "1.5e-07"),
            (123_456_789.0, "123456789.0"),
            (1e15, "1000000000000000.0"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1e16, "1e+16"),
            (1.25e17, "1.25e+17"),
            (1e100, "1e+100"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::from(0.1_f32), "0.10000000149011612"),
            (f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(float(value), wanted);
        }
    }

    #[test]
    fn strings_are_quoted_as_python_quotes_them() {
        for (value, wanted) in [
            ("h1", "'h1'"),
            ("", "''"),
            ("it's", "\"it's\""),
            ("say \"hi\"", "'say \"hi\"'"),
            ("it's \"hi\"", "'it\\'s \"hi\"'"),
            ("a\\b\n\r\t", "'a\\\\b\\n\\r\\t'"),
            ("\0\x1b\x7f", "'\\x00\\x1b\\x7f'"),
            ("第1个", "'第1个'"),
            ("\u{a0}\u{ad}\u{e9}", "'\\xa0\\xadé'"),
            ("\u{200b}\u{2028}\u{e000}", "'\\u200b\\u2028\\ue000'"),
            ("\u{1f600}\u{e0001}", "'\u{1f600}\\U000e0001'"),
            ("\u{301}e\u{301}", "'\u{301}e\u{301}'"),
        ] {
            assert_eq!(quoted(value), wanted);
        }
    }

    #[test]
    fn bytes_are_quoted_as_python_quotes_them() {
        let mut text = String::new();
        push_bytes(&mut text, b"a'\x00\xff\n\\", usize::MAX);
        assert_eq!(text, "b\"a'\\x00\\xff\\n\\\\\"");
    }

    #[test]
    fn a_long_text_is_not_walked_to_its_end() {
        let mut text = String::new();
        push_str(&mut text, &"ab\n".repeat(1 << 20), 10);
        assert!(text.len() <= 16, "{text}");
        text.clear();
        push_bytes(&mut text, &vec![0; 1 << 20], 10);
        assert!(text.len() <= 16, "{text}");
    }
}
