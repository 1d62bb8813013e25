//! `Places`: each place in the program once, shared by all that happened there.
//!
//! A run names few places very often (`program.rs:12` for every turn of a loop); without this a
//! copy of each would stand in every line of output.

use std::collections::HashSet;
use std::sync::Arc;

use super::limits::{TEXT, clip};

/// Places kept for sharing; further ones are copied, nothing else.
const MOST: usize = 4096;

/// Places by their text.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Places(Arc<HashSet<Arc<str>>>);

impl Places {
    /// The shared text of a place.
    pub(super) fn share(&mut self, place: &str) -> Arc<str> {
        if let Some(shared) = self.0.get(place) {
            return Arc::clone(shared);
        }
        let shared = clip(place);
        if self.0.len() < MOST && place.len() <= TEXT {
            Arc::make_mut(&mut self.0).insert(Arc::clone(&shared));
        }
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Places};
    use std::sync::Arc;

    #[test]
    fn a_place_is_kept_once_and_not_without_bound() {
        let mut places = Places::default();
        let first = places.share("program.rs:1");
        assert!(Arc::ptr_eq(&first, &places.share("program.rs:1")));
        for n in 0..2 * MOST {
            places.share(&format!("program.rs:{n}"));
        }
        assert_eq!(places.0.len(), MOST);
        assert_eq!(&*places.share("elsewhere:1"), "elsewhere:1");
    }
}
