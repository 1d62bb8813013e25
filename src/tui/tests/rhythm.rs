//! From reading to the next lesson: questions, what came of them, the next key, what is kept.

use super::scene::{Scene, app, begin, picture, play, popup, press, typical};
use crate::text::Lang;
use crate::trace::{Exit, Role, RunStatus};
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::panel::PanelId;
use crate::tui::popup::graded::Graded;
use crate::tui::popup::lessons::Lessons;
use crate::tui::popup::predict::Predict;
use crate::tui::progress::Progress;
use crate::tui::{hints, layout, terminal};

/// The key the footer names first.
fn next_key(app: &App) -> &'static str {
    hints::next(app, &layout::frames(app, layout::area(app))).keys
}

#[test]
fn the_footer_tells_the_next_key_through_the_whole_rhythm() {
    let mut app = app("lock", Lang::En);
    let next = next_key;
    assert_eq!(next(&app), "r");
    press(&mut app, "r");
    assert_eq!(next(&app), "Enter");
    press(&mut app, "\n\n\n\n\n\n");
    let mut scene = typical();
    scene.end();
    play(&mut app, scene, "lock");
    assert_eq!((next(&app), app.panes.focus), ("Enter", PanelId::Output));
    assert!(popup::<Graded>(&app).is_some());
    press(&mut app, "\n");
    assert_eq!((next(&app), app.panes.focus), ("p", PanelId::Checks));
    press(&mut app, "p");
    assert_eq!(next(&app), "→");
    press(&mut app, "l");
    assert_eq!(next(&app), "r");
    assert!(matches!(
        press(&mut app, "r").as_slice(),
        [Effect::Start(_)]
    ));
    play(&mut app, typical(), "lock");
    assert_eq!(next(&app), "Space");
    press(&mut app, ",");
    assert_eq!(next(&app), "e");
    let mut scene = typical();
    scene.end();
    play(&mut app, scene, "lock");
    assert_eq!(next(&app), "Enter");
    press(&mut app, "\n");
    assert_eq!((next(&app), app.panes.focus), ("g", PanelId::Checks));
    press(&mut app, "g");
    let row = popup::<Lessons>(&app).map(|lessons| lessons.row);
    assert_eq!((row, next(&app)), (Some(6), "Enter"));
}

#[test]
fn an_answer_left_open_is_decided_by_a_later_run() {
    let mut app = app("queue", Lang::En);
    let listing = |order: [u32; 3]| {
        let mut scene = Scene::default();
        scene.start(0, "MainProcess", Role::Main);
        for proc in 1..=3 {
            scene.start(proc, &format!("Process-{proc}"), Role::Process);
        }
        for (n, child) in order.into_iter().enumerate() {
            scene.print(child + 1, &format!("{child} h{}\n", n + 1));
        }
        (0..4).for_each(|proc| scene.exit(proc, Exit::Code(0)));
        scene.end();
        scene
    };
    press(&mut app, "r");
    let count = popup::<Predict>(&app).expect("questions").0.questions.len();
    // The tutorial's listing is said to be impossible.
    press(&mut app, &"\n".repeat(count - 1));
    press(&mut app, " \n");
    play(&mut app, listing([0, 1, 2]), "queue");
    let mark = |app: &App| {
        let given = &app.course.progress.lessons["queue"].answers["possible-listings"];
        given.mark.clone()
    };
    assert_eq!(mark(&app).as_deref(), Some("undecided"));
    press(&mut app, "\n");
    // The tutorial's own order comes up: now it is known.
    press(&mut app, "r");
    play(&mut app, listing([2, 1, 0]), "queue");
    assert_eq!(mark(&app).as_deref(), Some("wrong"));
    assert!(popup::<Graded>(&app).is_some());
}

#[test]
fn a_run_that_was_stopped_decides_nothing_and_asks_again() {
    let mut app = app("lock", Lang::En);
    press(&mut app, "r\n\n\n\n\n\n");
    assert!(!app.course.answers.is_empty());
    let mut scene = typical();
    scene.end_as(RunStatus::Stopped);
    play(&mut app, scene, "lock");
    assert!(app.popup.is_none());
    assert!(app.course.progress.lessons["lock"].answers.is_empty());
    press(&mut app, "r");
    assert!(popup::<Predict>(&app).is_some());
}

