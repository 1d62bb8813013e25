//! Ways through time: steps, searches, the prompt, a recording's play.

use std::time::Duration;

use super::scene::{Scene, app, header, open_recording, overflow, picture, play, press, typical};
use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw};
use crate::text::Lang;
use crate::trace::Batch;
use crate::tui::action::Seek;
use crate::tui::app::App;
use crate::tui::host::{Recorded, Started};
use crate::tui::panel::PanelId;
use crate::tui::terminal;

#[test]
fn looking_back_and_returning_to_now() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    let (place, end) = app.runs.current.as_ref().expect("a run").places();
    assert_eq!(place, end);
    press(&mut app, "<,");
    assert_eq!(
        app.runs.current.as_ref().expect("a run").places(),
        (end - 11, end)
    );
    assert_eq!(app.world().folded(), end - 11);
    press(&mut app, ".");
    assert_eq!(app.world().folded(), end - 10);
    press(&mut app, "e");
    assert!(app.runs.current.as_ref().expect("a run").is_now());
}

#[test]
fn the_time_axis_is_looked_at_closer_and_moved() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    press(&mut app, "v");
    assert_eq!(app.panes.focus, PanelId::Timeline);
    let closer = picture(&mut app, (80, 24));
    assert!(closer.contains("Timeline · 0.009 to 0.017 s"), "{closer}");
    press(&mut app, "hhh");
    let earlier = picture(&mut app, (80, 24));
    assert!(earlier.contains("Timeline · 0.005 to"), "{earlier}");
    press(&mut app, "V");
    assert!(!app.panes.viewport.is_close());
    // Looking back the axis stays, and a sign shows where.
    press(&mut app, "<");
    let past = picture(&mut app, (80, 24));
    assert!(past.contains('▲') && past.contains("0.017 s"), "{past}");
}

#[test]
fn a_search_goes_from_line_to_line_and_round() {
    let mut app = app("lock", Lang::En);
    play(&mut app, overflow(), "lock");
    app.panes.focus = PanelId::Output;
    press(&mut app, "/LINE 2 OF 7\n");
    let found = |app: &App| app.panes.place(PanelId::Output).found;
    assert_eq!(found(&app), Some(26));
    press(&mut app, "n");
    assert_eq!(found(&app), Some(278));
    press(&mut app, "N");
    assert_eq!(found(&app), Some(26));
    assert!(!app.panes.follow);
    assert!(picture(&mut app, (80, 24)).contains("line 2 of 7 "));
    press(&mut app, "/no such words\n");
    assert!(
        app.notice
            .as_deref()
            .is_some_and(|words| words.contains("not found"))
    );
}

#[test]
fn events_of_a_process_and_of_an_object_are_found() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    app.panes.selected = Some(2);
    press(&mut app, "((");
    let event = |app: &App| {
        app.runs
            .current
            .as_ref()
            .expect("a run")
            .event()
            .expect("one")
    };
    assert_eq!(event(&app).proc, Some(2));
    app.panes.selected = None;
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
    let place = |app: &App| app.runs.current.as_ref().expect("a run").places();
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
    let event = |app: &App| {
        app.runs
            .current
            .as_ref()
            .expect("a run")
            .event()
            .expect("one")
    };
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
    assert_eq!((app.popup.is_none(), place(&app).0), (true, first));
}

#[test]
fn a_search_finds_what_is_printed_later() {
    let mut app = app("lock", Lang::En);
    play(&mut app, overflow(), "lock");
    app.panes.focus = PanelId::Output;
    press(&mut app, "t0\n/line 2 of 7\n");
    let run = app.runs.current.as_ref().expect("a run");
    assert!(!run.is_now() && run.places().0 > 0);
    assert!(app.panes.place(PanelId::Output).found.is_some());
}

