//! Width: how many columns of a terminal a text takes, cutting and padding it to fit.
//!
//! Everything that aligns goes through here; nobody counts bytes or characters for columns. Texts
//! are cut between grapheme clusters, never inside one.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// Columns the text takes; a wide character (第) takes two.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text, cut to at most `columns` with `…` at its end where something is missing.
#[must_use]
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    // Most texts are short; no character takes more columns than bytes.
    if text.len() <= columns || width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let (mut taken, mut end) = (0, 0);
    for (start, cluster) in text.grapheme_indices(true) {
        taken += width(cluster);
        if taken > room {
            break;
        }
        end = start + cluster.len();
    }
    Cow::Owned(format!("{}…", &text[..end]))
}

/// The text cut or filled with spaces on its right to exactly `columns`.
#[must_use]
pub fn fit(text: &str, columns: usize) -> String {
    let text = truncate(text, columns);
    let gap = columns.saturating_sub(width(&text));
    format!("{text}{:gap$}", "")
}

/// The text cut or filled with spaces on its left to exactly `columns`.
#[must_use]
pub fn fit_right(text: &str, columns: usize) -> String {
    let text = truncate(text, columns);
    let gap = columns.saturating_sub(width(&text));
    format!("{:gap$}{text}", "")
}

/// The text without its first `left` columns, cut to `columns`: for what scrolls sideways.
#[must_use]
pub fn cut(text: &str, left: usize, columns: usize) -> String {
    let mut skipped = 0;
    let rest = text
        .grapheme_indices(true)
        .find(|(_, cluster)| {
            let here = skipped;
            skipped += width(cluster);
            here >= left
        })
        .map_or("", |(at, _)| &text[at..]);
    truncate(rest, columns).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{cut, fit, fit_right, truncate, width};

    #[test]
    fn a_text_scrolled_sideways_loses_its_left() {
        assert_eq!(cut("abcdef", 2, 9), "cdef");
        assert_eq!(cut("第1个", 1, 9), "1个");
        assert_eq!(cut("abcdef", 2, 3), "cd…");
        assert_eq!(cut("abc", 9, 3), "");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("第1个进程"), 9);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("👩‍🔬"), 2);
    }

    #[test]
    fn a_text_is_cut_between_clusters_and_says_so() {
        assert_eq!(truncate("abcdef", 6), "abcdef");
        assert_eq!(truncate("abcdefg", 6), "abcde…");
        // The second half of a wide character does not fit: a column stays free.
        assert_eq!(truncate("第1个进程", 5), "第1…");
        assert_eq!(truncate("第1个进程", 6), "第1个…");
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(truncate("第", 1), "…");
        assert_eq!(truncate("第", 0), "");
    }

    #[test]
    fn a_fitted_text_has_exactly_the_columns() {
        assert_eq!(fit("进程", 6), "进程  ");
        assert_eq!(fit_right("进程", 6), "  进程");
        assert_eq!(fit("进程", 3), "进…");
        assert_eq!(fit("进程", 2), "… ");
    }

    proptest::proptest! {
        #[test]
        fn fitting_is_exact_for_every_text(text in "\\PC{0,20}", columns in 0_usize..30) {
            proptest::prop_assert_eq!(width(&fit(&text, columns)), columns);
        }
    }
}
