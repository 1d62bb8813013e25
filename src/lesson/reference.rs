//! The reference of lesson.toml.

#[cfg(test)]
pub(super) mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    thread_local! {
        static ASKED: RefCell<BTreeSet<String>> = RefCell::default();
    }

    /// The parser asked for this key.
    pub(in crate::lesson) fn asked(of: &'static str, key: &'static str) {
        ASKED.with_borrow_mut(|asked| asked.insert(format!("{of}.{key}")));
    }
}
