//! `forklore reproduce`: real processes print the listing and nothing else, or the reason is told.

use forklore::lesson::Library;

use crate::harness::say;

fn tutorial(lesson: &str) -> String {
    let library = Library::embedded().expect("the lessons");
    let listings = &library.find(lesson).expect("a lesson").manifest.listings;
    let tutorial = listings.iter().find(|listing| listing.id == "tutorial");
    let lines = &tutorial.or(listings.first()).expect("a listing").lines;
    lines.iter().map(|line| line.clone() + "\n").collect()
}

#[test]
fn the_tutorials_listings_come_out_byte_for_byte() {
    let lessons = ["create-process", "no-sharing", "manager-dict", "queue"];
    for lesson in [&lessons[..], &["lock", "lost-update", "philosophers"]].concat() {
        let said = say(&["reproduce", lesson]);
        assert_eq!(
            (said.code, said.out),
            (Some(0), tutorial(lesson)),
            "{}",
            said.err
        );
        assert!(
            said.err.starts_with("reproduced by real processes after "),
            "{}",
            said.err
        );
    }
}

#[test]
fn the_arrays_listing_is_impossible_and_the_circle_says_why() {
    let said = say(&["reproduce", "array"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    for told in [
        "unreachable: no execution prints this.",
        "at most 7 of the 16 lines came out",
        "  ╭▸ Process-1 writes temp[1] = 101\n",
        "  │  Process-1 reads temp[2] = 33, what was there before\n",
        "  │  Process-2 writes temp[2] = 102\n",
        "  ╰─ Process-2 reads temp[1] = 22, what was there before\n",
    ] {
        assert!(said.err.contains(told), "{told}: {}", said.err);
    }
    // A list that is copied instead is what spawned children have.
    let said = say(&["reproduce", "array", "--set", "shared=false"]);
    assert_eq!(
        (said.code, said.out),
        (Some(0), tutorial("array")),
        "{}",
        said.err
    );
}

#[test]
fn a_listing_may_come_from_any_editor_and_nonsense_is_only_impossible() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let with = |path: &str| say(&["reproduce", "queue", "--listing", path]);
    for (name, text) in [
        ("windows", &b"2 h1\r\n1 h2\r\n0 h3\r\n"[..]),
        ("open", b"2 h1\n1 h2\n0 h3"),
    ] {
        let said = with(&file(name, text));
        assert_eq!(
            (said.code, said.out.as_str()),
            (Some(0), "2 h1\n1 h2\n0 h3\n"),
            "{}",
            said.err
        );
    }
    for (name, text) in [
        ("empty", &b""[..]),
        ("noise", b"\x00\xff\xfe\n\n\x1b[2J"),
        ("more", b"2 h1\n1 h2\n0 h3\n0 h3\n"),
        ("less", b"2 h1\n1 h2\n"),
    ] {
        let said = with(&file(name, text));
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{name}");
        assert!(
            said.err.starts_with("unreachable: "),
            "{name}: {}",
            said.err
        );
    }
    let said = with(&file("huge", &vec![b'x'; (1 << 20) + 1]));
    assert_eq!(said.code, Some(4), "{}", said.err);
    let said = with("no-such-listing");
    assert_eq!(said.code, Some(4));
    assert!(
        said.err.contains("tutorial, crossed, twice"),
        "{}",
        said.err
    );
    assert_eq!(with("crossed").out, "1 h2\n0 h1\n2 h3\n");
    assert_eq!(with("twice").code, Some(1));
}

#[test]
fn an_outcome_of_the_exploration_is_driven_to() {
    let said = say(&["reproduce", "lost-update", "--outcome", "2"]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (Some(0), "counter 1\n"),
        "{}",
        said.err
    );
    let hungry = &[
        "reproduce",
        "philosophers",
        "--set",
        "philosophers=3",
        "--outcome",
        "deadlock",
    ];
    let said = say(hungry);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(
        said.out.lines().count(),
        3,
        "each has one fork: {}",
        said.out
    );
    assert!(
        said.err.contains("after that the program waits for ever"),
        "{}",
        said.err
    );
    let said = say(&["reproduce", "lost-update", "--outcome", "3"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(said.err.contains("there is no outcome 3"), "{}", said.err);
}

#[test]
fn a_budget_that_ends_first_is_not_an_impossibility() {
    let said = say(&["reproduce", "lock", "--budget", "2"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(
        said.err
            .starts_with("not found within the budget: 2 executions"),
        "{}",
        said.err
    );
    let said = say(&["reproduce", "pool-async"]);
    assert_eq!(said.code, Some(2));
}
