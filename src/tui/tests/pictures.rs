//! Every panel, empty, typical and overflowing, at three sizes, in both languages.

use super::scene::{
    Scene, app, families, open_recording, overflow, picture, play, pool, press, typical, unwritten,
};
use crate::text::Lang;
use crate::trace::Exit;
use crate::tui::app::App;
use crate::tui::panel::PanelId;
use crate::tui::popup::lessons::Lessons;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// Pictures of one panel, or of the whole screen.
fn pictures(panel: Option<PanelId>, scene: Option<fn() -> Scene>) -> String {
    pictures_of("lock", |app| {
        if let Some(scene) = scene {
            play(app, scene(), "lock");
        }
        if let Some(panel) = panel {
            app.panes.focus = panel;
            app.panes.zoom = true;
        }
    })
}

/// Pictures of what was made of a session on a lesson.
fn pictures_of(lesson: &str, made: impl Fn(&mut App)) -> String {
    let mut all = String::new();
    for lang in [Lang::En, Lang::Zh] {
        for size in SIZES {
            let mut app = app(lesson, lang);
            app.panes.size = size;
            made(&mut app);
            let shown = picture(&mut app, size);
            for line in shown.lines() {
                let wide = crate::text::width(line);
                assert!(wide <= usize::from(size.0), "{wide} columns: {line}");
            }
            let head = format!("== {}x{} {lang:?}\n", size.0, size.1);
            all.extend([head, shown]);
        }
    }
    all
}

/// Holds a picture of what was made against the one that is kept.
pub(super) fn hold(name: &str, lesson: &str, made: impl Fn(&mut App)) {
    settings().bind(|| insta::assert_snapshot!(name, pictures_of(lesson, made)));
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../tests/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// A name of a picture and what is on it; nothing on an empty one.
type Named = (&'static str, Option<fn() -> Scene>);

fn check(name: &str, panel: Option<PanelId>) {
    let scenes: [Named; 3] = [
        ("empty", None),
        ("typical", Some(typical)),
        ("overflow", Some(overflow)),
    ];
    settings().bind(|| {
        for (scene, made) in scenes {
            insta::assert_snapshot!(format!("{name}-{scene}"), pictures(panel, made));
        }
    });
}

#[test]
fn the_whole_screen() {
    check("screen", None);
}

#[test]
fn every_panel() {
    for panel in PanelId::ALL {
        let title = panel.panel().title();
        let (_, name) = title.rsplit_once('-').expect("a panel's title");
        check(name, Some(*panel));
    }
}

#[test]
fn the_questions() {
    hold("predict-number", "lock", |app| drop(press(app, "r")));
    hold("predict-choice", "lock", |app| drop(press(app, "r\n")));
    hold("predict-possible", "lock", |app| {
        drop(press(app, "r\n\n j"));
    });
    // Answers beside what ran, and with them the checks and the tutorial's claims.
    let answered = |app: &mut App| {
        press(app, "r\n\n\n\n\n");
        let mut scene = typical();
        scene.end();
        play(app, scene, "lock");
    };
    hold("predict-graded", "lock", answered);
    hold("predict-checks", "lock", |app| {
        answered(app);
        press(app, "\n");
    });
}

#[test]
fn the_parameters() {
    hold("params-typical", "create-process", |app| {
        drop(press(app, "p"));
    });
    hold("params-changed", "lock", |app| drop(press(app, "pjlkl")));
    hold("params-overflow", "pool-async", |app| {
        drop(press(app, "pjjjjl"));
    });
}

#[test]
fn two_runs_compared() {
    hold("compare-empty", "pool-async", |app| {
        press(app, "c");
        play(app, Scene::default(), "pool-blocking");
        play(app, Scene::default(), "pool-async");
    });
    let both = |one: fn() -> Scene, other: fn() -> Scene| {
        move |app: &mut App| {
            press(app, "c");
            for (lesson, made) in [("pool-blocking", one), ("pool-async", other)] {
                let mut scene = made();
                scene.end();
                play(app, scene, lesson);
            }
        }
    };
    hold("compare-typical", "pool-async", both(typical, pool));
    hold("compare-past", "pool-async", |app| {
        both(typical, pool)(app);
        press(app, "<<v");
    });
    hold("compare-overflow", "pool-async", both(overflow, pool));
}

#[test]
fn help_and_the_list() {
    hold("help", "lock", |app| drop(press(app, "?")));
    hold("lessons", "queue", |app| drop(press(app, "g")));
    hold("welcome", "lock", |app| {
        app.open_popup(Lessons {
            row: 0,
            welcome: true,
        });
    });
}

#[test]
fn questions_before_something_is_ended() {
    hold("confirm-kill-holder", "lock", |app| {
        play(app, typical(), "lock");
        app.panes.selected = Some(2);
        press(app, "K");
    });
    hold("confirm-kill-worker", "pool-async", |app| {
        play(app, pool(), "pool-async");
        app.panes.selected = Some(1);
        press(app, "K");
    });
    hold("confirm-quit", "lock", |app| {
        play(app, typical(), "lock");
        press(app, "q");
    });
}

#[test]
fn a_recording_looked_back_on() {
    hold("replay-typical", "lock", |app| {
        let mut scene = typical();
        scene.end();
        open_recording(app, scene, "lock");
        press(app, "e<");
    });
    hold("replay-overflow", "lock", |app| {
        open_recording(app, overflow(), "lock");
        press(app, "e");
    });
}

#[test]
fn text_that_is_printed_and_not_written() {
    hold("output-unwritten", "lock", |app| {
        play(app, unwritten(), "lock");
        app.panes.focus = PanelId::Output;
    });
}

#[test]
fn a_pool_at_work() {
    hold("pool-typical", "pool-async", |app| {
        play(app, pool(), "pool-async");
    });
    for (name, panel) in [
        ("pool-timeline", PanelId::Timeline),
        ("pool-objects", PanelId::Objects),
    ] {
        hold(name, "pool-async", |app| {
            play(app, pool(), "pool-async");
            app.panes.focus = panel;
            app.panes.zoom = true;
        });
    }
}

#[test]
fn every_family_of_objects_has_its_inspector() {
    hold("objects-families", "lock", |app| {
        play(app, families(), "lock");
        app.panes.focus = PanelId::Objects;
        app.panes.zoom = true;
    });
}

#[test]
fn a_worker_that_is_gone_before_its_task_began_has_its_lane() {
    let mut scene = pool();
    // Times may run backwards between processes.
    scene.rest(-30);
    for proc in 1..3 {
        scene.exit(proc, Exit::Code(0));
    }
    scene.rest(40);
    scene.end();
    let mut app = app("pool-async", Lang::En);
    play(&mut app, scene, "pool-async");
    app.panes.focus = PanelId::Timeline;
    for size in [(80, 24), (120, 40), (200, 60)] {
        assert!(picture(&mut app, size).contains("Timeline"));
    }
}
