//! Ways through time: steps, searches, the prompt, a recording's play.

use std::time::Duration;

use super::scene::{app, overflow, picture, play, press, typical};
use crate::text::Lang;
use crate::tui::action::PanelId;
use crate::tui::app::App;
use crate::tui::terminal;

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
        program: None,
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
