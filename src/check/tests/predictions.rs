//! Grading, over the lock lesson's own predictions and over small ones.

use super::{Run, lesson, on};
use crate::check::{Answer, Evidence, Facts, Mark, grade, outcome};
use crate::lesson::{Circumstances, Files, Lesson, Origin, Params, Scope};
use crate::trace::OpName;

fn lock_lesson() -> Lesson {
    let files = Files {
        manifest: Some(include_str!("../../../lessons/06-lock/lesson.toml").to_owned()),
        ..Files::default()
    };
    Lesson::new("06-lock", "lesson.toml", Origin::Embedded, files).unwrap()
}

/// The blocks of three processes in this order.
fn blocks(order: &[u32]) -> Run {
    let mut run = Run::with_children(3);
    for i in order {
        for cell in [100 + i, 22, 33, 44] {
            run.print(i + 1, &format!("{i} -----> {cell}"));
        }
    }
    run.finish();
    run
}

fn graded(lesson: &Lesson, set: &[&str], run: &Run, id: &str, answer: &Answer) -> (Mark, String) {
    let seen = outcome_of(lesson, set, run);
    let evidence = Evidence {
        seen: [seen].into(),
        runs: 1,
        ..Evidence::default()
    };
    with_evidence(lesson, set, run, id, answer, &evidence)
}

fn with_evidence(
    lesson: &Lesson,
    set: &[&str],
    run: &Run,
    id: &str,
    answer: &Answer,
    evidence: &Evidence,
) -> (Mark, String) {
    let params = lesson.params(set).unwrap();
    let setting = lesson.setting(&params, &Circumstances::default());
    let facts = Facts {
        lesson,
        setting: &setting,
        world: &run.world,
    };
    let predictions = &lesson.manifest.predictions;
    let prediction = predictions.iter().find(|p| p.id == id).unwrap();
    let grade = grade(prediction, answer, &facts, evidence);
    assert!(!grade.truth.zh.is_empty());
    (grade.mark, grade.truth.en)
}

fn outcome_of(lesson: &Lesson, set: &[&str], run: &Run) -> String {
    let params: Params = lesson.params(set).unwrap();
    let setting = lesson.setting(&params, &Circumstances::default());
    let facts = Facts {
        lesson,
        setting: &setting,
        world: &run.world,
    };
    outcome(&facts).unwrap().text
}

#[test]
fn numbers_and_choices_are_graded_by_the_run() {
    let lesson = lock_lesson();
    let set = ["processes=3"];
    let run = blocks(&[2, 0, 1]);
    assert_eq!(outcome_of(&lesson, &set, &run), "2 0 1");
    let number = |n: f64| graded(&lesson, &set, &run, "first-block", &Answer::Number(n));
    assert_eq!(number(2.0), (Mark::Right, "it was 2".to_owned()));
    assert_eq!(number(0.0).0, Mark::Wrong);
    let choice = |id: &str| {
        let answer = Answer::Choice(id.to_owned());
        graded(&lesson, &set, &run, "whole", &answer).0
    };
    assert_eq!(choice("together"), Mark::Right);
    assert_eq!(choice("torn"), Mark::Wrong);
}

#[test]
fn a_listing_is_possible_once_seen_and_impossible_once_all_is_explored() {
    let lesson = lock_lesson();
    let run = blocks(&[0, 1, 2]);
    let answer = Answer::Possible(vec![("tutorial".into(), true), ("torn".into(), false)]);
    let id = "possible-listings";
    let undecided = graded(&lesson, &["processes=10"], &run, id, &answer);
    assert_eq!(undecided.0, Mark::Undecided, "{}", undecided.1);
    let explored = |seen: &[&str]| Evidence {
        seen: seen.iter().map(ToString::to_string).collect(),
        runs: 1,
        complete: true,
        ..Evidence::default()
    };
    let mark = |evidence: &Evidence| with_evidence(&lesson, &[], &run, id, &answer, evidence).0;
    assert_eq!(mark(&explored(&["1 0 2 3 4 5 9 7 8 6"])), Mark::Right);
    assert_eq!(mark(&explored(&["0 1 2 3 4 5 6 7 8 9"])), Mark::Partly);
    assert_eq!(mark(&explored(&["torn"])), Mark::Wrong);
    // A search for one of them alone decides that one.
    let one = Evidence {
        seen: ["1 0 2 3 4 5 9 7 8 6".to_owned()].into(),
        runs: 1,
        executions: 9,
        unreachable: ["torn".to_owned()].into(),
        ..Evidence::default()
    };
    let (mark, why) = with_evidence(&lesson, &[], &run, id, &answer, &one);
    assert_eq!(mark, Mark::Right);
    assert!(why.contains("none prints it"), "{why}");
}

