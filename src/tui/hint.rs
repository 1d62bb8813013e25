//! `Hint`: a key and its words, as the footer shows them.

/// A key and what it does, for the footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) keys: &'static str,
    /// Locale key of its words.
    pub(crate) words: &'static str,
}

impl Hint {
    pub(crate) const fn new(keys: &'static str, words: &'static str) -> Hint {
        Hint { keys, words }
    }
}
