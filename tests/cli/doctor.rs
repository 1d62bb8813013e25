//! `doctor`: lessons can run where the tests run, and each requirement has its line.

use crate::harness::say;

#[test]
fn this_machine_can_run_lessons() {
    let said = say(&["doctor"]);
    assert_eq!(
        (said.code, said.err.as_str()),
        (Some(0), ""),
        "{}",
        said.out
    );
    let things = [
        "Linux",
        "pidfd",
        "exit codes",
        "futex_waitv",
        "attribution",
        "event channel",
    ];
    for thing in things {
        assert!(said.out.contains(thing), "{thing} in {}", said.out);
    }
    assert!(said.out.contains("✓ good  attribution"), "{}", said.out);
    assert!(
        said.out.ends_with("Lessons can run here.\n"),
        "{}",
        said.out
    );
    let chinese = say(&["doctor", "--lang", "zh"]);
    assert!(
        chinese.out.ends_with("这台机器可以运行课程。\n"),
        "{}",
        chinese.out
    );
}
