//! Every panel, empty, typical and overflowing, at three sizes, in both languages.

use super::scene::{Scene, app, overflow, picture, play, typical};
use crate::text::Lang;
use crate::tui::action::PanelId;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// Pictures of one panel, or of the whole screen.
fn pictures(panel: Option<PanelId>, scene: Option<fn() -> Scene>) -> String {
    let mut all = String::new();
    for lang in [Lang::En, Lang::Zh] {
        for size in SIZES {
            let mut app = app("lock", lang);
            if let Some(scene) = scene {
                play(&mut app, scene(), "lock");
            }
            if let Some(panel) = panel {
                app.focus = panel;
                app.zoom = true;
            }
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

/// A name of a picture and what is on it; nothing on an empty one.
type Named = (&'static str, Option<fn() -> Scene>);

fn check(name: &str, panel: Option<PanelId>) {
    let scenes: [Named; 3] = [
        ("empty", None),
        ("typical", Some(typical)),
        ("overflow", Some(overflow)),
    ];
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../tests/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
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
fn the_lesson() {
    check("lesson", Some(PanelId::Lesson));
}

#[test]
fn the_program() {
    check("source", Some(PanelId::Source));
}

#[test]
fn the_rows_of_ps() {
    check("ps", Some(PanelId::Ps));
}

#[test]
fn the_output() {
    check("output", Some(PanelId::Output));
}

#[test]
fn the_objects() {
    check("objects", Some(PanelId::Objects));
}

#[test]
fn the_timeline() {
    check("timeline", Some(PanelId::Timeline));
}

#[test]
fn the_checks() {
    check("checks", Some(PanelId::Checks));
}
