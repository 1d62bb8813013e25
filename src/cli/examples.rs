//! The recordings that ship with forklore: one real run of every lesson.
//!
//! `assets/recordings/README.md` says how they are made.

macro_rules! examples {
    ($($slug:literal),* $(,)?) => {
        const EXAMPLES: &[(&str, &[u8])] = &[
            $(($slug, include_bytes!(concat!("../../assets/recordings/", $slug, ".jsonl.zst")))),*
        ];
    };
}

examples!(
    "create-process",
    "no-sharing",
    "array",
    "manager-dict",
    "queue",
    "lock",
    "pool-async",
    "pool-blocking",
);

/// The bytes of a lesson's recording, compressed.
pub(crate) fn find(slug: &str) -> Option<&'static [u8]> {
    let found = EXAMPLES.iter().find(|(name, _)| *name == slug);
    found.map(|(_, bytes)| *bytes)
}
