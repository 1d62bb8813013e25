//! What keys do, through the table and `update`.

use std::time::Duration;

use crate::tui::progress::Progress;

use super::scene::{Scene, app, overflow, picture, play, press, typical};
use crate::feed::Control;
use crate::text::Lang;
use crate::trace::{Exit, OpName, Role, RunStatus};
use crate::tui::action::{Action, PanelId, Seek};
use crate::tui::app::{App, Popup, Twin};
use crate::tui::effect::{Effect, Leave};
use crate::tui::keymap;
use crate::tui::terminal;
use crate::tui::update::update;

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
    // What will follow is told from what it does: here it holds the lock.
    let shown = picture(&mut app, (80, 24));
    assert!(shown.contains("SIGKILL to Process-2 (PID 102)"), "{shown}");
    assert!(shown.contains("It holds lock."), "{shown}");
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
fn stepping_by_hand_is_set_before_the_run_and_told_why_one_cannot_go() {
    let mut app = app("lock", Lang::En);
    assert_eq!(press(&mut app, "s"), []);
    let effects = press(&mut app, "r\x1b");
    let [Effect::Start(order)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert!(order.manual);
    let mut scene = typical();
    scene.begin(2, OpName::Release, "RLock-1");
    scene.begin(0, OpName::Join, "");
    play(&mut app, scene, "lock");
    assert!(app.run.as_ref().is_some_and(|run| run.paused));
    assert!(picture(&mut app, (80, 24)).contains("▸ o let one operation go"));
    let step = |proc| Effect::Control(Control::Step { proc });
    assert_eq!(press(&mut app, "o"), [step(None)]);
    app.selected = Some(2);
    assert_eq!(press(&mut app, "o"), [step(Some(2))]);
    // Process-3 waits for the lock that Process-2 holds.
    app.selected = Some(3);
    assert_eq!(press(&mut app, "o"), []);
    let why = app.notice.clone().expect("a reason");
    assert!(
        why.contains("Process-3 can't go now") && why.contains("PID 102"),
        "{why}"
    );
    // A pace set meanwhile holds from the moment on in which stepping ends.
    assert_eq!(press(&mut app, "-"), []);
    let pace = Control::Pace { per_second: 64.0 };
    assert_eq!(
        press(&mut app, " "),
        [Effect::Control(pace), Effect::Control(Control::Resume)]
    );
    assert!(!app.manual && app.run.as_ref().is_some_and(|run| !run.paused));
}

#[test]
fn the_footer_tells_the_next_key_through_the_whole_rhythm() {
    let mut app = app("lock", Lang::En);
    let next = |app: &App| crate::tui::rhythm::next(app).keys;
    assert_eq!(next(&app), "r");
    press(&mut app, "r");
    assert_eq!(next(&app), "Enter");
    press(&mut app, "\n\n\n\n\n\n");
    let mut scene = typical();
    scene.end();
    play(&mut app, scene, "lock");
    assert_eq!((next(&app), app.focus), ("Enter", PanelId::Output));
    assert!(matches!(app.popup, Some(Popup::Graded { .. })));
    press(&mut app, "\n");
    assert_eq!((next(&app), app.focus), ("p", PanelId::Checks));
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
    assert_eq!((next(&app), app.focus), ("g", PanelId::Checks));
    press(&mut app, "g");
    let Some(Popup::Lessons { row, .. }) = app.popup else {
        panic!("{:?}", app.popup);
    };
    assert_eq!((row, next(&app)), (6, "Enter"));
}

#[test]
fn the_time_axis_is_looked_at_closer_and_moved() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    press(&mut app, "v");
    assert_eq!(app.focus, PanelId::Timeline);
    let closer = picture(&mut app, (80, 24));
    assert!(closer.contains("Timeline · 0.009 to 0.017 s"), "{closer}");
    press(&mut app, "hhh");
    let earlier = picture(&mut app, (80, 24));
    assert!(earlier.contains("Timeline · 0.005 to"), "{earlier}");
    press(&mut app, "V");
    assert!(!app.lens.is_close());
    // Looking back the axis stays, and a sign shows where.
    press(&mut app, "<");
    let past = picture(&mut app, (80, 24));
    assert!(past.contains('▲') && past.contains("0.017 s"), "{past}");
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
    let count = match &app.popup {
        Some(Popup::Predict(quiz)) => quiz.questions.len(),
        other => panic!("{other:?}"),
    };
    // The tutorial's listing is said to be impossible.
    press(&mut app, &"\n".repeat(count - 1));
    press(&mut app, " \n");
    play(&mut app, listing([0, 1, 2]), "queue");
    let mark = |app: &App| {
        let given = &app.progress.lessons["queue"].answers["possible-listings"];
        given.mark.clone()
    };
    assert_eq!(mark(&app).as_deref(), Some("undecided"));
    press(&mut app, "\n");
    // The tutorial's own order comes up: now it is known.
    press(&mut app, "r");
    play(&mut app, listing([2, 1, 0]), "queue");
    assert_eq!(mark(&app).as_deref(), Some("wrong"));
    assert!(matches!(app.popup, Some(Popup::Graded { .. })));
}

#[test]
fn a_run_that_was_stopped_decides_nothing_and_asks_again() {
    let mut app = app("lock", Lang::En);
    press(&mut app, "r\n\n\n\n\n\n");
    assert!(!app.answers.is_empty());
    let mut scene = typical();
    scene.end_as(RunStatus::Stopped);
    play(&mut app, scene, "lock");
    assert_eq!(app.popup, None);
    assert!(app.progress.lessons["lock"].answers.is_empty());
    press(&mut app, "r");
    assert!(matches!(app.popup, Some(Popup::Predict(_))));
}

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
        (one(&app.previous), one(&app.run))
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
    for run in [&mut app.previous, &mut app.run] {
        run.as_mut()
            .expect("a run")
            .play(begun + Duration::from_millis(3));
    }
    assert_eq!(times(&app), (12, 12));
    press(&mut app, "e");
    assert_eq!(times(&app), (18, 18));
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
    let after = |ms| begun + Duration::from_millis(ms);
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
    assert!(app.comparing);
    let shown = picture(&mut app, (120, 40));
    assert!(
        shown.contains("The runs part in Process-2, after"),
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
