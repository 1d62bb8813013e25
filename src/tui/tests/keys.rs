//! What keys do, through the table and `update`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::progress::Progress;

use super::scene::{app, overflow, picture, play, typical};
use crate::feed::Control;
use crate::text::Lang;
use crate::tui::action::{Action, PanelId};
use crate::tui::app::{App, Popup, Twin};
use crate::tui::effect::{Effect, Leave};
use crate::tui::keymap;
use crate::tui::terminal;
use crate::tui::update::update;

/// Presses keys, a character each; `\t`, `\n` and `\x1b` are Tab, Enter and Esc.
fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let code = match c {
            '\t' => KeyCode::Tab,
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        if let Some(action) = keymap::action(app, KeyEvent::new(code, KeyModifiers::NONE)) {
            effects.extend(update(app, action, terminal::now()));
        }
    }
    effects
}

#[test]
fn quitting_asks_while_a_run_goes_on() {
    let mut app = app("lock", Lang::En);
    assert_eq!(press(&mut app, "q"), [Effect::Leave(Leave::Quit)]);
    play(&mut app, typical(), "lock");
    assert_eq!(press(&mut app, "q"), []);
    assert_eq!(app.popup, Some(Popup::Quit));
    assert_eq!(press(&mut app, "\x1b"), []);
    assert_eq!(app.popup, None);
    assert_eq!(press(&mut app, "qq"), [Effect::Leave(Leave::Quit)]);
}

#[test]
fn a_kill_is_asked_about_and_names_the_process() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    app.focus = PanelId::Ps;
    assert_eq!(press(&mut app, "K"), []);
    assert!(app.notice.is_some() && app.popup.is_none());
    press(&mut app, "jjj");
    assert_eq!(press(&mut app, "K"), []);
    assert!(matches!(app.popup, Some(Popup::Kill { pid: 102, .. })));
    let kill = Effect::Control(Control::Kill { pid: 102 });
    assert_eq!(press(&mut app, "\n"), [kill]);
}

#[test]
fn looking_back_and_returning_to_now() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    let (place, end) = app.run.as_ref().expect("a run").places();
    assert_eq!(place, end);
    press(&mut app, "<,");
    assert_eq!(app.run.as_ref().expect("a run").places(), (end - 11, end));
    assert_eq!(app.world().folded(), end - 11);
    press(&mut app, ".");
    assert_eq!(app.world().folded(), end - 10);
    press(&mut app, "e");
    assert!(app.run.as_ref().expect("a run").is_now());
}

#[test]
fn language_and_program_change_at_once() {
    let mut app = app("lock", Lang::En);
    press(&mut app, "LP");
    assert_eq!((app.lang, app.twin), (Lang::Zh, Twin::Rust));
    assert!(picture(&mut app, (80, 24)).contains("program.rs"));
}

#[test]
fn a_screen_too_small_says_so_politely() {
    let mut app = app("lock", Lang::En);
    assert!(picture(&mut app, (50, 12)).contains("at least 60 columns"));
}

#[test]
fn no_escape_of_a_child_reaches_the_screen() {
    let mut app = app("lock", Lang::En);
    play(&mut app, overflow(), "lock");
    app.focus = PanelId::Output;
    app.zoom = true;
    let shown = picture(&mut app, (200, 60));
    assert!(shown.contains("red"), "{shown}");
    assert!(
        !shown.contains('\u{1b}') && !shown.contains('\u{7}'),
        "{shown}"
    );
}

#[test]
fn every_action_of_the_table_can_be_done_anywhere() {
    for panel in PanelId::ALL {
        let mut app = app("pool-async", Lang::Zh);
        app.focus = panel;
        for binding in keymap::TABLE {
            let _ = update(&mut app, binding.action(), terminal::now());
            let _ = update(&mut app, Action::Cancel, terminal::now());
            let _ = picture(&mut app, (80, 24));
        }
    }
}

#[test]
fn the_first_run_asks_locks_the_answers_and_shows_what_came_of_them() {
    let mut app = app("lock", Lang::En);
    assert_eq!(press(&mut app, "r"), []);
    let Some(Popup::Predict(quiz)) = &app.popup else {
        panic!("no question: {:?}", app.popup);
    };
    let count = quiz.questions.len();
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
    assert_eq!(app.answers.len(), count);
    let mut scene = typical();
    scene.end();
    play(&mut app, scene, "lock");
    assert_eq!(app.popup, Some(Popup::Graded { scroll: 0 }));
    assert_eq!(app.run.as_ref().expect("a run").grades.len(), count);
    let visit = &app.progress.lessons["lock"];
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
    assert!(matches!(app.popup, Some(Popup::Predict(_))));
}

#[test]
fn questions_can_be_passed_over() {
    let mut app = app("lock", Lang::En);
    press(&mut app, "r");
    let effects = press(&mut app, "\x1b");
    assert!(matches!(effects.as_slice(), [Effect::Start(_)]));
    assert!(app.answers.is_empty());
    assert!(matches!(
        press(&mut app, "r").as_slice(),
        [Effect::Start(_)]
    ));
}

