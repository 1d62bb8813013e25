//! JSON that may be printed on a terminal.
//!
//! What stands in a JSON text as it is, and would be obeyed by a terminal (C1 controls, DEL) or turn the
//! direction of what is read, is written as an escape: for a reader of JSON the same text.

/// Appends a JSON text, whatever a terminal would obey in it escaped.
pub fn push_json(page: &mut Vec<u8>, json: &[u8]) {
    let mut rest = json;
    while let Some((at, length, code)) = next(rest) {
        page.extend_from_slice(&rest[..at]);
        // Such characters stand within strings only. Writing to a `Vec` does not fail.
        let _ = std::io::Write::write_fmt(page, format_args!("\\u{code:04x}"));
        rest = &rest[at + length..];
    }
    page.extend_from_slice(rest);
}

/// Where the next such character is, its length in bytes and its number. All are below U+10000.
fn next(bytes: &[u8]) -> Option<(usize, usize, u32)> {
    let first = |byte: &u8| matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2);
    let mut from = 0;
    loop {
        let at = from + bytes.get(from..)?.iter().position(first)?;
        let found = match bytes[at..] {
            [0x7f, ..] => Some((1, 0x7f)),
            [0xc2, low @ 0x80..=0x9f, ..] => Some((2, u32::from(low))),
            [0xd8, 0x9c, ..] => Some((2, 0x61c)),
            [0xe2, 0x80, low @ (0x8e | 0x8f | 0xa8..=0xae), ..] => {
                Some((3, 0x2000 + u32::from(low - 0x80)))
            }
            [0xe2, 0x81, low @ 0xa6..=0xa9, ..] => Some((3, 0x2040 + u32::from(low - 0x80))),
            _ => None,
        };
        match found {
            Some((length, code)) => return Some((at, length, code)),
            None => from = at + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::push_json;

    #[test]
    fn a_terminal_obeys_nothing_and_the_text_is_the_same() {
        let text: String = (0..0x3000).filter_map(char::from_u32).collect();
        let json = serde_json::to_vec(&text).unwrap();
        let mut page = Vec::new();
        push_json(&mut page, &json);
        let printed = String::from_utf8(page).unwrap();
        let obeyed = |c: &char| {
            c.is_control()
                || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(printed.chars().find(obeyed), None);
        assert_eq!(serde_json::from_str::<String>(&printed).unwrap(), text);
        assert!(printed.contains("第") || printed.contains('é'));
    }

    #[test]
    fn what_is_harmless_stays_to_the_byte() {
        let json = "{\"a\":\"é 第 ‘’ • ␇ €\"}".as_bytes();
        let mut page = Vec::new();
        push_json(&mut page, json);
        assert_eq!(page, json);
    }
}