const LISTINGS: &str = r#"
[[listings]]
id = "missing"
lines = ["a", "b"]
[[listings]]
id = "strange"
lines = ["a", "b", "c", "d"]
[[listings]]
id = "reversed"
lines = ["b", "a", "c"]
[[listings]]
id = "other"
lines = ["c", "a", "b"]
[[predictions]]
id = "possible"
kind = "possible"
question = { en = "a", zh = "啊" }
explanation = { en = "a", zh = "啊" }
listings = ["missing", "strange", "reversed", "other"]
"#;

#[test]
fn what_is_impossible_has_its_reason() {
    let lesson = lesson(LISTINGS);
    let mut run = Run::with_children(1);
    for line in ["a", "b", "c"] {
        run.print(0, line);
    }
    run.finish();
    let evidence = Evidence {
        seen: ["a\nb\nc", "a\nc\nb", "c\na\nb\nx"]
            .map(str::to_owned)
            .into(),
        runs: 3,
        complete: true,
        ..Evidence::default()
    };
    let ids = ["missing", "strange", "reversed", "other"];
    let answer = Answer::Possible(ids.map(|id| (id.to_owned(), false)).to_vec());
    let (mark, why) = with_evidence(&lesson, &[], &run, "possible", &answer, &evidence);
    assert_eq!(mark, Mark::Right, "{why}");
    for reason in [
        "every outcome has the line `c`",
        "no outcome has the line `d`",
        "in every outcome `a` comes before `b`",
        "it is none of the 3 outcomes there are",
    ] {
        assert!(why.contains(reason), "{reason}: {why}");
    }
}

const ORDER: &str = r#"
[[predictions]]
id = "order"
kind = "order"
question = { en = "a", zh = "啊" }
explanation = { en = "a", zh = "啊" }
items = [{ text = "say hi {i}", for = "i in 0..3" }]
answer = "lines"
"#;

#[test]
fn an_order_is_right_partly_or_wrong() {
    let lesson = lesson(ORDER);
    let mut run = Run::with_children(3);
    for line in ["say hi 1", "main", "say hi 0", "say hi 2"] {
        run.print(0, line);
    }
    run.finish();
    let mark = |order: [u32; 3]| {
        let items = order.map(|i| format!("say hi {i}")).to_vec();
        graded(&lesson, &[], &run, "order", &Answer::Order(items)).0
    };
    assert_eq!(mark([1, 0, 2]), Mark::Right);
    assert_eq!(mark([0, 1, 2]), Mark::Partly);
    assert_eq!(mark([2, 0, 1]), Mark::Wrong);
    let other = graded(&lesson, &[], &run, "order", &Answer::Number(1.0));
    assert_eq!(other.0, Mark::Undecided);
}

#[test]
fn facts_are_those_of_the_run() {
    let lesson = lesson("");
    let params = Params::defaults(&lesson.manifest.parameters);
    let setting = lesson.setting(&params, &Circumstances::default());
    let mut run = Run::with_children(2);
    let mut name = on(OpName::Name, "RLock-1");
    name.args.name = Some("lock".to_owned());
    run.op(0, name).op(1, on(OpName::Acquire, "RLock-1"));
    run.wait(2, on(OpName::Acquire, "RLock-1"));
    run.op(1, on(OpName::Release, "RLock-1"));
    run.op(2, on(OpName::Acquire, "RLock-1"));
    run.print(2, "b").print(0, "a").exit(1, 3);
    run.finish();
    let facts = Facts {
        lesson: &lesson,
        setting: &setting,
        world: &run.world,
    };
    let value = |text: &str| crate::lesson::Expr::parse(text).unwrap().eval(&facts);
    for (text, expected) in [
        ("lines", "['b', 'a']"),
        ("writers", "['Process-2', 'MainProcess']"),
        ("status", "'finished'"),
        ("count('process')", "2"),
        ("count()", "3"),
        ("pids('process')", "[101, 102]"),
        ("most_alive('process')", "2"),
        ("most_tasks()", "0"),
        ("task_pids", "0"),
        ("results", "[]"),
        ("exitcode('Process-1')", "3"),
        ("exitcode('nobody')", "None"),
        ("printed('a')", "1"),
        ("waited('lock')", "1"),
        ("n + 1", "3"),
        ("0 < seconds and seconds < 1", "True"),
        ("outcome", "'b\\na'"),
    ] {
        assert_eq!(value(text).unwrap().repr(), expected, "{text}");
    }
    assert!(value("count('cat')").is_err());
    assert!(value("waited('nothing')").is_err());
    assert_eq!(facts.name("nothing"), None);
}
