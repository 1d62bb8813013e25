//! The native programs as real runs: every check of every lesson holds, at the defaults and at the
//! ends of the parameters, and every prediction can be graded.

use std::path::PathBuf;
use std::time::Duration;

use forklore::check::{self, Answer, Evidence, Facts, Mark};
use forklore::engine::Run;
use forklore::engine::native::{Config, GateMode};
use forklore::feed::{Feed as _, FeedItem};
use forklore::lesson::{Circumstances, Lesson, Library, Params, PredictionKind};
use forklore::model::World;
use forklore::sys::clock;

/// Longest any run may take; a hang fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the lesson natively and folds what happens.
pub fn run(lesson: &Lesson, params: &Params, tty: bool) -> World {
    let time_scale = 0.05;
    let config = Config {
        lesson: lesson.slug().to_owned(),
        params: params.to_json(),
        time_scale,
        seed: 0,
        line_buffered: tty,
        gate: GateMode::Open,
        forklore: Some(PathBuf::from(env!("CARGO_BIN_EXE_forklore"))),
        environment: Vec::new(),
    };
    let mut run = Run::start(config).expect("the run starts");
    let mut world = World::new().scaled(time_scale);
    let deadline = clock::instant() + PATIENCE;
    loop {
        match run.poll(deadline) {
            FeedItem::Events(events) => events.iter().for_each(|event| world.apply(event)),
            // The red status check of a run without an end tells the rest.
            FeedItem::Idle => return world,
            FeedItem::End => return world,
        }
    }
}

fn circumstances(tty: bool) -> Circumstances {
    Circumstances {
        stdout: if tty { "tty" } else { "pipe" }.to_owned(),
        ..Circumstances::default()
    }
}

/// What is red after one run, in words.
fn red(lesson: &Lesson, params: &Params, tty: bool) -> Vec<String> {
    let world = run(lesson, params, tty);
    let circumstances = circumstances(tty);
    let values: Vec<String> = params
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let name = format!(
        "{} {} {}",
        lesson.slug(),
        circumstances.stdout,
        values.join(" ")
    );
    let mut wrong: Vec<String> = check::evaluate(lesson, params, &circumstances, &world)
        .into_iter()
        .filter(|verdict| !verdict.passed)
        .map(|verdict| format!("{name}: {}: {}", verdict.id, verdict.detail.en))
        .collect();
    wrong.extend(
        ungraded(lesson, params, &circumstances, &world)
            .into_iter()
            .map(|words| format!("{name}: {words}")),
    );
    wrong
}

/// Predictions that are asked of such a run and that it can't answer.
fn ungraded(
    lesson: &Lesson,
    params: &Params,
    circumstances: &Circumstances,
    world: &World,
) -> Vec<String> {
    let setting = lesson.setting(params, circumstances);
    let facts = Facts {
        lesson,
        setting: &setting,
        world,
    };
    let mut found = Vec::new();
    for prediction in &lesson.manifest.predictions {
        let asked = prediction
            .when
            .as_ref()
            .is_none_or(|when| when.holds(&setting).unwrap());
        let answer = match &prediction.kind {
            PredictionKind::Choice { options } => Answer::Choice(options[0].id.clone()),
            PredictionKind::Order { .. } => Answer::Order(Vec::new()),
            PredictionKind::Number { .. } => Answer::Number(-1.0),
            // One run need not show a listing.
            PredictionKind::Possible { .. } => continue,
        };
        if !asked {
            continue;
        }
        let grade = check::grade(prediction, &answer, &facts, &Evidence::default());
        if grade.mark == Mark::Undecided {
            found.push(format!("prediction {}: {}", prediction.id, grade.truth.en));
        }
    }
    found
}

#[test]
fn every_check_holds_of_the_native_programs() {
    let library = Library::embedded().expect("the lessons");
    let mut wrong = Vec::new();
    for lesson in library.iter().filter(|lesson| lesson.has_native()) {
        for params in super::settings(lesson) {
            for tty in [true, false] {
                wrong.extend(red(lesson, &params, tty));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