#[test]
fn a_search_goes_from_line_to_line_and_round() {
    let mut app = app("lock", Lang::En);
    play(&mut app, overflow(), "lock");
    app.focus = PanelId::Output;
    press(&mut app, "/LINE 2 OF 7\n");
    let found = |app: &App| app.place(PanelId::Output).found;
    assert_eq!(found(&app), Some(26));
    press(&mut app, "n");
    assert_eq!(found(&app), Some(278));
    press(&mut app, "N");
    assert_eq!(found(&app), Some(26));
    assert!(!app.follow);
    assert!(picture(&mut app, (80, 24)).contains("line 2 of 7 "));
    press(&mut app, "/no such words\n");
    assert!(
        app.notice
            .as_deref()
            .is_some_and(|words| words.contains("nowhere"))
    );
}

#[test]
fn events_of_a_process_and_of_an_object_are_found() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    app.selected = Some(2);
    press(&mut app, "((");
    let event = |app: &App| app.run.as_ref().expect("a run").event().expect("one");
    assert_eq!(event(&app).proc, Some(2));
    app.selected = None;
    press(&mut app, "{{");
    let crate::trace::Kind::Op(op) = event(&app).kind else {
        panic!("{:?}", event(&app));
    };
    assert!(op.object.is_some());
}

#[test]
fn a_prompt_goes_to_a_number_a_share_a_moment_and_an_event_in_words() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    let place = |app: &App| app.run.as_ref().expect("a run").places();
    let end = place(&app).1;
    press(&mut app, "t7\n");
    assert_eq!((place(&app).0, app.world().folded()), (7, 7));
    assert!(
        app.notice
            .as_deref()
            .is_some_and(|words| words.starts_with("#7 · 0.007 s"))
    );
    press(&mut app, "t50%\n");
    assert_eq!(place(&app).0, end.div_ceil(2));
    press(&mut app, "t5ms\n");
    assert_eq!(place(&app).0, 5);
    // Words: the next one that fits, then on and back by the keys of its like.
    press(&mut app, "t0\ntacquire rlock\n");
    let first = place(&app).0;
    let event = |app: &App| app.run.as_ref().expect("a run").event().expect("one");
    assert_eq!(
        event(&app).kind.op().map(|op| op.op.as_str()),
        Some("acquire")
    );
    press(&mut app, "}");
    let second = place(&app).0;
    assert!(second > first);
    assert_eq!(
        event(&app).kind.op().map(|op| op.op.as_str()),
        Some("acquire")
    );
    press(&mut app, "{");
    assert_eq!(place(&app).0, first);
    press(&mut app, "tno-such-thing\n");
    assert_eq!(place(&app).0, first, "the play head stays");
    assert!(
        app.notice
            .as_deref()
            .is_some_and(|words| words.contains("no such event"))
    );
    press(&mut app, "t\x1b");
    assert_eq!((app.popup.clone(), place(&app).0), (None, first));
}

#[test]
fn a_search_finds_what_is_printed_later() {
    let mut app = app("lock", Lang::En);
    play(&mut app, overflow(), "lock");
    app.focus = PanelId::Output;
    press(&mut app, "t0\n/line 2 of 7\n");
    let run = app.run.as_ref().expect("a run");
    assert!(!run.is_now() && run.places().0 > 0);
    assert!(app.place(PanelId::Output).found.is_some());
}

#[test]
fn a_recording_plays_at_its_speed_and_stops_where_it_is_held() {
    let mut app = app("lock", Lang::En);
    let mut scene = typical();
    scene.end();
    let mut started = scene.started("lock");
    started.recorded = Some(crate::tui::host::Recorded {
        head: Vec::new(),
        speed: 1.0,
    });
    let params = app.params.clone();
    app.begin_run(started, &params);
    let begun = terminal::now();
    while app.take_events(terminal::now, terminal::now()).came {}
    let run = app.run.as_mut().expect("a run");
    assert_eq!(run.places().0, 0);
    run.toggle_playing(begun);
    let after = |ms| begun + std::time::Duration::from_millis(ms);
    assert!(run.play(after(5)));
    assert_eq!(run.places().0, 5);
    run.change_speed(1, after(5));
    run.play(after(7));
    assert_eq!(run.places().0, 9);
    run.toggle_playing(after(7));
    assert!(!run.play(after(100)));
    run.toggle_playing(after(100));
    assert!(run.play(after(10_000)));
    assert!(run.is_now() && !run.is_playing());
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
    assert!(!app.comparing);
}

#[test]
fn the_first_session_welcomes_with_the_list_and_later_ones_go_on() {
    let mut app = super::scene::session(None, Lang::En, Progress::default());
    assert!(picture(&mut app, (80, 24)).contains("Welcome"));
    assert_eq!(press(&mut app, "jj\n"), [Effect::Keep]);
    let third = app.slug.clone();
    assert!(third.is_some());
    let again = super::scene::session(None, Lang::En, app.progress.clone());
    assert_eq!((again.slug, again.popup), (third, None));
}
