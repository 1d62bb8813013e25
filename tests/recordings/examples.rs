//! The shipped recordings: one for each lesson, and each replays with exit code 0.

use forklore::lesson::Library;

use crate::harness::say;

/// The slug of every lesson.
pub fn lessons() -> Vec<String> {
    let library = Library::embedded().expect("the lessons");
    library
        .iter()
        .map(|lesson| lesson.slug().to_owned())
        .collect()
}

#[test]
fn every_lesson_has_a_recording_that_passes_its_checks() {
    for lesson in lessons() {
        let said = say(&["replay", "--headless", "--example", &lesson]);
        assert_eq!(said.code, Some(0), "{lesson}: {}", said.err);
        assert!(!said.out.is_empty(), "{lesson}");
    }
}

#[test]
fn an_example_is_named_as_a_lesson_is_and_excludes_a_file() {
    let said = say(&["replay", "--headless", "--example", "lok"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("did you mean lock"), "{}", said.err);
    let both = say(&["replay", "--headless", "--example", "lock", "a.jsonl"]);
    assert_eq!(both.code, Some(2));
    assert_eq!(say(&["replay", "--headless"]).code, Some(2));
}
