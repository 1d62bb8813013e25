//! The forms of results, read back by parsers that are not ours where there are any.

use std::path::Path;

use super::{LessonResult, Results, human_lesson, human_summary, json, junit, tap};
use crate::check::Verdict;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;
use crate::report::Style;
use crate::text::{Lang, Paint};
use crate::trace::Engine;

fn verdict(id: &str, passed: bool, detail: &str) -> Verdict {
    Verdict {
        id: id.to_owned(),
        passed,
        words: Words::new(format!("{id} holds"), format!("{id} 成立")),
        detail: Words::new(detail, "细节"),
    }
}

fn results() -> Results {
    let mut good = LessonResult::new("array", Engine::Native);
    good.add(vec![verdict("lines", true, "15 lines")], 0.25, None, "");
    let mut bad = LessonResult::new("lock#1", Engine::Native);
    let runs = [
        (true, "all there", None),
        (
            false,
            "no <lock> & \u{1b}[31m \"quotes\"",
            Some("/tmp/lock-2.jsonl"),
        ),
        (false, "later", Some("/tmp/lock-3.jsonl")),
    ];
    for (passed, detail, recording) in runs {
        let verdicts = vec![
            verdict("whole", passed, detail),
            verdict("end", true, "ended"),
        ];
        bad.add(verdicts, 0.5, recording.map(Path::new), "");
    }
    Results {
        lessons: vec![good, bad],
    }
}

fn style(lang: Lang) -> Style {
    Style {
        lang,
        paint: Paint::default(),
        columns: None,
        pid_width: 7,
    }
}

#[test]
fn a_check_passes_if_it_passes_in_every_run_and_its_first_failure_is_told() {
    let results = results();
    assert_eq!((results.passed(), results.failed()), (2, 1));
    let check = &results.lessons[1].checks[0];
    assert!(
        check
            .told()
            .ends_with("(run 2, recording /tmp/lock-2.jsonl)")
    );
    assert_eq!(results.lessons[1].runs, 3);
}

#[test]
fn json_has_the_documented_form() {
    let value: serde_json::Value = serde_json::from_str(&json(&results()).unwrap()).unwrap();
    assert_eq!(value["forklore_test"], 1);
    assert_eq!((&value["passed"], &value["failed"]), (&2.into(), &1.into()));
    let lesson = &value["lessons"][0];
    let expected = serde_json::json!({
        "slug": "array", "engine": "native", "runs": 1, "seconds": 0.25,
        "checks": [{
            "id": "lines", "passed": true, "detail": "15 lines",
            "words": {"en": "lines holds", "zh": "lines 成立"},
            "seen": {"en": "15 lines", "zh": "细节"},
        }],
    });
    assert_eq!(lesson, &expected);
    let failed = &value["lessons"][1]["checks"][0];
    assert_eq!(
        (&failed["run"], &failed["recording"]),
        (&2.into(), &"/tmp/lock-2.jsonl".into())
    );
}

#[test]
fn junit_is_xml_that_another_parser_reads() {
    use quick_xml::events::Event;
    let document = junit(&results()).unwrap();
    let mut reader = quick_xml::Reader::from_str(&document);
    reader.config_mut().check_end_names = true;
    let (mut cases, mut failures) = (Vec::new(), 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element) => {
                if element.name().as_ref() == b"testcase" {
                    let name = element.try_get_attribute("name").unwrap().unwrap();
                    cases.push(name.unescape_value().unwrap().into_owned());
                }
                failures += usize::from(element.name().as_ref() == b"failure");
            }
            _ => {}
        }
    }
    assert_eq!(cases, ["lines", "whole", "end"]);
    assert_eq!(failures, 1);
    assert!(!document.contains('\u{1b}'));
    assert!(document.contains("no &lt;lock&gt; &amp; "), "{document}");
}

#[test]
fn tap_counts_and_escapes() {
    let page = tap(&results());
    let expected = "TAP version 14\n\
        1..2\n\
        # Subtest: array\n    \
        1..1\n    \
        ok 1 - lines\n\
        ok 1 - array\n\
        # Subtest: lock\\#1\n    \
        1..2\n    \
        not ok 1 - whole\n      \
        ---\n      \
        message: \"whole holds\"\n      \
        detail: \"no <lock> & \\u001b[31m \\\"quotes\\\" (run 2, recording /tmp/lock-2.jsonl)\"\n      \
        ...\n    \
        ok 2 - end\n\
        not ok 2 - lock\\#1\n";
    assert_eq!(page, expected);
}

#[test]
fn people_are_told_what_failed_and_where_to_look() {
    let results = results();
    let page = human_lesson(&style(Lang::En), &results.lessons[1]);
    let expected = "lock#1          ✗ 1 of 2 checks FAILED  3 runs, 1.50 s\n  \
        ✗ whole: whole holds\n    \
        no <lock> &  \"quotes\"\n    \
        run 2, recorded in /tmp/lock-2.jsonl\n";
    assert_eq!(page, expected);
    let good = human_lesson(&style(Lang::Zh), &results.lessons[0]);
    assert!(good.contains("✓ 1 项检查全部通过"), "{good}");
    assert_eq!(
        human_summary(&style(Lang::En), &results),
        "2 lessons, 4 runs: 2 checks passed, 1 failed (1.8 s)\n"
    );
}

#[test]
fn what_went_wrong_stands_in_the_output_and_makes_nothing_fail() {
    let mut results = results();
    let text = Words::new("a <lock> is held", "");
    let finding = Finding::new("owner-died", Harm::Hang, Certainty::Certain, text);
    for lesson in &mut results.lessons {
        lesson.found([&finding, &finding]);
    }
    let document = junit(&results).unwrap();
    let line = "certain owner-died: a &lt;lock&gt; is held (run ";
    // A suite each, and the check that failed.
    assert_eq!(document.matches("<system-out>").count(), 3, "{document}");
    assert_eq!(document.matches(line).count(), 3, "{document}");
    assert!(document.contains("failures=\"1\""), "{document}");
    assert_eq!(results.failed(), 1);
}

#[test]
fn a_run_that_was_cut_short_has_one_line_for_all_that_was_not_judged() {
    let mut cut = LessonResult::new("late.py", Engine::Python);
    let unjudged = |id: &str| Verdict {
        detail: super::not_judged(),
        ..verdict(id, false, "")
    };
    let verdicts = vec![
        verdict("run", false, "ended after 3 s"),
        unjudged("lines"),
        unjudged("codes"),
    ];
    cut.add(verdicts, 3.0, Some(Path::new("late-1.jsonl")), "n=3");
    let expected = "late.py         ✗ 3 of 3 checks FAILED  1 run, 3.00 s\n  \
         ✗ run: run holds\n    \
         ended after 3 s\n    \
         run 1, n=3, recorded in late-1.jsonl\n  \
         2 checks were not judged: the run was cut short\n";
    assert_eq!(human_lesson(&style(Lang::En), &cut), expected);
    let mut refused = LessonResult::new("nowhere.py", Engine::Python);
    refused.refuse("no such file");
    let page = human_lesson(&style(Lang::En), &refused);
    assert_eq!(page, "nowhere.py      ✗ FAILED: no such file\n");
}
