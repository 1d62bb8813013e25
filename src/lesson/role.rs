//! `Of`: which processes a check or a function of a run speaks of.

/// Which processes a check speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Everyone but services (a manager's server).
    All,
    Main,
    /// Children started as `Process`.
    Process,
    /// Workers of a pool.
    Worker,
    Manager,
}

impl Of {
    pub(super) const WORDS: &[(&str, Of)] = &[
        ("all", Of::All),
        ("main", Of::Main),
        ("process", Of::Process),
        ("worker", Of::Worker),
        ("manager", Of::Manager),
    ];

    /// Every role's word.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Of::WORDS.iter().map(|(word, _)| *word)
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Of> {
        let found = Of::WORDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, of)| *of)
    }
}
