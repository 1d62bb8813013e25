//! The recordings that ship with forklore: one real run of every lesson.
//!
//! `assets/recordings/README.md` says how they are made.

/// Slug and bytes; build.rs lists them.
static EXAMPLES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/recordings.rs"));

/// The bytes of a lesson's recording, compressed.
pub(crate) fn find(slug: &str) -> Option<&'static [u8]> {
    let found = EXAMPLES.iter().find(|(name, _)| *name == slug);
    found.map(|(_, bytes)| *bytes)
}
