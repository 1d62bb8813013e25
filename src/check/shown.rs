//! Texts of a run inside a verdict: short, on one line, harmless.
//!
//! What a child printed may hold escape sequences and be a megabyte long; a verdict is shown on a
//! terminal and in reports, so it quotes such texts through here only. Controls are written out, not
//! left away as on the screen: where an escape is the difference, the verdict must show it.

/// Characters of a quoted text that are kept.
const LONGEST: usize = 80;

/// Texts listed before `and N more`.
const MOST: usize = 3;

/// The text in quotes, control characters visible, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("`");
    for (place, c) in text.chars().enumerate() {
        if place == LONGEST {
            out.push('…');
            break;
        }
        if c.is_control() || is_invisible(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out.push('`');
    out
}

/// Marks that change direction or hide: they could make a verdict read differently.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The first few of a list, and how many more: in English and in Chinese.
pub(super) fn few(texts: &[String]) -> (String, String) {
    let shown = &texts[..texts.len().min(MOST)];
    let more = texts.len() - shown.len();
    with_more(shown.join(", "), shown.join("、"), more)
}

/// The same for whole clauses, each in both languages.
pub(super) fn few_clauses(clauses: &[(String, String)]) -> (String, String) {
    let shown = &clauses[..clauses.len().min(MOST)];
    let (en, zh): (Vec<&str>, Vec<&str>) = shown
        .iter()
        .map(|(en, zh)| (en.as_str(), zh.as_str()))
        .unzip();
    with_more(en.join("; "), zh.join("；"), clauses.len() - shown.len())
}

fn with_more(en: String, zh: String, more: usize) -> (String, String) {
    match more {
        0 => (en, zh),
        more => (
            format!("{en} and {more} more"),
            format!("{zh}，另有 {more} 项"),
        ),
    }
}

/// `1 line`, `2 lines`.
pub(super) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::{few, few_clauses, quoted};

    #[test]
    fn a_quoted_text_can_do_no_harm() {
        assert_eq!(quoted("第1个\u{1b}[2J\n"), "`第1个\\u{1b}[2J\\n`");
        assert_eq!(quoted("a\u{202e}b"), "`a\\u{202e}b`");
        assert_eq!(quoted(&"x".repeat(1000)).chars().count(), 83);
    }

    #[test]
    fn long_lists_are_cut() {
        let texts: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).to_vec();
        assert_eq!(few(&texts).0, "a, b, c and 2 more");
        assert_eq!(few(&texts).1, "a、b、c，另有 2 项");
        assert_eq!(few(&texts[..2]).0, "a, b");
        let clauses = vec![("a".to_owned(), "甲".to_owned()); 4];
        let both = (
            "a; a; a and 1 more".to_owned(),
            "甲；甲；甲，另有 1 项".to_owned(),
        );
        assert_eq!(few_clauses(&clauses), both);
    }
}