#[test]
fn the_first_run_asks_locks_the_answers_and_shows_what_came_of_them() {
    let mut app = app("lock", Lang::En);
    assert_eq!(press(&mut app, "r"), []);
    let count = popup::<Predict>(&app).expect("questions").0.questions.len();
    assert!(count >= 3, "{count}");
    assert!(picture(&mut app, (80, 24)).contains("Question 1 of"));
    let mut effects = press(&mut app, "3");
    for _ in 0..count {
        assert_eq!(effects, []);
        effects = press(&mut app, "l\n");
    }
    assert!(
        matches!(effects.as_slice(), [Effect::Start(_)]),
        "{effects:?}"
    );
    assert_eq!(app.course.answers.len(), count);
    let mut scene = typical();
    scene.end();
    play(&mut app, scene, "lock");
    assert!(popup::<Graded>(&app).is_some());
    assert_eq!(
        app.runs
            .current
            .as_ref()
            .expect("a run")
            .results
            .grades
            .len(),
        count
    );
    let visit = &app.course.progress.lessons["lock"];
    assert_eq!((visit.runs, visit.answers.len()), (1, count));
    assert!(
        visit
            .answers
            .values()
            .all(|given| given.mark.is_some() && given.sure == 3)
    );
    assert!(picture(&mut app, (80, 24)).contains("You said"));
    // What is answered is not asked again; `a` asks all the same.
    press(&mut app, "\x1b");
    assert!(matches!(
        press(&mut app, "r").as_slice(),
        [Effect::Start(_)]
    ));
    press(&mut app, "a");
    assert!(popup::<Predict>(&app).is_some());
}

#[test]
fn questions_can_be_passed_over() {
    let mut app = app("lock", Lang::En);
    press(&mut app, "r");
    let effects = press(&mut app, "r");
    assert!(matches!(effects.as_slice(), [Effect::Start(_)]));
    assert!(app.course.answers.is_empty());
    assert!(matches!(
        press(&mut app, "r").as_slice(),
        [Effect::Start(_)]
    ));
}

#[test]
fn the_first_session_welcomes_with_the_list_and_later_ones_go_on() {
    let mut app = super::scene::session(None, Lang::En, Progress::default());
    assert!(picture(&mut app, (80, 24)).contains("Welcome"));
    assert_eq!(press(&mut app, "jj\n"), [Effect::Keep]);
    let third = app.course.slug.clone();
    assert!(third.is_some());
    let again = super::scene::session(None, Lang::En, app.course.progress.clone());
    assert_eq!((&again.course.slug, again.popup.is_none()), (&third, true));
}

#[test]
fn a_first_run_that_nobody_could_see_is_played_back_slowly_and_then_graded() {
    let mut app = app("lock", Lang::En);
    press(&mut app, "r\n\n\n\n\n\n");
    let mut scene = typical();
    scene.end();
    begin(&mut app, scene, "lock");
    let run = |app: &App| app.runs.current.as_ref().expect("a run").is_playing();
    assert!(run(&app) && app.popup.is_none());
    let shown = picture(&mut app, (120, 40));
    assert!(shown.contains("shown again slowly"), "{shown}");
    assert!(shown.contains("playback ×0.003"), "{shown}");
    assert_eq!(next_key(&app), "e");
    // Moved by hand, it is looked back on as ever.
    press(&mut app, "]");
    assert!(picture(&mut app, (120, 40)).contains("looking back"));
    press(&mut app, "e");
    app.take_events(terminal::now, terminal::now());
    assert!(popup::<Graded>(&app).is_some());
    // A later one is shown as it came.
    press(&mut app, "\nr");
    let mut scene = typical();
    scene.end();
    begin(&mut app, scene, "lock");
    assert!(!run(&app));
}

#[test]
fn closing_the_questions_runs_nothing() {
    let mut app = app("lock", Lang::En);
    assert_eq!(press(&mut app, "r\x1b"), []);
    assert!(app.popup.is_none());
}
