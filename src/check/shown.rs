//! Texts of a run inside a verdict: short, on one line, harmless.
//!
//! What a child printed may hold escape sequences and be a megabyte long; a verdict is shown on a
//! terminal and in reports, so it quotes such texts through here only. Controls are written out, not
//! left away as on the screen: where an escape is the difference, the verdict must show it.

use crate::lesson::Words;

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

/// The first few of a list, and how many more.
pub(super) fn few(texts: &[String]) -> Words {
    let shown = &texts[..texts.len().min(MOST)];
    let list = Words::of(|lang| shown.join(lang.phrase("verdict.comma")));
    with_more(list, texts.len() - shown.len())
}

/// The same for whole clauses.
pub(super) fn few_clauses(clauses: &[Words]) -> Words {
    let shown = &clauses[..clauses.len().min(MOST)];
    with_more(joined(shown), clauses.len() - shown.len())
}

/// Clauses as one sentence.
pub(super) fn joined(clauses: &[Words]) -> Words {
    Words::of(|lang| {
        let clauses: Vec<&str> = clauses.iter().map(|clause| clause.get(lang)).collect();
        clauses.join(lang.phrase("verdict.semicolon"))
    })
}

fn with_more(list: Words, more: usize) -> Words {
    match more {
        0 => list,
        more => Words::tell("verdict.more", &[("list", &list), ("more", &more)]),
    }
}

#[cfg(test)]
mod tests {
    use super::{few, few_clauses, quoted};
    use crate::lesson::Words;

    #[test]
    fn a_quoted_text_can_do_no_harm() {
        assert_eq!(quoted("第1个\u{1b}[2J\n"), "`第1个\\u{1b}[2J\\n`");
        assert_eq!(quoted("a\u{202e}b"), "`a\\u{202e}b`");
        assert_eq!(quoted(&"x".repeat(1000)).chars().count(), 83);
    }

    #[test]
    fn long_lists_are_cut() {
        let texts: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).to_vec();
        assert_eq!(
            few(&texts),
            Words::new("a, b, c and 2 more", "a、b、c，另有 2 项")
        );
        assert_eq!(few(&texts[..2]).en, "a, b");
        let clauses = vec![Words::new("a", "甲"); 4];
        let both = Words::new("a; a; a and 1 more", "甲；甲；甲，另有 1 项");
        assert_eq!(few_clauses(&clauses), both);
    }
}
