//! Schedules as text, and random runs.

use std::collections::BTreeSet;

use crate::explore::strategy::{Random, Strategy, StrategyName, draw};
use crate::lesson::schedule::{Schedule, without_comments};

use super::search;
use super::toy::{Op, Program, Toy};

fn code(text: &str) -> Schedule {
    text.parse().expect("a schedule")
}

#[test]
fn a_schedule_is_read_as_it_was_written() {
    let schedule = Schedule {
        lesson: "lock".to_owned(),
        params: vec![("processes".to_owned(), "3".to_owned())],
        steps: vec![0, 0, 0, 1, 2, 2, 10, 2, 2],
        begins: BTreeSet::from([7, 8]),
    };
    let text = "lock@processes=3:0x3.1.2x2.10.2b.2b";
    assert_eq!(schedule.to_string(), text);
    assert_eq!(code(text), schedule);
    assert_eq!(
        code("\n queue:0 "),
        Schedule {
            lesson: "queue".to_owned(),
            params: Vec::new(),
            steps: vec![0],
            begins: BTreeSet::new(),
        }
    );
    assert_eq!(code("array@a=1,b=[2]:1").params.len(), 2);
}

#[test]
fn a_file_may_have_comments_and_lines() {
    let text = "# outcome 3 of 7\nlock@processes=3:\n  0x3.1. # the child\n  2x2\n";
    assert_eq!(code(&without_comments(text)).steps, [0, 0, 0, 1, 2, 2]);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, error) in [
        ("", "character 1: found '', expected lesson"),
        ("lock", "character 5: found '', expected colon"),
        ("lock:", "character 6: found '', expected process"),
        ("lock:1.", "character 8: found '', expected process"),
        ("lock:1.2y", "character 9: found 'y', expected point"),
        ("lock:1x", "character 8: found '', expected times"),
        ("lock:1x0", "character 9: found '', expected most"),
        ("lock:1x9999999", "character 15: found '', expected most"),
        (
            "lock:99999999999",
            "character 6: found '99999999999', expected process",
        ),
        ("lock@x:1", "character 7: found ':1', expected equals"),
        (
            "my lesson:1",
            "character 1: found 'my lesson:1', expected lesson",
        ),
    ] {
        let found = text.parse::<Schedule>().expect_err("no schedule");
        assert_eq!(found.to_string(), error);
    }
}

#[test]
fn any_schedule_survives() {
    let mut random = Random::new(7);
    for _ in 0..200 {
        let steps = 1 + random.below(60);
        let schedule = Schedule {
            lesson: "pool-async".to_owned(),
            params: Vec::new(),
            steps: (0..steps)
                .filter_map(|_| u32::try_from(random.below(4)).ok())
                .collect(),
            begins: BTreeSet::new(),
        };
        assert_eq!(code(&schedule.to_string()), schedule);
    }
}

fn philosophers() -> Program {
    let dine = |i: u8| {
        let (left, right) = (i, (i + 1) % 3);
        vec![
            Op::Lock(left),
            Op::Lock(right),
            Op::Unlock(right),
            Op::Unlock(left),
        ]
    };
    Program {
        procs: (0..3).map(dine).collect(),
        ..Program::default()
    }
}

#[test]
fn random_runs_find_what_the_search_finds() {
    let all = search(&philosophers()).outcomes;
    assert_eq!(all.len(), 2, "all eat, or none");
    for name in StrategyName::ALL {
        let mut toy = Toy::new(&philosophers());
        let mut strategy = Strategy::new(name, 1);
        let mut found = BTreeSet::new();
        for _ in 0..300 {
            let Ok(_) = draw(&mut toy, &mut strategy);
            found.insert(toy.outcome());
        }
        assert_eq!(found, all, "{name:?}");
    }
}

#[test]
fn one_seed_one_run() {
    for name in StrategyName::ALL {
        let schedules = |seed| {
            let mut toy = Toy::new(&philosophers());
            let mut strategy = Strategy::new(name, seed);
            let Ok(runs) = (0..5)
                .map(|_| draw(&mut toy, &mut strategy))
                .collect::<Result<Vec<_>, _>>();
            runs
        };
        assert_eq!(schedules(3), schedules(3), "{name:?}");
        assert_ne!(schedules(3), schedules(4), "{name:?}");
    }
}

#[test]
fn who_has_more_to_do_goes_more_often() {
    // Of the 20 choose 2 orders of these, few begin with both steps of the short process.
    let program = Program {
        procs: vec![vec![Op::Write(0); 18], vec![Op::Write(0); 2]],
        ..Program::default()
    };
    let first_of = |name| {
        let mut toy = Toy::new(&program);
        let mut strategy = Strategy::new(name, 5);
        let runs = (0..400).filter(|_| {
            let Ok((_, steps)) = draw(&mut toy, &mut strategy);
            steps[..4].iter().filter(|proc| **proc == 1).count() == 2
        });
        runs.count()
    };
    let (fair, weighted) = (first_of(StrategyName::Random), first_of(StrategyName::Surw));
    assert!(weighted * 4 < fair, "{weighted} {fair}");
}
