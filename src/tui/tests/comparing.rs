//! Two runs beside each other.

use std::time::Duration;

use super::scene::{app, picture, play, press, typical};
use crate::text::Lang;
use crate::tui::action::{Action, Seek};
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::terminal;
use crate::tui::update::update;

#[test]
fn both_runs_that_are_compared_are_looked_back_on_at_one_time() {
    let mut app = app("pool-async", Lang::En);
    press(&mut app, "c");
    for lesson in ["pool-blocking", "pool-async"] {
        let mut scene = typical();
        scene.end();
        play(&mut app, scene, lesson);
    }
    let times = |app: &App| {
        let one = |run: &Option<crate::tui::run::RunView>| {
            run.as_ref().expect("a run").world().now() / 1_000_000
        };
        (one(&app.runs.previous), one(&app.runs.current))
    };
    assert_eq!(times(&app), (18, 18));
    press(&mut app, ",");
    assert_eq!(times(&app), (17, 17));
    press(&mut app, "<");
    assert_eq!(times(&app), (7, 7));
    press(&mut app, ".");
    assert_eq!(times(&app), (8, 8));
    let shown = picture(&mut app, (80, 24));
    assert!(
        shown.contains("0.008 / 0.018 s") && shown.contains('▲'),
        "{shown}"
    );
    // The sentence is about the whole runs, wherever one looks.
    assert!(shown.contains("about the same time"), "{shown}");
    let _ = update(&mut app, Action::Seek(Seek::Share(0.5)), terminal::now());
    assert_eq!(times(&app), (9, 9));
    let begun = terminal::now();
    let _ = update(&mut app, Action::Pause, begun);
    for run in [&mut app.runs.previous, &mut app.runs.current] {
        run.as_mut()
            .expect("a run")
            .play(begun + Duration::from_millis(3));
    }
    assert_eq!(times(&app), (12, 12));
    press(&mut app, "e");
    assert_eq!(times(&app), (18, 18));
}

#[test]
fn pool_lessons_are_compared_by_one_key() {
    let mut app = app("pool-async", Lang::En);
    let effects = press(&mut app, "c");
    let [Effect::StartBoth(orders)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let slugs = [&orders[0], &orders[1]].map(|order| order.lesson.as_str());
    assert_eq!(slugs, ["pool-blocking", "pool-async"]);
    for lesson in slugs {
        let mut scene = typical();
        scene.end();
        play(&mut app, scene, lesson);
    }
    for size in [(80, 24), (200, 60)] {
        let shown = picture(&mut app, size);
        assert!(
            shown.contains("pool-blocking") && shown.contains("pool-async"),
            "{shown}"
        );
        assert!(shown.contains("about the same time"), "{shown}");
    }
    press(&mut app, "c");
    assert!(!app.runs.comparing);
}

#[test]
fn two_runs_of_a_lesson_are_laid_beside_each_other_to_where_they_part() {
    let mut app = app("lock", Lang::En);
    let mut scene = typical();
    scene.end();
    play(&mut app, scene, "lock");
    let mut scene = typical();
    scene.print(2, "only here\n");
    scene.end();
    play(&mut app, scene, "lock");
    press(&mut app, "\x1bc");
    assert!(app.runs.comparing);
    let shown = picture(&mut app, (120, 40));
    assert!(
        shown.contains("The runs diverge in Process-2, after"),
        "{shown}"
    );
    assert!(
        shown.contains("B  #") && shown.contains("only here"),
        "{shown}"
    );
    press(&mut app, "c");
    let mut scene = typical();
    scene.print(2, "only here\n");
    scene.end();
    play(&mut app, scene, "lock");
    press(&mut app, "\x1bc");
    assert!(picture(&mut app, (80, 24)).contains("The runs are the same"));
}