#[test]
fn a_recording_plays_at_its_speed_and_stops_where_it_is_held() {
    let mut app = app("lock", Lang::En);
    let mut scene = typical();
    scene.end();
    let mut started = scene.started("lock");
    started.recorded = Some(Recorded {
        program: None,
        head: Vec::new(),
        speed: 1.0,
    });
    let params = app.course.params.clone();
    app.begin_run(started, &params);
    let begun = terminal::now();
    while app.take_events(terminal::now, terminal::now()).came {}
    let run = app.runs.current.as_mut().expect("a run");
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

/// A scene as a recording, all read, with the play head at its beginning.
fn recorded(scene: Scene) -> App {
    let mut app = app("lock", Lang::En);
    open_recording(&mut app, scene, "lock");
    app
}

/// Two events, a wait of so many ms, two more and the end.
fn with_a_wait(milliseconds: i64) -> App {
    let mut scene = Scene::default();
    scene.start(0, "MainProcess", crate::trace::Role::Main);
    scene.print(0, "before\n");
    scene.rest(milliseconds);
    scene.print(0, "after\n");
    scene.end();
    recorded(scene)
}

/// How long the recording plays, by a clock of ours that is looked at every 10 ms.
fn played(app: &mut App, begun: std::time::Instant) -> Duration {
    let run = app.runs.current.as_mut().expect("a run");
    run.toggle_playing(begun);
    let mut now = begun;
    while run.is_playing() {
        now += Duration::from_millis(10);
        run.play(now);
    }
    now - begun
}

#[test]
fn a_long_wait_is_played_as_long_as_it_was_or_cut() {
    let begun = terminal::now();
    let near = |took: Duration, ms: u64| {
        let wanted = Duration::from_millis(ms);
        assert!(
            took >= wanted && took < wanted + Duration::from_millis(40),
            "{took:?}"
        );
    };
    let mut app = with_a_wait(60_000);
    near(played(&mut app, begun), 60_000);
    press(&mut app, "i");
    assert!(
        app.notice
            .as_deref()
            .is_some_and(|words| words.contains("shortened"))
    );
    near(played(&mut app, begun), 300);
    app.runs
        .current
        .as_mut()
        .expect("a run")
        .change_speed(1, begun);
    near(played(&mut app, begun), 150);
    press(&mut app, "i");
    near(played(&mut app, begun), 30_000);
}

#[test]
fn within_a_wait_the_play_head_goes_on_from_where_it_was_held_or_made_faster() {
    let begun = terminal::now();
    let after = |ms| begun + Duration::from_millis(ms);
    let mut app = with_a_wait(60_000);
    let run = app.runs.current.as_mut().expect("a run");
    run.toggle_playing(begun);
    run.play(after(50_000));
    let place = run.places().0;
    // Held for an hour, ten seconds are left; at twice the speed five.
    run.toggle_playing(after(50_000));
    run.toggle_playing(after(3_600_000));
    run.change_speed(1, after(3_600_000));
    run.play(after(3_604_900));
    assert_eq!(run.places().0, place);
    run.play(after(3_605_100));
    assert!(run.is_now(), "{:?}", run.places());
    // Held, and moved by hand: on from where it was moved to.
    run.seek(Seek::Events(-4), None);
    run.toggle_playing(begun);
    run.toggle_playing(after(1));
    run.seek(Seek::Share(0.0), None);
    run.toggle_playing(after(1));
    assert_eq!(run.places().0, 0);
}

#[test]
fn two_runs_side_by_side_stay_at_one_time() {
    let mut app = app("lock", Lang::En);
    for _ in 0..2 {
        let mut scene = typical();
        scene.end();
        play(&mut app, scene, "lock");
    }
    app.runs.comparing = true;
    press(&mut app, "i");
    assert!(!app.runs.current.as_ref().expect("a run").cuts_waits());
    assert!(
        app.notice
            .as_deref()
            .is_some_and(|words| words.contains("with their full waits"))
    );
}

/// A recording without an end.
struct Endless {
    seq: u64,
}

impl Feed for Endless {
    fn poll(&mut self, _: std::time::Instant) -> FeedItem {
        let mut batch = Batch::default();
        while !batch.is_full() {
            self.seq += 1;
            let line = format!(
                "{{\"seq\":{},\"t\":0,\"kind\":\"marker\",\"text\":\"{:x}\"}}",
                self.seq,
                u128::from(self.seq).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
            );
            let event = crate::trace::read_packet(line.as_bytes()).expect("an event");
            batch.add_read(line.as_bytes(), event);
        }
        FeedItem::Events(batch)
    }

    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    fn control(&mut self, _: Control) -> Result<(), ControlError> {
        Err(ControlError::Unable)
    }
}

#[test]
fn of_a_recording_without_an_end_the_beginning_is_kept_and_that_is_said() {
    let mut app = app("lock", Lang::En);
    let started = Started {
        feed: Box::new(Endless { seq: 0 }),
        header: header("lock"),
        recorded: Some(Recorded {
            program: None,
            head: Vec::new(),
            speed: 1.0,
        }),
    };
    let params = app.course.params.clone();
    app.begin_run(started, &params);
    app.runs
        .current
        .as_mut()
        .expect("a run")
        .keep_at_most(1 << 20);
    while app.runs.current.as_ref().is_some_and(|run| !run.is_over()) {
        app.take_events(terminal::now, terminal::now());
    }
    let run = app.runs.current.as_ref().expect("a run");
    assert_eq!(run.flaw(), Some(&Flaw::Large));
    assert!(run.places().1 > 1000);
    let words = app.notice.as_deref().expect("words");
    assert!(words.contains("too large to be kept"), "{words}");
}
