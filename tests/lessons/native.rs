//! The native programs in real runs: every check of every lesson passes, at the defaults and at the
//! ends of each parameter's range, and every prediction can be graded.

use std::path::PathBuf;
use std::time::Duration;

use forklore::check::{self, Answer, Evidence, Facts, Mark};
use forklore::engine::Run;
use forklore::engine::{GateMode, native::NativeConfig};
use forklore::feed::{Feed as _, FeedItem};
use forklore::lesson::{Circumstances, Lesson, Library, Params, PredictionKind};
use forklore::model::World;
use forklore::sys::clock;
use forklore::trace::Event;

/// The longest time a run may take; a hang becomes a failure.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The factor for every sleep.
pub const TIME_SCALE: f64 = 0.05;

/// A native run of the lesson.
pub fn start(lesson: &Lesson, params: &Params, tty: bool, gate: GateMode) -> Run {
    let config = NativeConfig {
        lesson: lesson.slug().to_owned(),
        params: params.to_json(),
        time_scale: TIME_SCALE,
        seed: 0,
        line_buffered: tty,
        gate,
        forklore: Some(PathBuf::from(env!("CARGO_BIN_EXE_forklore"))),
        environment: Vec::new(),
    };
    Run::start(config).expect("the run starts")
}

/// All events of such a run, up to its end or the deadline.
pub fn events(lesson: &Lesson, params: &Params, tty: bool) -> Vec<Event> {
    rest(&mut start(lesson, params, tty, GateMode::Open))
}

/// All further events of a run.
pub fn rest(run: &mut Run) -> Vec<Event> {
    rest_within(run, PATIENCE)
}

/// The same of a run that takes longer than a lesson.
pub fn rest_within(run: &mut Run, patience: Duration) -> Vec<Event> {
    let mut events = Vec::new();
    let deadline = clock::instant() + patience;
    loop {
        match run.poll(deadline) {
            FeedItem::Events(more) => events.extend_from_slice(more.events()),
            // A run without an end fails the status check, which reports the rest.
            FeedItem::Idle | FeedItem::End => return events,
        }
    }
}

pub fn circumstances(tty: bool) -> Circumstances {
    Circumstances {
        stdout: if tty { "tty" } else { "pipe" }.to_owned(),
        ..Circumstances::default()
    }
}

/// What fails in one run, in words.
fn red(lesson: &Lesson, params: &Params, tty: bool) -> Vec<String> {
    let mut world = World::new().scaled(TIME_SCALE);
    for event in events(lesson, params, tty) {
        world.apply(&event);
    }
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

/// The predictions asked for such a run that it can't answer.
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
            // One run does not have to show a listing.
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
    let lessons = library.iter().filter(|lesson| lesson.twin);
    let runs: Vec<_> = super::runs(lessons)
        .into_iter()
        .flat_map(|(lesson, params)| [(lesson, params.clone(), true), (lesson, params, false)])
        .collect();
    let wrong = super::together(&runs, |(lesson, params, tty)| red(lesson, params, *tty));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
